"""When the fault began, took effect and was healed; what no promise can be judged without."""

from dataclasses import dataclass
from typing import Self

import polars as pl

from drill.errors import Undecided
from drill.history import WRITER_ENDPOINT, Action, History, Outcome

SECOND_NS = 1_000_000_000

_AFTERWARDS = [str(action) for action in (Action.READBACK, Action.DIGEST, Action.STALL)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """The turning points of one experiment, in ns of the machine's monotonic clock.

    `healed_ns` is None while nothing was healed. `last_begun_ns` is when the last operation of a probe or a
    watcher began: everybody who still worked was heard after it, or shortly before.
    """

    injected_ns: int
    confirmed_ns: int
    healed_ns: int | None
    last_begun_ns: int
    old_writer: str | None

    @classmethod
    def of(cls, history: History) -> Self:
        """Find them; `Undecided` without an acknowledged `inject` and `confirm`: nothing is known to have broken.

        The old writer is the instance that acknowledged the last write through the cluster endpoint before
        injection, since a fault may hit a reader; without such a write it is the instance that was hit.
        """
        injected = history.only(Action.INJECT, outcome=Outcome.OK)
        confirmed = history.only(Action.CONFIRM, outcome=Outcome.OK)
        if injected.is_empty() or confirmed.is_empty():
            raise Undecided(f"the fault had no confirmed effect{_why(history)}")
        injected_ns = int(injected["invoked_ns"][0])
        healed = history.only(Action.HEAL, outcome=Outcome.OK)
        running = history.operations.lazy().filter(~pl.col("action").is_in(_AFTERWARDS))
        return cls(
            injected_ns=injected_ns,
            confirmed_ns=int(confirmed["completed_ns"][0]),
            healed_ns=None if healed.is_empty() else int(healed["completed_ns"][-1]),
            last_begun_ns=int(running.select(pl.col("invoked_ns").max()).collect().item()),
            old_writer=_last_acknowledging(history, before_ns=injected_ns) or injected["endpoint"][0],
        )

    def since_injection_s(self, moment_ns: int) -> float:
        """Seconds from injection to a moment."""
        return (moment_ns - self.injected_ns) / SECOND_NS


def calls(history: History, *actions: Action, endpoint: str) -> pl.LazyFrame:
    """Choose the operations of these actions through one endpoint, lazily: nothing is copied before it is asked for."""
    chosen = pl.col("action").is_in([str(action) for action in actions]) & (pl.col("endpoint") == endpoint)
    return history.operations.lazy().filter(chosen)


def acknowledged(operations: pl.LazyFrame) -> pl.LazyFrame:
    """Those that ended OK."""
    return operations.filter(pl.col("outcome") == str(Outcome.OK))


def _why(history: History) -> str:
    """What was seen instead, where somebody looked."""
    said = history.only(Action.CONFIRM, outcome=Outcome.FAILED)["code"].drop_nulls()
    return "" if said.is_empty() else f": {said[-1]}"


def _last_acknowledging(history: History, *, before_ns: int) -> str | None:
    writes = acknowledged(calls(history, Action.WRITE, endpoint=WRITER_ENDPOINT))
    earlier = writes.filter(pl.col("completed_ns") <= before_ns)
    servers = earlier.select(pl.col("server").get(pl.col("completed_ns").arg_max(), null_on_oob=True)).collect()
    server: str | None = servers.item() if servers.height else None
    return server
