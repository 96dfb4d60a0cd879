"""A scenario: a fault under a name, in words what happens, and what an application is asked meanwhile."""

from dataclasses import dataclass

from drill.faults import Fault
from scenarios.demand import Demand

TRANSFERS = Demand(transfers_per_s=50.0)
"""Enough for a tenth of a second to show, and little beside what the probes write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One way in which something goes wrong; `name` groups, `fault_name` tells apart, `story` is for people."""

    name: str
    fault_name: str
    story: str
    fault: Fault
    demand: Demand = TRANSFERS

    def __str__(self) -> str:
        """The id of the test's parameter."""
        return self.fault_name.replace(" ", "-")
