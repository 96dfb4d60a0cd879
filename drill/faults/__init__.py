"""What we do to a database. One fault a file; the first is none at all.

    Fault = Callable[[Target], AbstractContextManager[Injection]]

    fault(target)   __enter__  asks for the fault, and returns as soon as it was asked for
                    confirm()  says that the fault itself took effect, never that the target survived it
                    over()     whether all that was asked for has happened
                    __exit__   heals, however the block is left

A fault must not wait for a recovery, nor judge it.
"""

from drill.faults.fault import Fault, Injection
from drill.faults.frozen_writer import frozen_writer
from drill.faults.managed_failover import managed_failover
from drill.faults.none import none
from drill.faults.partitioned_writer import partitioned_writer
from drill.faults.writer_crash import writer_crash
from drill.faults.zone_loss import zone_loss

__all__ = [
    "Fault",
    "Injection",
    "frozen_writer",
    "managed_failover",
    "none",
    "partitioned_writer",
    "writer_crash",
    "zone_loss",
]
