"""Whether what the control plane says is so."""

from dataclasses import dataclass

import polars as pl

from drill.checks.moments import SECOND_NS, Moments, calls
from drill.checks.promise import Finding, promise
from drill.checks.roles import Writer, for_good, is_heard, writers
from drill.checks.words import allowed, counted, seconds
from drill.errors import Undecided
from drill.history import WRITER_ENDPOINT, Action, History, Outcome
from drill.verdict import Check, Ruling

STALE_WRITER = "25006"
"""SQLSTATE read_only_sql_transaction: a write that reached an instance in recovery."""


def control_plane_agrees(limit_s: float) -> Check:
    """Within `limit_s` of a promotion the control plane names the writer, and the cluster endpoint leads to it.

    From then on for good. Real is what each instance says of itself: the writer is the one out of recovery
    until the end; of several, the one promoted last. If the writer never changed, the time counts from injection.
    Broken, too, if nobody is out of recovery at the end. Undecided if nobody asked the instances, the control
    plane or the endpoint.
    """

    @promise("control_plane_agrees", limit_s=limit_s)
    def judged(history: History, moments: Moments) -> Finding:
        asked = _since_injection(history, moments, Action.OBSERVE)
        if asked.filter(pl.col("outcome") == str(Outcome.OK)).is_empty():
            raise Undecided("no instance was heard after injection: who is the writer is not known")
        alive = [writer for writer in writers(history) if is_heard(history, writer.server)]
        if not alive:
            return Finding(
                ruling=Ruling.BROKEN,
                because=f"nobody was promoted: no instance is a writer at the end{_refusals(history, moments)}",
                measured={"announced_lag_s": None, "endpoint_lag_s": None},
            )
        writer = alive[-1]
        limit_ns = limit_s * SECOND_NS
        since = "its promotion" if writer.since_ns > moments.injected_ns else "the injection"
        views = _announced(history, moments, writer), _endpoint(history, moments, writer)
        wrong = [view.complaint for view in views if view.lag_ns is None or view.lag_ns > limit_ns]
        because = f"control plane and cluster endpoint agree that {writer.server} is the writer"
        if wrong:
            because = "; ".join(wrong)
        else:
            slowest = max(view.lag_ns or 0 for view in views)
            because = f"{because} since {seconds(slowest)} after {since}, of {allowed(limit_s)} allowed"
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because=because,
            measured={"announced_lag_s": views[0].lag_s, "endpoint_lag_s": views[1].lag_s},
        )

    return judged


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """How long one side took to be right about the writer, for good; None: it never was."""

    lag_ns: int | None
    complaint: str

    @property
    def lag_s(self) -> float | None:
        return None if self.lag_ns is None else self.lag_ns / SECOND_NS


def _announced(history: History, moments: Moments, writer: Writer) -> _View:
    answers = _since_injection(history, moments, Action.ANNOUNCE).filter(pl.col("outcome") == str(Outcome.OK))
    if answers.is_empty():
        raise Undecided("the control plane was not heard after injection")
    lag_ns = _lag_ns(answers, pl.col("server") == writer.server, moments, writer)
    late = f"named {writer.server} for good only after {seconds(lag_ns or 0)}"
    never = f"names {answers['server'][-1] or 'nobody'} at the end, while {writer.server} is the writer"
    return _View(lag_ns=lag_ns, complaint=f"the control plane {never if lag_ns is None else late}")


def _endpoint(history: History, moments: Moments, writer: Writer) -> _View:
    asked = _since_injection(history, moments, Action.LOOKUP)
    if asked.is_empty():
        raise Undecided("nobody asked where the cluster endpoint leads after injection")
    answers = asked.filter(pl.col("outcome") == str(Outcome.OK))
    leads = (pl.col("server") == writer.server) & (pl.col("value") == 1)
    lag_ns = _lag_ns(answers, leads, moments, writer)
    if lag_ns is not None:
        return _View(lag_ns=lag_ns, complaint=f"the cluster endpoint led to it for good only after {seconds(lag_ns)}")
    where = "nowhere"
    if not answers.is_empty():
        demoted = ", which is a reader," if answers["value"][-1] == 0 else ""
        where = f"to {answers['server'][-1]}{demoted}"
    complaint = f"the cluster endpoint leads {where} at the end, not to {writer.server}"
    return _View(lag_ns=None, complaint=f"{complaint}{_refusals(history, moments)}")


def _lag_ns(answers: pl.DataFrame, agrees: pl.Expr, moments: Moments, writer: Writer) -> int | None:
    """Count from the promotion, or from injection if there was none, until all answers agree; 0: they always did."""
    right = for_good(answers, agrees)
    if right is None:
        return None
    if right["completed_ns"] == answers["completed_ns"][0]:
        return 0
    return max(0, int(right["completed_ns"]) - max(writer.since_ns, moments.injected_ns))


def _since_injection(history: History, moments: Moments, action: Action) -> pl.DataFrame:
    return history.only(action).filter(pl.col("invoked_ns") >= moments.injected_ns)


def _refusals(history: History, moments: Moments) -> str:
    tried = calls(history, Action.WRITE, endpoint=WRITER_ENDPOINT)
    stale = (pl.col("code") == STALE_WRITER) & (pl.col("completed_ns") > moments.injected_ns)
    number = int(tried.select(stale.sum()).collect().item())
    return f": {counted(number, 'write')} refused by a stale writer ({STALE_WRITER})" if number else ""
