"""A scenario under load: what the application is asked, a fault made for the run at hand, and what it hits."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from drill.faults.stage import Staged
from drill.load.pattern import Pattern
from drill.load.schedule import Step


class Look(StrEnum):
    """What is looked at once the load has stopped, beside what is sampled throughout."""

    SHOP = "shop"  # whether orders, lines and payments belong together
    BANK = "bank"  # whether money is conserved, and which transfers there are
    INDEXES = "indexes"  # every index and foreign key
    EXECUTIONS = "executions"  # each pattern executed, and again without each index that serves it
    PINGS = "pings"  # who answers at the reader endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What the application is asked, where that is not what drill.toml says under [load].

    `patterns` makes patterns for a shop of that scale in place of the run's; `extra` come beside them. `steps` are
    rates one after the other (a ramp). Transfers come on top. Unless `reads_at_readers`, all goes to the writer.
    """

    patterns: Callable[[float], tuple[Pattern, ...]] | None = None
    extra: tuple[Pattern, ...] = ()
    rate_per_s: float | None = None
    steps: tuple[Step, ...] = ()
    transfers_per_s: float = 0.0
    pool: int | None = None
    reads_at_readers: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadScenario:
    """One way in which something goes wrong under load; `name` groups, `fault_name` tells apart.

    `affected` names the access patterns that the fault hits by itself, so that others must stay as fast as ever.
    `clients` are the application names of the connections that the fault opens. `cause` is what the diagnosis
    must find, in the words of drill/checks/load/diagnosis; None where there is nothing to diagnose. `least_s` is
    how long the fault must be held at least until its effects can be judged; with `recovers` it is held until the
    application is served again. With `knocks` an operator tries to log in throughout.
    """

    name: str
    fault_name: str
    story: str
    fault: Staged
    affected: frozenset[str] = frozenset()
    clients: tuple[str, ...] = ()
    cause: str | None = None
    least_s: float = 0.0
    recovers: bool = False
    knocks: bool = False
    demand: Demand = field(default_factory=Demand)
    looks: frozenset[Look] = frozenset()

    def __str__(self) -> str:
        """The id of the test's parameter."""
        return self.fault_name.replace(" ", "-")
