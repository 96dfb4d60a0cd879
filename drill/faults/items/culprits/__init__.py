"""Culprits: clients that want too much of a table, in a process of their own; real load, so that it works on AWS, too.

    write     puts large items on one partition key                          a hot partition
    demand    writes and reads small items, faster than a table may          provisioned capacity, an on-demand cap
    scan      reads a whole table, page by page, again and again             a scan under load, a runaway scan
    repeat    repeats a conditional write that fails, at once                a hot retry loop
    grow      makes items larger step by step                                growing items

They are bounded in number, in rate and in time, end when told to, when their time is over, and when their parent is
gone. They must not judge. What they wrote stays: they write to tables of the run's own, which are deleted in the end.
"""

from drill.faults.items.culprits.gang import Gang, Progress, let_in
from drill.faults.items.culprits.plan import CulpritPlan, Mode

__all__ = ["CulpritPlan", "Gang", "Mode", "Progress", "let_in"]
