"""What we do to a database. One fault a file; the first is none at all.

    Fault = Callable[[Target], AbstractContextManager[Injection]]

    fault(target)   __enter__  asks for the fault, and returns as soon as it was asked for
                    confirm()  says that the fault itself took effect, never that the target survived it
                    over()     whether all that was asked for has happened
                    __exit__   heals, however the block is left

A fault must not wait for a recovery, nor judge it.
"""

from drill.faults.crowd import Crowd, Gather
from drill.faults.culprits import CULPRIT, culprits
from drill.faults.dropped_index import dropped_index
from drill.faults.exhaustion import exhaustion
from drill.faults.failover_and_back import failover_and_back
from drill.faults.fault import Bound, Fault, Injection, bound, meanwhile
from drill.faults.frozen_writer import frozen_writer
from drill.faults.lagging_reader import lagging_reader
from drill.faults.managed_failover import managed_failover
from drill.faults.neighbour import NEIGHBOUR, noisy_neighbour
from drill.faults.network_latency import network_latency
from drill.faults.none import none
from drill.faults.partitioned_writer import partitioned_writer
from drill.faults.reader_loss import reader_loss
from drill.faults.stage import BlastRadius, Stage, Staged
from drill.faults.stale_statistics import stale_statistics
from drill.faults.storm import storm
from drill.faults.sweep import sweep
from drill.faults.writer_crash import writer_crash
from drill.faults.zone_loss import zone_loss

__all__ = [
    "CULPRIT",
    "NEIGHBOUR",
    "BlastRadius",
    "Bound",
    "Crowd",
    "Fault",
    "Gather",
    "Injection",
    "Stage",
    "Staged",
    "bound",
    "culprits",
    "dropped_index",
    "exhaustion",
    "failover_and_back",
    "frozen_writer",
    "lagging_reader",
    "managed_failover",
    "meanwhile",
    "network_latency",
    "noisy_neighbour",
    "none",
    "partitioned_writer",
    "reader_loss",
    "stale_statistics",
    "storm",
    "sweep",
    "writer_crash",
    "zone_loss",
]
