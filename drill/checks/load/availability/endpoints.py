"""Whether every endpoint leads to whom it is named after."""

from collections.abc import Iterable

import polars as pl

from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import READER_ENDPOINT, WRITER_ENDPOINT, History
from drill.verdict import Check, Ruling


def endpoints_lead_right(expected: Iterable[str] = ()) -> Check:
    """The writer endpoint leads to who writes, the reader endpoint to who does not, an instance's own to itself.

    A reader endpoint that leads to the writer is another promise's affair (no_read_at_the_writer), since on a
    cluster without readers it must. Undecided where nobody tried, or not all of the endpoints `expected` were tried.
    """
    wanted = frozenset(expected)

    @observation("endpoints_lead_right", objective="every endpoint")
    def judged(history: History) -> Finding:
        tried = history.table("pings").with_columns(pl.col("endpoint", "server").cast(pl.String))
        if tried.is_empty():
            raise Undecided("no connection was tried")
        endpoint, server = pl.col("endpoint"), pl.col("server")
        silent = server.is_null()
        strays = (endpoint == WRITER_ENDPOINT) & pl.col("in_recovery")
        strangers = ~endpoint.is_in([WRITER_ENDPOINT, READER_ENDPOINT]) & (endpoint != server)
        wrong = tried.filter(silent | strays.fill_null(value=False) | strangers.fill_null(value=False))
        names = tried["endpoint"].n_unique()
        untried = sorted(wanted - set(tried["endpoint"]))
        if untried and wrong.is_empty():
            raise Undecided(f"no connection was tried to {', '.join(untried)}")
        lines = [
            f"{row['endpoint']}: {row['error'] or 'answered by ' + row['server']}"
            + (", which is in recovery" if row["in_recovery"] else "")
            for row in wrong.head(SHOWN).rows(named=True)
        ]
        return Finding(
            ruling=Ruling.BROKEN if wrong.height else Ruling.HELD,
            because=f"{wrong.height} of {counted(tried.height, 'connection')} went wrong: {lines[0]}"
            if wrong.height
            else f"{counted(tried.height, 'connection')} to {counted(names, 'endpoint')} led where they should",
            measured={"endpoints": names, "connections": tried.height, "wrong_connections": wrong.height},
            evidence=listed(lines, wrong.height),
        )

    return judged
