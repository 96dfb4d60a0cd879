"""What can be the cause where a table becomes slow or refuses, in words that a scenario can expect."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """The causes that are known."""

    HOT_PARTITION = "hot partition"
    SCAN = "scan under load"
    GROWING_ITEMS = "growing items"
    THROTTLED = "throttled"
    SLOW = "slow"
    SILENT = "silent"
    CUT = "dropped"
    FAILING = "server error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A cause, who or what it is, and in words what speaks for it; `score` from 0 to 1 ranks it among others."""

    reason: Reason
    subject: str
    detail: str
    score: float
