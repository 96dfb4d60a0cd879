"""All causes asked in turn; what fits best comes first.

    cause               speaks for it                                                     score
    hot partition       one key has most throttles for a key range                        0.95 (0.5: by its units alone)
    scan under load     more scans counted, and read units consumed                       0.9 (0.5: scans alone)
    growing items       calls carry and consume more, and more in the end than at first   0.85 (0.45: they jumped)
    silent, dropped,    calls go unanswered, lose their connection, meet errors           0.8 x their part
      server error
    throttled           calls refused for want of capacity                                0.75
    slow                calls answered late                                               0.6 x their part

A cause that proves itself stands before one that may be its consequence: who scans a table makes others wait and be
throttled, and a hot key is throttled before it is slow.
"""

from collections.abc import Callable

from drill.checks.items.diagnosis.growth import growing_items
from drill.checks.items.diagnosis.partition import hot_partition
from drill.checks.items.diagnosis.reason import Diagnosis, Reason
from drill.checks.items.diagnosis.scan import scan_under_load
from drill.checks.items.diagnosis.service import service_trouble
from drill.checks.items.diagnosis.throttle import throttled
from drill.checks.moments import Moments
from drill.errors import Undecided
from drill.history import History

__all__ = ["Diagnosis", "Reason", "diagnose"]

Suspect = Callable[[History, Moments], list[Diagnosis]]

SUSPECTS: tuple[Suspect, ...] = (hot_partition, scan_under_load, growing_items, throttled, service_trouble)


def diagnose(history: History, moments: Moments | None = None) -> tuple[list[Diagnosis], list[str]]:
    """Every cause that something speaks for, the best first, and why others could not be looked for.

    `Undecided` where none of them had anything to look at. A cause whose evidence was not recorded is not suspected,
    which is not to say that it is none.
    """
    moments = moments or Moments.of(history)
    found: list[Diagnosis] = []
    blind: list[str] = []
    for suspect in SUSPECTS:
        try:
            found += suspect(history, moments)
        except Undecided as reason:
            blind.append(str(reason))
    if len(blind) == len(SUSPECTS):
        raise Undecided(f"there is nothing to diagnose from: {'; '.join(dict.fromkeys(blind))}")
    return sorted(found, key=lambda each: (-each.score, each.reason, each.subject)), list(dict.fromkeys(blind))
