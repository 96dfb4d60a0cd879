"""An index is gone, as after a migration that went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from drill.errors import Unsupported
from drill.faults.crowd import writer_of
from drill.faults.fault import Fault, Injection, await_effect
from drill.faults.sql import execute, query
from drill.faults.stage import Stage
from drill.faults.undone import undone_by
from drill.history import WRITER_ENDPOINT
from drill.targets.postgres import Address
from drill.targets.target import Target

DEFINED = "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = %s AND indexname = %s"


def dropped_index(stage: Stage, index: str) -> Fault:
    """Drop the index; on healing it is built again from its own definition. Unsupported where there is none."""

    def fault(target: Target, *, mark: str) -> AbstractContextManager[Injection]:  # noqa: ARG001 - nothing is started
        return _dropping(target, stage, index)

    return fault


@contextmanager
def _dropping(target: Target, stage: Stage, index: str) -> Iterator[Injection]:
    writer, address = writer_of(target), target.address(WRITER_ENDPOINT)
    found = query(address, DEFINED, [stage.schema, index])
    if not found:
        raise Unsupported(f"this fault drops the index {index}, and the schema {stage.schema} has none of that name")
    ((relation, definition),) = found
    again = definition.replace("INDEX ", "INDEX IF NOT EXISTS ", 1)
    with undone_by(target, stage, again, what=f"the dropped index {index}"):
        execute(address, f'DROP INDEX "{stage.schema}"."{index}"')
        yield Injection(
            instance=writer,
            confirm=lambda: await_effect(lambda: _is_gone(address, stage.schema, index), what=f"{index} being gone"),
            tells={"cause": "missing index", "relation": relation, "index": index},
        )


def _is_gone(address: Address, schema: str, index: str) -> str | None:
    return None if query(address, DEFINED, [schema, index]) else f"{schema} has no index {index} any more"
