"""A scenario on DynamoDB: a fault made for the run at hand, what is asked meanwhile, and what is looked at."""

from dataclasses import dataclass, field
from enum import StrEnum

from drill.faults.items import ItemFault
from drill.targets.dynamodb.spec import TableSpec
from scenarios.items.demand import ItemDemand


class ItemLook(StrEnum):
    """What is looked at beside what is sampled throughout; all but the last two once the load has stopped."""

    MONEY = "money"  # balances and the ledger: whether money is conserved, each transfer once
    VALUES = "values"  # which written values stand in the tables
    REGIONS = "regions"  # the same in both regions, under the fault and until both are equal
    SCANS = "scans"  # what it takes to read each of the run's own tables and indexes from end to end
    RIVAL = "rival"  # a second client writes the registers in the replica region throughout
    NEWCOMERS = "newcomers"  # tables that were not there before the fault, throughout


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemScenario:
    """One way in which something goes wrong with tables; `name` groups, `fault_name` tells apart.

    `tables` are made for it, beside those of the shop, which are made only where `shop`. `application` is asked in
    place of the run's. `affected` names the patterns that the fault hits by itself, so that others must stay as fast
    as ever. `cause` is what the diagnosis must find. At least for `steady_s` the steady state lasts, for `least_s` the
    fault is held; for `after_s` is looked on when it is healed, by default as long as usual. With `recovers` it is held
    until the application is served again, or its objective is missed.
    """

    name: str
    fault_name: str
    story: str
    fault: ItemFault
    demand: ItemDemand = field(default_factory=ItemDemand)
    tables: tuple[TableSpec, ...] | None = None
    shop: bool = True
    application: str | None = None
    affected: frozenset[str] = frozenset()
    cause: str | None = None
    steady_s: float = 0.0
    least_s: float = 0.0
    after_s: float | None = None
    recovers: bool = False
    looks: frozenset[ItemLook] = frozenset()

    def __str__(self) -> str:
        """The id of the test's parameter."""
        return self.fault_name.replace(" ", "-")
