"""What faults by culprits have in common: let them in, see what they do, send them away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from drill.errors import DrillError, Unsupported
from drill.faults.fault import EFFECT_DEADLINE_S, Injection, await_effect
from drill.faults.items.culprits import CulpritPlan, Gang, Progress, let_in
from drill.faults.items.culprits.gang import LetIn
from drill.faults.items.glimpse import partition_key
from drill.faults.items.stage import ItemStage

Shown = Callable[[Progress], str | None]
"""What is seen of culprits, in words; None: nothing yet."""


class Farewell:
    """How culprits ended. Those that did not do their work do not keep the fault from being healed: they are gone."""

    def __init__(self) -> None:
        """They are still there."""
        self._error: DrillError | None = None

    def end(self, gang: Gang) -> None:
        """Send them away."""
        try:
            gang.stop()
        except DrillError as error:
            self._error = error

    def tell(self) -> None:
        """Raise what went wrong with them, if something did: then what was seen is no whole experiment."""
        if self._error is not None:
            raise self._error


@contextmanager
def crowded(
    stage: ItemStage,
    plan: CulpritPlan,
    *,
    shown: Shown,
    tells: Mapping[str, str],
    gather: LetIn = let_in,
    over: Callable[[Progress], bool] = lambda _: True,
    effect_deadline_s: float = EFFECT_DEADLINE_S,
) -> Iterator[Injection]:
    """Let culprits in, confirmed by what is `shown` of them; they are gone when the block is left.

    `over` says of what they did whether that is all that was asked for.
    """
    farewell = Farewell()
    with gather(plan) as gang:

        def look() -> str | None:
            return shown(gang.progress())  # raises where the culprits themselves have failed

        try:
            yield Injection(
                instance=stage.target.region,
                confirm=lambda: await_effect(look, what=f"culprits at {plan.table}", deadline_s=effect_deadline_s),
                over=lambda: over(gang.progress()),
                rows=farewell.tell,
                tells={"table": plan.table, "region": stage.target.region, **tells},
            )
        finally:
            farewell.end(gang)


def planned(stage: ItemStage, table: str, **wanted: object) -> CulpritPlan:
    """A plan for that table of the run, within the blast radius; Unsupported where its keys are no texts."""
    name = stage.real(table)
    described = stage.target.describe(name)
    types = {each["AttributeName"]: each["AttributeType"] for each in described["AttributeDefinitions"]}
    keys = {each["KeyType"]: each["AttributeName"] for each in described["KeySchema"]}
    if any(types[each] != "S" for each in keys.values()):
        raise Unsupported(f"culprits write keys that are texts, and {name} has others")
    plan: dict[str, object] = {
        "place": stage.place,
        "table": name,
        "partition_key": partition_key(described),
        "sort_key": keys.get("RANGE"),
        "duration_s": stage.limits.duration_s,
    }
    merged = plan | wanted
    merged["clients"] = min(int(str(merged.get("clients", 4))), stage.limits.connections)
    return CulpritPlan(**merged)  # type: ignore[arg-type]  # one place for what all modes share
