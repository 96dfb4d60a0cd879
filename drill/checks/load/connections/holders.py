"""Who held the connections when there were most of them."""

import polars as pl

from drill.checks.load.sampled import sessions
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling


def holders_are_named(expected: str = "drill flood") -> Check:
    """The evidence names who held the connections: application, address, state, number, age; most by `expected`.

    `expected` is how the name of the fault's own application begins. Looked at is the moment during the fault at
    which one instance had most connections. Undecided where no session was seen during the fault.
    """

    @promise("holders_are_named", objective=f'greatest holder: "{expected}"')
    def judged(history: History, moments: Moments) -> Finding:
        seen = sessions(history, Stretch.during(history, moments))
        if seen.is_empty():
            raise Undecided("no session was seen during the fault")
        fullest = seen.group_by("instance", "at_ns").len().sort("len", "at_ns", descending=[True, False]).row(0)
        peak = seen.filter((pl.col("instance") == fullest[0]) & (pl.col("at_ns") == fullest[1]))
        by_application = peak.group_by(_text("application")).len().sort("len", "application", descending=[True, False])
        application, number = by_application.row(0)
        groups = _groups(peak)
        because = (
            f'"{application}" held {number} of {counted(peak.height, "connection")} at {fullest[0]}, '
            f"{moments.since_injection_s(fullest[1]):.1f} s after injection"
        )
        named = application.startswith(expected)
        lines = [
            f"{row['application']} from {row['address']}, {row['state']}: {counted(row['len'], 'connection')}, for up "
            f"to {row['age_s']:.1f} s"
            for row in groups.head(SHOWN).rows(named=True)
        ]
        return Finding(
            ruling=Ruling.HELD if named else Ruling.BROKEN,
            because=because if named else f'{because}, and not the fault\'s own "{expected}"',
            measured={
                "held_connections": number,
                "connections": peak.height,
                "oldest_s": float(peak["state_age_s"].max() or 0),  # type: ignore[arg-type]  # Float64
            },
            evidence=listed(lines, groups.height),
        )

    return judged


def _groups(peak: pl.DataFrame) -> pl.DataFrame:
    names = [_text(name) for name in ("application", "address", "state")]
    found = peak.group_by(names).agg(len=pl.len(), age_s=pl.col("state_age_s").max().fill_null(0.0))
    return found.sort("len", "application", "address", "state", descending=[True, False, False, False])


def _text(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).replace("", None).fill_null("unnamed").alias(name)
