"""Where the reader endpoint leads to, and where an application reads."""

from collections.abc import Iterable

import polars as pl

from drill.checks.load.arrivals import ANSWERED
from drill.checks.moments import SECOND_NS
from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import READER_ENDPOINT, History
from drill.tables import typed_table
from drill.verdict import Check, Ruling

PER_READER = 20
"""With fewer connections a reader chance may have passed over: one of two gets less than half of its share of forty
once in about two thousand times."""


def reads_are_spread(readers: Iterable[str] = (), *, minimum_share: float = 0.5) -> Check:
    """Each of `readers` gets at least `minimum_share` of its even share of the connections to the reader endpoint.

    None named: those that answered are meant, and one that never does goes unseen. Undecided with fewer than two
    readers, since nothing is to be spread then, and with fewer than twenty connections a reader.
    """
    expected = sorted(readers)

    @observation("reads_are_spread", objective=f"at least {minimum_share:.0%} of an even share each")
    def judged(history: History) -> Finding:
        answered = _answered(history)
        counts = dict(answered.group_by(pl.col("server").cast(pl.String)).len().rows())
        names = expected or sorted(answered.filter("in_recovery")["server"].cast(pl.String).unique())
        if len(names) < 2:
            raise Undecided(f"there is nothing to spread over {counted(len(names), 'reader')}")
        total = sum(counts.values())
        if total < PER_READER * len(names):
            needed = PER_READER * len(names)
            raise Undecided(f"{counted(total, 'connection')} to the reader endpoint were answered, of {needed} needed")
        shares = {name: counts.get(name, 0) * len(names) / total for name in names}
        poor = [name for name, share in shares.items() if share < minimum_share]
        least = min(shares, key=lambda name: shares[name])
        because = (
            f"of {counted(total, 'connection')} {least} got {counts.get(least, 0)}, the fewest of {len(names)} readers"
        )
        return Finding(
            ruling=Ruling.BROKEN if poor else Ruling.HELD,
            because=because,
            measured={"least_share_pct": 100 * shares[least], "readers": len(names), "connections": total},
            evidence=tuple(f"{name}: {number:,} of {total:,}" for name, number in sorted(counts.items())[:SHOWN]),
        )

    return judged


def no_read_at_the_writer() -> Check:
    """While a reader is up, no connection to the reader endpoint reaches an instance that is not in recovery.

    Nor is what the application only reads answered by one, as far as it tells who answered. A reader is up if any was
    seen to answer within a second of it, or is not known to be down. Undecided where no connection to the reader
    endpoint was answered.
    """

    @observation("no_read_at_the_writer", objective="none")
    def judged(history: History) -> Finding:
        answered = _answered(history)
        at_writer = answered.filter(~pl.col("in_recovery"))
        alone = at_writer.filter(_without_readers(history, at_writer))
        wrong = at_writer.height - alone.height
        names = sorted(at_writer["server"].cast(pl.String).unique())
        number = counted(answered.height, "connection")
        because = f"{wrong} of {number} to the reader endpoint reached the writer"
        lines = [f"{name} is no reader, and answered at the reader endpoint" for name in names] if wrong else []
        reads, led_astray = _reads(history)
        because = f"{because}, {', '.join(names)}" if wrong else because
        if led_astray.height:
            because += f"; {led_astray.height:,} of {reads:,} reads of the application were answered by the writer"
            counts = led_astray.group_by(pl.col("pattern", "server").cast(pl.String)).len().sort("pattern", "server")
            lines += [f"{pattern}: {number:,} reads answered by {server}" for pattern, server, number in counts.rows()]
        return Finding(
            ruling=Ruling.BROKEN if wrong or led_astray.height else Ruling.HELD,
            because=because,
            measured={
                "reads_at_writer": wrong,
                "connections": answered.height,
                "without_readers": alone.height,
                "application_reads_at_writer": led_astray.height,
            },
            evidence=listed(lines[:SHOWN], len(lines)),
        )

    return judged


def _answered(history: History) -> pl.DataFrame:
    pings = history.table("pings").filter((pl.col("endpoint") == READER_ENDPOINT) & pl.col("server").is_not_null())
    if pings.is_empty():
        raise Undecided("no connection to the reader endpoint was answered")
    return pings.with_columns(pl.col("in_recovery").fill_null(value=False)).sort("at_ns")


def _reads(history: History) -> tuple[int, pl.DataFrame]:
    """How many of the application's reads were answered by somebody it names, and those that the writer answered."""
    seen = history.table("pings").drop_nulls("server").select(pl.col("server").cast(pl.String), "in_recovery")
    # Who was seen in both roles has changed them meanwhile: nobody knows which he had when.
    writers = set(seen.filter(~pl.col("in_recovery"))["server"]) - set(seen.filter("in_recovery")["server"])
    requests = history.tables.get("requests")
    if requests is None:
        return 0, typed_table("requests", [])
    reads = requests.filter(ANSWERED & (pl.col("endpoint") == READER_ENDPOINT) & pl.col("server").is_not_null())
    at_writer = reads.filter(pl.col("server").cast(pl.String).is_in(sorted(writers))).sort("completed_ns")
    return reads.height, at_writer.filter(~_without_readers(history, at_writer.select(at_ns="completed_ns")))


def _without_readers(history: History, at_writer: pl.DataFrame) -> pl.Series:
    """Of each connection whether every reader was known to be down then: somebody looked, and none answered."""
    lags = history.tables.get("lags")
    if lags is None or lags.is_empty() or at_writer.is_empty():
        return pl.Series([False] * at_writer.height, dtype=pl.Boolean)
    looked, up = _near(at_writer, lags), _near(at_writer, lags.filter("answers"))
    return looked & ~up


def _near(moments: pl.DataFrame, looks: pl.DataFrame) -> pl.Series:
    """Whether one of the looks was within a second of each moment."""
    seen = looks.select(seen_ns="at_ns").sort("seen_ns")
    found = moments.select("at_ns").join_asof(
        seen, left_on="at_ns", right_on="seen_ns", strategy="nearest", tolerance=SECOND_NS
    )
    return found["seen_ns"].is_not_null()
