"""A scenario under load: a fault made for the run at hand, what it hits, and what is looked at in the end."""

from dataclasses import dataclass, field
from enum import StrEnum

from drill.faults.stage import Staged
from scenarios.demand import Demand


class Look(StrEnum):
    """What is looked at once the load has stopped, beside what is sampled throughout."""

    SHOP = "shop"  # whether orders, lines and payments belong together
    INDEXES = "indexes"  # every index and foreign key
    EXECUTIONS = "executions"  # each pattern executed, and again without each index that serves it
    PINGS = "pings"  # who answers at each endpoint
    WRITES_AT_READERS = "writes at readers"  # what becomes of them
    SPENDING = "spending"  # I/O throughout, and in the end what CloudWatch and the control plane tell of the cluster


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadScenario:
    """One way in which something goes wrong under load; `name` groups, `fault_name` tells apart.

    `affected` names the access patterns that the fault hits by itself, so that others must stay as fast as ever.
    `clients` are the application names of the connections that the fault opens. `cause` is what the diagnosis
    must find, in the words of drill/checks/load/diagnosis; None where there is nothing to diagnose. `steady_s` is how
    long the steady state must last at least, and `least_s` how long the fault must be held, until they can be judged;
    with `recovers` it is held until the application is served again. With `knocks` an operator tries to log in
    throughout.
    """

    name: str
    fault_name: str
    story: str
    fault: Staged
    affected: frozenset[str] = frozenset()
    clients: tuple[str, ...] = ()
    cause: str | None = None
    steady_s: float = 0.0
    least_s: float = 0.0
    recovers: bool = False
    knocks: bool = False
    demand: Demand = field(default_factory=Demand)
    looks: frozenset[Look] = frozenset()

    def __str__(self) -> str:
        """The id of the test's parameter."""
        return self.fault_name.replace(" ", "-")
