"""What an application is asked while something goes wrong."""

from collections.abc import Callable
from dataclasses import dataclass

from drill.load.pattern import Pattern
from drill.load.schedule import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What the application is asked, where that is not what drill.toml says under [load].

    `patterns` makes patterns for a shop of that scale in place of the run's; `extra` come beside them, each weighing so
    many hundredths of all of those together. `steps` are rates one after the other (a ramp). Transfers come on top,
    between so many `accounts`: the fewer, the more of them meet. Unless `reads_at_readers`, all goes to the writer.
    """

    patterns: Callable[[float], tuple[Pattern, ...]] | None = None
    extra: tuple[Pattern, ...] = ()
    rate_per_s: float | None = None
    steps: tuple[Step, ...] = ()
    transfers_per_s: float = 0.0
    accounts: int = 1000
    pool: int | None = None
    reads_at_readers: bool = True
