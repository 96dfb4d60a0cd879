"""What can be the cause, and how one is told."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """The causes that are known, in words that a scenario can expect."""

    MISSING_INDEX = "missing index"
    STALE_STATISTICS = "stale statistics"
    NOISY_NEIGHBOUR = "noisy neighbour"
    LAGGING_READER = "lagging reader"
    READER_DOWN = "reader down"
    NETWORK = "network latency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A cause, who or what it is, and in words what speaks for it; `score` from 0 to 1 ranks it among others."""

    reason: Reason
    subject: str
    detail: str
    score: float
