"""How soon an application reads and writes in the other region, when its own does not answer."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from drill.checks.load.stretches import FOREVER_NS, Stretch
from drill.checks.load.told import Told
from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import causes, counted
from drill.errors import Undecided
from drill.history import READER_ENDPOINT, WRITER_ENDPOINT, History, Outcome
from drill.verdict import Check, Ruling, gravest

BIN_NS = SECOND_NS // 4
SERVED = 0.95
"""In a quarter of a second in which so many of its requests were served it was served: liveness, not quality."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """When one kind of request was served in the other region for good; None: never."""

    kind: str
    turned_ns: int | None
    requests: pl.DataFrame


def turns_to_the_other_region_within(limit_s: float) -> Check:
    """Reads and writes are answered by the other region within the limit, and from then on until healing begins.

    Counted from injection to the first answer of the other region after which nearly all requests are served. Broken
    where that is later, or never. Undecided where reads or writes were not asked for, where the application does not
    tell who answered, was served elsewhere before, or was answered by the silent region all the same; and where the
    fault was healed before the limit.
    """

    @promise("turns_to_the_other_region_within", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        silent = Told.of(history).words.get("region") or moments.old_writer
        under = Stretch.under(history, moments)
        rows = history.table("requests").with_columns(pl.col("server", "endpoint").cast(pl.String))
        own = under.of(rows, "due_ns")
        _require_home(Stretch.steady(moments).of(rows, "due_ns"), silent)
        _require_silence(own, silent, moments, under)
        turns = [_turned(own, kind, endpoint, silent) for kind, endpoint in _KINDS]
        rulings = [_ruling(turn, moments, under, limit_s) for turn in turns]
        told = [_words(turn, moments) for turn in turns]
        return Finding(
            ruling=gravest(rulings),
            because="; ".join(told),
            measured={f"{turn.kind}_turned_s": _seconds(turn, moments) for turn in turns},
            evidence=tuple(
                f"{turn.kind}: {counted(turn.requests.height, 'request')} due under the fault; {causes(turn.requests)}"
                for turn in turns
            ),
        )

    return judged


_KINDS = (("reads", READER_ENDPOINT), ("writes", WRITER_ENDPOINT))


def _turned(own: pl.DataFrame, kind: str, endpoint: str, silent: str | None) -> _Turn:
    requests = own.filter(pl.col("endpoint") == endpoint)
    if requests.is_empty():
        raise Undecided(f"no {kind} were due under the fault")
    served = (pl.col("outcome") == str(Outcome.OK)) & (pl.col("server") != silent)
    if requests.filter(pl.col("outcome") == str(Outcome.OK))["server"].null_count():
        raise Undecided("the application does not tell which region answered it")
    first_ns = int(requests["due_ns"].min())  # type: ignore[arg-type]  # Int64, and not empty
    bins = (
        requests.group_by(number=(pl.col("due_ns") - first_ns) // BIN_NS)
        .agg(share=served.fill_null(value=False).mean())
        .sort("number")
    )
    unserved = bins.filter(pl.col("share") < SERVED)["number"]
    from_ns = first_ns + (0 if unserved.is_empty() else int(unserved[-1]) + 1) * BIN_NS
    answered = requests.filter(served & (pl.col("due_ns") >= from_ns))["completed_ns"].min()
    return _Turn(kind=kind, turned_ns=answered if isinstance(answered, int) else None, requests=requests)


def _require_home(before: pl.DataFrame, silent: str | None) -> None:
    """Who was served elsewhere before has nowhere to turn to, and nothing to turn from."""
    served = before.filter(pl.col("outcome") == str(Outcome.OK))
    if served.filter(pl.col("server") == silent).height < SERVED * served.height or served.is_empty():
        raise Undecided(f"the application was not served by {silent} before it fell silent")


def _require_silence(own: pl.DataFrame, silent: str | None, moments: Moments, under: Stretch) -> None:
    """A region that answers what was begun once it was seen to be silent, before healing, is not lost."""
    answered = own.filter(
        (pl.col("server") == silent)
        & (pl.col("outcome") == str(Outcome.OK))
        & (pl.col("begun_ns") >= moments.confirmed_ns)
        & (pl.col("completed_ns") < under.to_ns)
    )
    if answered.height:
        raise Undecided(f"{silent} answered {counted(answered.height, 'request')} while it was to be silent")


def _ruling(turn: _Turn, moments: Moments, under: Stretch, limit_s: float) -> Ruling:
    limit_ns = moments.injected_ns + round(limit_s * SECOND_NS)
    if turn.turned_ns is not None and turn.turned_ns < under.to_ns:
        return Ruling.HELD if turn.turned_ns <= limit_ns else Ruling.BROKEN
    healed_early = under.to_ns != FOREVER_NS and under.to_ns <= limit_ns
    return Ruling.UNDECIDED if healed_early else Ruling.BROKEN


def _words(turn: _Turn, moments: Moments) -> str:
    seconds = _seconds(turn, moments)
    if seconds is None:
        return f"{turn.kind} never were served in the other region while the fault lasted"
    return f"{turn.kind} are served in the other region from {seconds:.2f} s after injection on"


def _seconds(turn: _Turn, moments: Moments) -> float | None:
    return None if turn.turned_ns is None else moments.since_injection_s(turn.turned_ns)
