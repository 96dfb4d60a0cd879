"""One experiment, from steady state to the last row: what it saw becomes a history, and is judged later.

recovery.py      something is lost: until everybody succeeds again, and redundancy is back
under_load.py    something gets worse while an application is at work: before, under the fault, afterwards
at_work.py       who is at work meanwhile, as the experiment sees them
aside.py         work that takes its time while a fault is held
log.py           the rows that an experiment itself adds
glimpse.py       how it goes, for whoever looks on; onlooker.py tells them
unfinished.py    what was seen of one that ends before its time
sight.py         what of a recovery seems to be reached; behind.py, who is without success
"""

from drill.experiment.glimpse import Glimpse, Stage, Watch
from drill.experiment.recovery import Clients, Experiment, Timing, Witness
from drill.experiment.under_load import LoadExperiment, LoadTiming
from drill.experiment.with_application import ApplicationWitness

__all__ = [
    "ApplicationWitness",
    "Clients",
    "Experiment",
    "Glimpse",
    "LoadExperiment",
    "LoadTiming",
    "Stage",
    "Timing",
    "Watch",
    "Witness",
]
