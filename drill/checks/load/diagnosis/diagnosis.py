"""All causes asked in turn; what fits best comes first.

    cause               speaks for it                                             score
    missing index       a plan lost its index, and the server knows it no more    0.95 (0.8: by the plan alone,
                                                                                  0.5: the index is still there)
    stale statistics    estimates far off, and many rows changed since ANALYZE    0.9 (0.6: one of the two)
    reader down         a reader that does not answer                             0.95
    lagging reader      a reader that answers, and is behind                      0.9
    noisy neighbour     others than the application take the active time          0.85 x their share
    network latency     the fastest requests of each pattern slower alike         0.7

A cause that proves itself (an index that is gone) stands before one that explains what is left (the network). So a
pattern that queues behind a bad plan is not taken for a slow network.
"""

from collections.abc import Callable

from drill.checks.load.diagnosis.index import missing_index
from drill.checks.load.diagnosis.neighbour import noisy_neighbour
from drill.checks.load.diagnosis.network import network
from drill.checks.load.diagnosis.readers import reader_trouble
from drill.checks.load.diagnosis.reason import Diagnosis, Reason
from drill.checks.load.diagnosis.statistics import stale_statistics
from drill.checks.moments import Moments
from drill.errors import Undecided
from drill.history import History

__all__ = ["Diagnosis", "Reason", "diagnose"]

Suspect = Callable[[History, Moments], list[Diagnosis]]

SUSPECTS: tuple[Suspect, ...] = (missing_index, stale_statistics, noisy_neighbour, reader_trouble, network)


def diagnose(history: History, moments: Moments | None = None) -> list[Diagnosis]:
    """Every cause that something speaks for, the best first; `Undecided` where none of them had anything to look at.

    A cause whose evidence was not recorded is not suspected, which is not to say that it is none.
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
    return sorted(found, key=lambda each: (-each.score, each.reason, each.subject))
