"""Whether every access pattern goes through an index."""

import re
from dataclasses import dataclass

import polars as pl

from drill.checks.load.access.nodes import Planned, Scan, planned
from drill.checks.load.access.sizes import is_large, rows_by_table
from drill.checks.load.sampled import shortened
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

LARGE_ROWS = 10_000
TRANSFERS = "transfer"
"""The name under which the load notes transfers, whose statements are the application's own: nobody can plan them."""
_COMPARED = re.compile(r"\(*\(?([a-z_][a-z0-9_$]*)\)?(?:::[a-z ]+)? (?:=|<|>|<=|>=|~~|IS)(?: |$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A large table that a statement reads from end to end, or an index of it."""

    plan: Planned
    scan: Scan
    rows: float | None

    @property
    def mend(self) -> str:
        """What would serve it: an index on the columns that the plan compares."""
        columns = list(dict.fromkeys(_COMPARED.findall(self.scan.condition or "")))
        if not columns:
            return "it asks for all rows: no index would help"
        return f"CREATE INDEX CONCURRENTLY ON {self.scan.relation} ({', '.join(columns)});"

    def __str__(self) -> str:
        """As evidence."""
        rows = "of unknown size" if self.rows is None else f"of {self.rows:,.0f} rows"
        condition = f" for {shortened(self.scan.condition)}" if self.scan.condition else ""
        how = f"all of index {self.scan.index} of" if self.scan.walks_index else "sequential scan of"
        where = f"{self.plan.pattern}, statement {self.plan.statement}"
        return f"{where}: {how} {self.scan.relation} {rows}{condition}; {self.mend}"


def every_pattern_is_served_by_an_index(large_rows: int = LARGE_ROWS) -> Check:
    """Each pattern finds its rows in tables of `large_rows` or more through an index, in each of its statements.

    What only puts rows in needs none. An index that is gone through from end to end, since nothing in it is looked up,
    serves nobody. Undecided where no plan was recorded, or none of a pattern that was asked for.
    """

    @observation("every_pattern_is_served_by_an_index", objective="all patterns")
    def judged(history: History) -> Finding:
        plans = steady_plans(history)
        wrong = unserved(history, plans, large_rows)
        patterns = {each.pattern for each in plans}
        bare = sorted({each.plan.pattern for each in wrong})
        if not wrong:
            require_plans(history, plans)
        served = len(patterns) - len(bare)
        because = f"{served} of {counted(len(patterns), 'pattern')} are served by an index"
        used = sorted({scan.index for each in plans for scan in each.scans if scan.index})
        lines = [str(each) for each in wrong] or [f"indexes used: {', '.join(used) or 'none'}"]
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because=f"{because}, not {', '.join(bare)}" if wrong else because,
            measured={"patterns": len(patterns), "served_patterns": served, "indexes_used": len(used)},
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged


def no_sequential_scan_on_large(large_rows: int = LARGE_ROWS) -> Check:
    """No statement reads a table of `large_rows` or more from end to end, or all of an index of it.

    Undecided where no plan was recorded, or none of a pattern that was asked for.
    """

    @observation("no_sequential_scan_on_large", objective=f"none on {large_rows:,} rows or more")
    def judged(history: History) -> Finding:
        plans = steady_plans(history)
        wrong = unserved(history, plans, large_rows)
        if not wrong:
            require_plans(history, plans)
        tables = sorted({each.scan.relation for each in wrong})
        walks = sum(each.scan.walks_index for each in wrong)
        because = (
            f"{counted(len(wrong) - walks, 'sequential scan')} of large tables in {counted(len(plans), 'statement')}"
        )
        because += f", and {counted(walks, 'walk')} through all of an index" if walks else ""
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because=f"{because}: {', '.join(tables)}" if wrong else because,
            measured={"sequential_scans": len(wrong), "statements": len(plans)},
            evidence=listed([str(each) for each in wrong[:SHOWN]], len(wrong)),
        )

    return judged


def steady_plans(history: History) -> list[Planned]:
    """The plans of before a fault, or all where none is called so; `Undecided` where there are none."""
    plans = planned(history, "before") or planned(history)
    if not plans:
        raise Undecided("no plan was recorded")
    return plans


def without_plans(history: History, plans: list[Planned]) -> list[str]:
    """The patterns that were asked for, and of which no plan is known: nobody knows how they are served."""
    requests = history.tables.get("requests")
    asked = set() if requests is None else set(requests["pattern"].cast(pl.String).drop_nulls())
    return sorted(asked - {each.pattern for each in plans} - {TRANSFERS})


def require_plans(history: History, plans: list[Planned]) -> None:
    """`Undecided` where a pattern was asked for of which no plan is known."""
    if missing := without_plans(history, plans):
        raise Undecided(f"no plan was recorded of {', '.join(missing)}, which was asked for")


def unserved(history: History, plans: list[Planned], large_rows: int) -> list[Unserved]:
    """Every large table that is read from end to end, or of which an index is: one that holds all of its rows."""
    sizes = rows_by_table(history)
    partial = _partial(history)
    return [
        Unserved(plan=plan, scan=scan, rows=sizes.get(scan.relation))
        for plan in plans
        for scan in plan.scans
        if (scan.is_sequential or (scan.walks_index and scan.index not in partial))
        and is_large(sizes, scan.relation, large_rows)
    ]


def _partial(history: History) -> set[str]:
    """Indexes of some rows only: whoever goes through all of such a one has found those rows by its predicate."""
    rows = history.tables.get("indexes")
    return set() if rows is None else set(rows.drop_nulls("predicate")["index"].cast(pl.String))
