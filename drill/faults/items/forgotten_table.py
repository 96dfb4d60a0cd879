"""A forgotten table: made with plenty of provisioned capacity, and used by nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from drill.faults.fault import Bound, Injection, await_effect
from drill.faults.items.stage import ItemFault, ItemStage
from drill.journal import Undo, healing
from drill.targets.dynamodb.spec import TableSpec

UNITS = 500


def forgotten_table(*, read_units: int = UNITS, write_units: int = UNITS) -> ItemFault:
    """Make it, and leave it idle until healing; confirmed by what the control plane says of it.

    It stands in the journal before it is made, so that `drill heal` deletes it should we not live to.
    """

    def staged(stage: ItemStage) -> Bound:
        @contextmanager
        def fault(mark: str) -> Iterator[Injection]:
            target, name = stage.target, f"drill-{mark}-forgotten"
            spec = TableSpec(name=name, read_units=read_units, write_units=write_units)
            with stage.journal.promise(Undo.DELETE_TABLE, name, target=target.name, what="a forgotten table"):
                try:
                    target.create(spec)
                    yield Injection(
                        instance=target.region,
                        confirm=lambda: await_effect(_there(stage, name), what=f"the table {name}"),
                        tells={
                            "cause": "forgotten table",
                            "table": name,
                            "region": target.region,
                            "read_units": str(read_units),
                            "write_units": str(write_units),
                        },
                    )
                finally:
                    with healing(f"the table {name}"):
                        target.delete(name)

        return fault

    return staged


def _there(stage: ItemStage, name: str) -> Callable[[], str | None]:
    def look() -> str | None:
        described = stage.target.describe(name)
        if described["TableStatus"] != "ACTIVE":
            return None
        units = described["ProvisionedThroughput"]
        return f"{name} is paid for: {units['ReadCapacityUnits']}/{units['WriteCapacityUnits']} units, used by nobody"

    return look
