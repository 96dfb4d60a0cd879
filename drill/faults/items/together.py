"""Several faults at a time, as one: asked for one after the other, healed the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from drill.faults.fault import Bound, Injection
from drill.faults.items.stage import ItemFault, ItemStage


def together(*faults: ItemFault, cause: str) -> ItemFault:
    """All of them at once; confirmed when each has shown its own effect. `cause` is what they are called together.

    Only for those that record nothing of their own, and are over when they are healed.
    """

    def staged(stage: ItemStage) -> Bound:
        bound = [fault(stage) for fault in faults]

        @contextmanager
        def all_of_them(mark: str) -> Iterator[Injection]:
            with ExitStack() as last:
                injections = [last.enter_context(each(mark)) for each in bound]
                tells = {name: value for each in injections for name, value in each.tells.items()}
                yield Injection(
                    instance=stage.target.region,
                    confirm=lambda: "; ".join(each.confirm() for each in injections),
                    over=lambda: all(each.over() for each in injections),
                    tells=tells | {"cause": cause},
                )

        return all_of_them

    return staged
