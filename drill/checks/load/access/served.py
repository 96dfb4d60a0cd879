"""Whether every access pattern goes through an index."""

import re
from dataclasses import dataclass

from drill.checks.load.access.nodes import Planned, Scan, planned
from drill.checks.load.access.sizes import is_large, rows_by_table
from drill.checks.load.sampled import shortened
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

LARGE_ROWS = 10_000
_COMPARED = re.compile(r"\(*\(?([a-z_][a-z0-9_$]*)\)?(?:::[a-z ]+)? (?:=|<|>|<=|>=|~~|IS)(?: |$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A large table that a statement reads from end to end."""

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
        return (
            f"{self.plan.pattern}, statement {self.plan.statement}: sequential scan of {self.scan.relation} "
            f"{rows}{condition}; {self.mend}"
        )


def every_pattern_is_served_by_an_index(large_rows: int = LARGE_ROWS) -> Check:
    """Each pattern finds its rows in tables of `large_rows` or more through an index, in each of its statements.

    What only puts rows in needs none. Undecided where no plan was recorded.
    """

    @observation("every_pattern_is_served_by_an_index", objective="all patterns")
    def judged(history: History) -> Finding:
        plans = steady_plans(history)
        wrong = unserved(history, plans, large_rows)
        patterns = {each.pattern for each in plans}
        bare = sorted({each.plan.pattern for each in wrong})
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
    """No statement reads a table of `large_rows` or more from end to end. Undecided where no plan was recorded."""

    @observation("no_sequential_scan_on_large", objective=f"none on {large_rows:,} rows or more")
    def judged(history: History) -> Finding:
        plans = steady_plans(history)
        wrong = unserved(history, plans, large_rows)
        tables = sorted({each.scan.relation for each in wrong})
        because = f"{counted(len(wrong), 'sequential scan')} of large tables in {counted(len(plans), 'statement')}"
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


def unserved(history: History, plans: list[Planned], large_rows: int) -> list[Unserved]:
    """Every large table that is read from end to end."""
    sizes = rows_by_table(history)
    return [
        Unserved(plan=plan, scan=scan, rows=sizes.get(scan.relation))
        for plan in plans
        for scan in plan.scans
        if scan.is_sequential and is_large(sizes, scan.relation, large_rows)
    ]
