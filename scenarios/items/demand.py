"""What an application on DynamoDB is asked while something goes wrong."""

from dataclasses import dataclass, replace

from drill.load.items.pattern import ItemPattern
from drill.load.schedule import Step
from drill.targets.dynamodb.spec import TableSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDemand:
    """What the application is asked, where that is not what drill.toml says under [items].

    `patterns` stand in place of the run's; `tables` are made for them, beside those of the shop. `steps` are rates one
    after the other (a ramp). Transfers come on top, between so many `accounts`: the fewer, the more of them meet.
    Seconds: within `deadline_s` a user wants an answer.
    """

    patterns: tuple[ItemPattern, ...] | None = None
    tables: tuple[TableSpec, ...] = ()
    rate_per_s: float | None = None
    steps: tuple[Step, ...] = ()
    transfers_per_s: float = 0.0
    accounts: int = 1000
    deadline_s: float | None = None


def beside(patterns: tuple[ItemPattern, ...], *extra: ItemPattern) -> tuple[ItemPattern, ...]:
    """Those patterns, and the others, each of which weighs so many hundredths of all of those together."""
    percent = sum(each.weight for each in patterns) / 100
    return (*patterns, *(replace(each, weight=percent * each.weight) for each in extra))
