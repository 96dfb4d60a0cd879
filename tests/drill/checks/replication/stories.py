"""Histories of a global table, told in seconds: two regions, one of which is silent from 0 until HEALED_S.

    story = region_loss()
    story.without("found", lambda row: row["item"] == "log#3")
    verdict = every_acknowledged_write_is_there_or_overwritten()(story.told())

The application writes a log (each item once) and registers (again and again), here until the silence, there from
TURNED_S on, and here again after BACK_S. Somebody else writes the registers in the other region throughout. What was
written in the last LAG_S before the silence has not arrived there when the other region is read under the fault.
"""

from __future__ import annotations

from dataclasses import replace

from drill.history import History
from drill.tables import typed_table
from tests.drill.checks.load.stories import LoadStory
from tests.drill.histories import Row, fault, ns, steps

HERE, THERE = "us-east-1", "us-west-2"
HEALED_S, TURNED_S, BACK_S, END_S, LAG_S = 6.0, 0.8, 8.0, 10.0, 0.1
LATENCY_S = 0.004
REGISTERS = 5
TABLE = "global"
EQUAL_S = 11.0
DURING = "found_during"


class RegionStory(LoadStory):
    """One that knows `found_during`, too: what the other region showed under the fault."""

    def told(self) -> History:
        """As an experiment would have recorded it."""
        glance = self.tables.pop(DURING, None)
        history = super().told()
        if glance is None:
            return history
        self.tables[DURING] = glance
        return replace(history, tables={**history.tables, DURING: typed_table("found", glance)})


def empty(*, healed_s: float = HEALED_S) -> LoadStory:
    """A silence that takes effect and is healed, and nothing else."""
    return RegionStory(fault(endpoint=HERE, healed_s=healed_s)).row(
        "settings", subject="fault", name="region", value=HERE
    )


def add(story: LoadStory, name: str, row: Row) -> LoadStory:
    """A row of a table that has a column of the name table."""
    story.tables.setdefault(name, []).append(row)
    return story


def wrote(
    story: LoadStory, at_s: float, item: str, value: str, region: str | None = HERE, **columns: object
) -> LoadStory:
    """A write that was complete then, acknowledged unless `outcome` says otherwise."""
    row: Row = {"request": value, "pattern": "log", "table": TABLE, "item": item, "value": value, "region": region}
    when = {"begun_ns": ns(at_s - LATENCY_S), "completed_ns": ns(at_s), "outcome": "ok"}
    return add(story, "written", {**row, **when, **columns})


def stands(story: LoadStory, item: str, value: str, *regions: str, table: str = "found") -> LoadStory:
    """A value that stands there, by default in both regions."""
    for region in regions or (HERE, THERE):
        add(story, table, {"region": region, "table": TABLE, "item": item, "value": value})
    return story


def region_loss(*, turned_s: float = TURNED_S) -> LoadStory:
    """A healthy one: the application turns, what was left behind comes in, and the last writer wins."""
    story = empty()
    _ask(story, turned_s)
    _write(story, turned_s)
    _read_back(story)
    story.row("settings", subject="regions", name="equal_at_ns", value=str(ns(EQUAL_S)))
    story.row("settings", subject="regions", name="unequal_at_ns", value="never")
    for at_s, value in ((-1.0, 130.0), (HEALED_S + 1.5, 6100.0), (HEALED_S + 3.5, 140.0)):
        for region, other in ((HERE, THERE), (THERE, HERE)):
            latency(story, at_s, value, region, other)
    return story


def latency(story: LoadStory, at_s: float, value_ms: float, region: str = HERE, other: str = THERE) -> LoadStory:
    """What CloudWatch tells of replication from one region to the other."""
    return story.row(
        "metrics",
        at_s,
        period_s=1.0,
        namespace="AWS/DynamoDB",
        name="ReplicationLatency",
        subject=TABLE,
        detail=other,
        region=region,
        statistic="Maximum",
        value=value_ms,
    )


def server_at(at_s: float, turned_s: float) -> str | None:
    """Which region the application is served by; None: nobody yet."""
    if at_s < 0 or at_s >= BACK_S:
        return HERE
    return THERE if at_s >= turned_s else None


def _ask(story: LoadStory, turned_s: float) -> None:
    for number, due_s in enumerate(steps(-3.0, END_S, 0.02)):
        server = server_at(due_s, turned_s)
        endpoint = "reader" if number % 3 else "writer"
        late_ms = 0.0 if server else 1000 * (turned_s - due_s)
        story.request(due_s, 4.0 + late_ms, endpoint=endpoint, server=server or THERE)


def _write(story: LoadStory, turned_s: float) -> None:
    for number, at_s in enumerate(steps(-2.99, END_S - 0.5, 0.05)):
        region = server_at(at_s, turned_s)
        if region is None:
            continue
        wrote(story, at_s, f"log#{number}", f"app-{number}", region)
        register = f"register#{number % REGISTERS}"
        wrote(story, at_s + 0.01, register, f"register-{number}", region, pattern="register")
    for number, at_s in enumerate(steps(-2.9, END_S, 0.21)):
        wrote(story, at_s, f"register#{number % REGISTERS}", f"rival-{number}", THERE, pattern="rival")


def _read_back(story: LoadStory) -> None:
    for table, until_ns in ((DURING, ns(HEALED_S)), ("found", ns(END_S + 1))):
        known = [
            row
            for row in story.tables["written"]
            if row["completed_ns"] < until_ns
            and (table == "found" or row["region"] == THERE or row["completed_ns"] < ns(-LAG_S))
        ]
        last: dict[str, Row] = {}
        for row in sorted(known, key=lambda row: row["completed_ns"]):
            last[row["item"]] = row
        for item, row in last.items():
            stands(story, item, row["value"], *((THERE,) if table == DURING else ()), table=table)
