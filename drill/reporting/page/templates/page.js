"use strict";
// Charts are drawn when they come near the window, so that a page of many opens at once; before printing, all of them.
(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const plots = [...document.querySelectorAll("[data-chart]")];
  const drawn = new Set();
  const still = { displayModeBar: false, responsive: true, doubleClick: "reset", showTips: false };
  const coarse = matchMedia("(pointer: coarse)");
  const PRINTED_WIDTH = 680; // of A4 between its margins, in CSS pixels
  const PRINTED = { ink: "#1c2128", grid: "#e6e9ed", paper: "#ffffff" };

  /** What of a chart is the page's: colours of text and grid, as the reader's light or dark has them. */
  function template(printed) {
    const of = getComputedStyle(document.body);
    const colour = (name) => (printed ? PRINTED[name] : of.getPropertyValue(`--${name}`).trim());
    const axis = { gridcolor: colour("grid"), linecolor: colour("grid"), spikecolor: colour("ink") };
    const label = { bgcolor: colour("paper"), bordercolor: colour("grid"), font: { color: colour("ink") } };
    return {
      layout: {
        font: { family: of.fontFamily, size: 12, color: colour("ink") },
        paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
        xaxis: axis, yaxis: axis, hoverlabel: label,
        annotationdefaults: { bgcolor: colour("paper") },
      },
    };
  }

  function draw(plot) {
    if (drawn.has(plot)) return;
    drawn.add(plot);
    const { data, layout } = structuredClone(figures[plot.dataset.chart]); // plotly writes into what it is given
    const dragged = coarse.matches ? { dragmode: false } : {}; // a finger scrolls the page; the buttons zoom
    Plotly.newPlot(plot, data, { ...layout, ...dragged, template: template(false) }, still);
    const tools = plot.closest("figure").querySelector(".tools");
    if (tools) {
      tools.hidden = false;
      tools.querySelector("[data-zoom=fault]").hidden = !band(plot);
      plot.on("plotly_relayout", () => tell(plot, tools));
      tools.addEventListener("click", (event) => zoom(plot, event.target.dataset.zoom));
    }
  }

  function zoom(plot, how) {
    const whole = figures[plot.dataset.chart].layout.xaxis.range;
    let [from, to] = plot.layout.xaxis.range.map(Number);
    const [middle, width] = [(from + to) / 2, to - from];
    const fault = band(plot) || { x0: whole[0], x1: whole[1] };
    const around = Math.max(1, fault.x1 - fault.x0) / 4;
    switch (how) {
      case "whole": [from, to] = whole; break;
      case "fault": [from, to] = within(whole, fault.x0 - around, fault.x1 + around); break;
      case "closer": [from, to] = [middle - width / 4, middle + width / 4]; break;
      case "wider": [from, to] = within(whole, middle - width, middle + width); break;
      case "earlier": [from, to] = [from - width / 3, to - width / 3]; break;
      case "later": [from, to] = [from + width / 3, to + width / 3]; break;
      default: return;
    }
    Plotly.relayout(plot, { "xaxis.range": [from, to] });
  }

  function band(plot) {
    return plot.layout.shapes.find((shape) => shape.type === "rect");
  }

  function within(whole, from, to) {
    return [Math.max(whole[0], from), Math.min(whole[1], to)];
  }

  function tell(plot, tools) {
    const [from, to] = plot.layout.xaxis.range.map((each) => Number(each).toFixed(2));
    tools.querySelector("output").textContent = `${from} s to ${to} s`;
  }

  /** The same figures as a table, made when somebody asks for it: some hundred rows a chart would weigh too much. */
  function tabulate(details) {
    const { data, along } = figures[details.dataset.figures];
    const columns = data.filter((trace) => trace.meta);
    const rows = columns.length ? columns[0].y.map((_, row) => columns.map((trace) => trace.y[row] ?? null)) : [];
    const at = (row) => columns[0].x ? columns[0].x[row] : +(columns[0].x0 + row * columns[0].dx).toFixed(4);
    const table = document.createElement("table");
    table.createCaption().textContent = details.closest("figure").querySelector(".plot").getAttribute("aria-label");
    const head = table.createTHead().insertRow();
    for (const words of [along, ...columns.map((trace) => trace.meta)]) cell(head, words, "col");
    const body = table.createTBody();
    rows.forEach((values, row) => {
      if (values.every((value) => value === null)) return;
      const line = body.insertRow();
      cell(line, at(row), "row");
      for (const value of values) line.insertCell().textContent = value === null ? "–" : value;
    });
    const box = document.createElement("div");
    box.className = "scrolled";
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", `Figures: ${table.caption.textContent}`);
    box.append(table);
    details.append(box);
  }

  function cell(row, words, scope) {
    const made = document.createElement("th");
    made.scope = scope;
    made.textContent = words;
    row.append(made);
  }

  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      near.unobserve(entry.target);
      setTimeout(() => draw(entry.target)); // each in a turn of its own, so that the first is seen before the last
    }
  }, { rootMargin: "400px 0px" });
  plots.forEach((plot) => near.observe(plot));

  for (const details of document.querySelectorAll("[data-figures]")) {
    details.addEventListener("toggle", () => tabulate(details), { once: true });
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const plot of drawn) Plotly.relayout(plot, { template: template(false) });
  });

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open]):not(.figures)")];
    opened.forEach((details) => { details.open = true; });
    for (const plot of plots) {
      draw(plot);
      Plotly.relayout(plot, { width: PRINTED_WIDTH, template: template(true) });
    }
  });
  addEventListener("afterprint", () => {
    opened.forEach((details) => { details.open = false; });
    for (const plot of plots) Plotly.relayout(plot, { width: null, autosize: true, template: template(false) });
  });
})();
