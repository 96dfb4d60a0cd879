"""index.html in a real browser: it shows its charts, it answers, everybody can read it, and it asks for nothing.

Every test fails on an error on the console, and on any request but that for the page itself (conftest.py).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import violations
from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.browser.pages import MARKUP, broken_run

pytestmark = pytest.mark.browser

CHARTS = 9
"""Of broken_run: three time lines, two waterfalls, a ramp, three trends."""


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One page for all, which nobody changes."""
    return broken_run(tmp_path_factory.mktemp("now"))


def timeline(page: Page, number: int = 1) -> Locator:
    """The time line of an experiment, in view and drawn."""
    plot = page.locator(f'[data-chart="timeline-{number}"]')
    plot.scroll_into_view_if_needed()
    expect(plot.locator(".main-svg").first).to_be_visible()
    return plot


def extent(plot: Locator) -> list[float]:
    """From when to when it shows, in seconds."""
    found: list[float] = plot.evaluate("plot => plot.layout.xaxis.range.map(Number)")
    return found


def width(plot: Locator) -> float:
    """How many seconds it shows."""
    start_s, end_s = extent(plot)
    return end_s - start_s


def settle(plot: Locator, condition: str) -> None:
    """Wait until the plot is as a condition on `plot` says."""
    plot.page.wait_for_function(f"plot => {condition}", arg=plot.element_handle())


@pytest.mark.parametrize("pixels", [DESKTOP, PHONE])
def test_every_chart_is_drawn_when_it_comes_near(visitor: Visitor, report: Path, pixels: int) -> None:
    """And not before: a page of many opens at once."""
    page = visitor.open(report, width=pixels)
    plots = page.locator(".plot")
    assert plots.count() == CHARTS
    assert plots.last.locator(".main-svg").count() == 0
    for number in range(plots.count()):
        plots.nth(number).scroll_into_view_if_needed()
        expect(plots.nth(number).locator(".main-svg").first).to_be_visible()


def test_a_time_line_has_its_lines_its_errors_its_band_and_its_moments(visitor: Visitor, report: Path) -> None:
    """As drawn, not as asked for."""
    plot = timeline(visitor.open(report))
    expect(plot.locator(".scatterlayer .trace")).to_have_count(9)  # moments, two rates, two times three quantiles
    expect(plot.locator(".barlayer .trace")).to_have_count(2)
    expect(plot.locator(".shapelayer path")).to_have_count(11)  # the fault's band, and ten moments
    expect(plot.locator(".ytick", has_text="recovered")).to_have_count(1)
    label = plot.locator(".annotation", has_text="2.58 s").locator("rect.bg")
    expect(label).to_have_css("fill", "rgb(255, 255, 255)")  # the page's paper, over the lines


def test_who_points_at_a_time_line_is_told_the_figures(visitor: Visitor, report: Path) -> None:
    """At that moment, of every line of the panel."""
    plot = timeline(visitor.open(report))
    plot.evaluate("plot => plot.scrollIntoView({block: 'center', behavior: 'instant'})")
    plot.locator(".xy2 .nsewdrag, .nsewdrag[data-subplot='xy2']").first.hover(position={"x": 60, "y": 40})
    said = plot.locator(".hoverlayer .legend")
    expect(said).to_be_visible()
    expect(said).to_contain_text("writes/s")


def test_who_drags_across_a_time_line_sees_that_part_of_every_panel(visitor: Visitor, report: Path) -> None:
    """And a double click shows all of it again."""
    page = visitor.open(report)
    plot = timeline(page)
    plot.evaluate("plot => plot.scrollIntoView({block: 'center', behavior: 'instant'})")
    whole = width(plot)
    panel = plot.locator(".nsewdrag[data-subplot='xy2']")
    box = panel.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.3, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, middle, steps=5)
    page.mouse.up()
    settle(plot, f"plot.layout.xaxis.range[1] - plot.layout.xaxis.range[0] < {whole / 3}")
    assert width(plot) == pytest.approx(whole * 0.2, rel=0.15)
    panel.dblclick()
    settle(plot, f"Math.abs(plot.layout.xaxis.range[1] - plot.layout.xaxis.range[0] - {whole}) < 0.01")


def test_who_clicks_an_entry_of_the_legend_hides_its_line(visitor: Visitor, report: Path) -> None:
    """The others stay."""
    plot = timeline(visitor.open(report))
    plot.locator(".legendtoggle").first.click()
    settle(plot, "plot.data.filter(trace => trace.visible === 'legendonly').length === 1")


def test_a_time_line_is_moved_along_by_the_keyboard(visitor: Visitor, report: Path) -> None:
    """Each button can be reached and pressed, and what is shown is said."""
    page = visitor.open(report)
    plot = timeline(page)
    figure = page.locator("figure", has=page.locator('[data-chart="timeline-1"]'))
    whole = extent(plot)
    figure.get_by_role("button", name="Closer").focus()
    page.keyboard.press("Enter")
    settle(plot, f"plot.layout.xaxis.range[1] - plot.layout.xaxis.range[0] < {0.6 * (whole[1] - whole[0])}")
    expect(figure.locator("output")).to_have_text(f"{extent(plot)[0]:.2f} s to {extent(plot)[1]:.2f} s")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    settle(plot, "plot.layout.xaxis.range[0] > -1 && plot.layout.xaxis.range[1] < 2")
    figure.get_by_role("button", name="Whole").press("Enter")
    settle(plot, f"plot.layout.xaxis.range[0] === {whole[0]}")


def test_without_a_fault_there_is_no_way_to_it(visitor: Visitor, report: Path) -> None:
    """A ramp breaks nothing: its time line has every other button."""
    page = visitor.open(report)
    timeline(page, 3)
    figure = page.locator("figure", has=page.locator('[data-chart="timeline-3"]'))
    expect(figure.get_by_role("button", name="Whole")).to_be_visible()
    expect(figure.get_by_role("button", name="Fault")).to_be_hidden()


def test_the_figures_of_a_chart_are_a_table_for_who_asks(visitor: Visitor, report: Path) -> None:
    """A column a line, a row a slice; not in the page before somebody asks."""
    page = visitor.open(report)
    figure = page.locator("figure", has=page.locator('[data-chart="timeline-1"]'))
    assert figure.locator("table").count() == 0
    figure.get_by_text("Figures of the chart as a table").click()
    heads = figure.locator("thead th").all_inner_texts()
    assert heads[:3] == ["seconds after injection", "writes acknowledged per second", "reads acknowledged per second"]
    assert "refused (failed)" in heads
    assert figure.locator("tbody tr").count() > 300


def test_a_run_that_never_recovered_is_seen_in_the_trend(visitor: Visitor, report: Path) -> None:
    """As a mark with the word, above those that did, and in the table; the line has a gap there."""
    page = visitor.open(report)
    plot = page.locator('[data-chart="trend-2"]')
    plot.scroll_into_view_if_needed()
    never = plot.locator(".textpoint", has_text="never")
    expect(never).to_have_count(1)
    seen, others = never.bounding_box(), plot.locator(".scatterlayer .trace").first.locator(".point")
    expect(others).to_have_count(2)
    highest = min(box["y"] for each in others.all() if (box := each.bounding_box()) is not None)
    assert seen is not None
    assert seen["y"] < highest
    figure = page.locator("figure", has=plot)
    figure.get_by_text("Figures of the chart as a table").click()
    assert figure.locator("tbody td").first.inner_text() == "never"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("pixels", [DESKTOP, PHONE])
def test_nothing_stands_in_the_way_of_anybody(visitor: Visitor, report: Path, pixels: int, scheme: str) -> None:
    """Axe finds nothing, with every chart drawn and every detail open."""
    page = visitor.open(report, width=pixels, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    page.evaluate("dispatchEvent(new Event('beforeprint')); dispatchEvent(new Event('afterprint'))")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    expect(page.locator(".plot .main-svg").last).to_be_attached()
    assert violations(page) == []


def test_axe_notices_what_is_wrong(visitor: Visitor, report: Path) -> None:
    """So that the test above can fail: a chart without a name, and words that cannot be told from the paper."""
    page = visitor.open(report)
    page.evaluate("document.querySelector('.plot').removeAttribute('aria-label')")
    page.evaluate("document.querySelector('.words').style.color = '#eee'")
    found = {each.split(" ")[0] for each in violations(page)}
    assert {"role-img-alt", "color-contrast"} <= found


def test_a_phone_never_scrolls_sideways(visitor: Visitor, report: Path) -> None:
    """Wide tables move in a box of their own, which the keyboard reaches."""
    page = visitor.open(report, width=PHONE)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    timeline(page)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE
    boxes = page.locator(".scrolled")
    assert all(boxes.nth(each).get_attribute("tabindex") == "0" for each in range(boxes.count()))
    assert page.evaluate("[...document.querySelectorAll('.plot')].every(each => each.clientWidth > 300)")


def test_no_words_of_a_chart_are_cut_off_on_a_phone(visitor: Visitor, report: Path) -> None:
    """Captions and labels end within their chart."""
    page = visitor.open(report, width=PHONE)
    for name in ("timeline-1", "phases-1", "trend-1"):
        plot = page.locator(f'[data-chart="{name}"]')
        plot.scroll_into_view_if_needed()
        expect(plot.locator(".annotation").first).to_be_visible()
        assert plot.evaluate(
            """plot => [...plot.querySelectorAll(".annotation")].every(each =>
                each.getBoundingClientRect().left >= plot.getBoundingClientRect().left
                && each.getBoundingClientRect().right <= plot.getBoundingClientRect().right)"""
        )


def test_the_experiments_are_reached_by_keyboard_alone(visitor: Visitor, report: Path) -> None:
    """Past the head in one step, and from the table to an experiment in another."""
    page = visitor.open(report)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#experiments")).to_be_focused()
    page.keyboard.press("Tab")  # the table's box
    page.keyboard.press("Tab")
    expect(page.locator('#experiments a[href="#experiment-2"]')).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#experiment-2")).to_be_in_viewport()


def test_a_broken_run_looks_broken_before_anything_else(visitor: Visitor, report: Path) -> None:
    """In words, in the title, at the top."""
    page = visitor.open(report)
    assert page.title().startswith("BROKEN")
    expect(page.get_by_role("heading", level=1)).to_contain_text("BROKEN 1 of 5 promises is broken")
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport()
    assert page.locator("article").first.get_attribute("id") == "experiment-2"


def test_what_others_wrote_never_becomes_part_of_the_page(visitor: Visitor, report: Path) -> None:
    """Markup in a reason is text, and runs nothing."""
    page = visitor.open(report)
    expect(page.locator("#experiment-2-recovered_within .seen")).to_contain_text(MARKUP)
    assert page.locator("img").count() == 0
    assert page.title() != "taken"


def test_printing_draws_every_chart_and_opens_what_is_folded(visitor: Visitor, report: Path) -> None:
    """As ink on paper, whoever looked at what before; afterwards the page is as it was."""
    page = visitor.open(report, color_scheme="dark")
    page.evaluate(
        """addEventListener("beforeprint", () => { window.printed = {
            drawn: [...document.querySelectorAll(".plot")].filter(each => each.querySelector(".main-svg")).length,
            folded: document.querySelectorAll("details:not([open]):not(.figures)").length,
            ink: document.querySelector(".plot")._fullLayout.font.color,
            width: document.querySelector(".plot")._fullLayout.width } })"""
    )
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    assert page.evaluate("window.printed") == {"drawn": CHARTS, "folded": 0, "ink": "#1c2128", "width": 680}
    assert page.evaluate("document.querySelector('.plot')._fullLayout.font.color") == "#e8eaed"
    assert page.locator("details:not([open])").count() > 0


def test_a_request_and_an_error_are_heard(visitor: Visitor, tmp_path: Path) -> None:
    """So that every test here can fail."""
    bad = tmp_path / "bad.html"
    bad.write_text("<script>fetch('http://127.0.0.1:9/x').catch(() => null); undefined.x</script>")
    page = visitor.open(bad)
    page.wait_for_function("true")
    assert any(each.startswith("request: http://127.0.0.1:9/x") for each in visitor.complaints)
    assert any(each.startswith("error: ") for each in visitor.complaints)
    visitor.complaints.clear()
