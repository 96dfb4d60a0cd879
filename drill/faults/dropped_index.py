"""An index is gone, as after a migration that went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from psycopg import sql

from drill.errors import Unsupported
from drill.faults.crowd import writer_of
from drill.faults.fault import Fault, Injection, await_effect
from drill.faults.shop import require_ours
from drill.faults.sql import execute, query
from drill.faults.stage import Stage
from drill.faults.undone import NEXT, undone_by
from drill.history import WRITER_ENDPOINT
from drill.targets.postgres import Address
from drill.targets.target import Target

DEFINED = "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = %s AND indexname = %s"
# What an attempt that was broken off leaves: an index by that name that serves nobody.
HALF_BUILT = """
    DO $$BEGIN
        IF EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass({name}) AND NOT indisvalid) THEN
            DROP INDEX {index};
        END IF;
    END$$
"""


def dropped_index(stage: Stage, index: str) -> Fault:
    """Drop the index; on healing it is built again from its own definition, and nobody who writes waits for that.

    Unsupported where there is none, and in a schema that is not the run's own.
    """

    def fault(target: Target, *, mark: str) -> AbstractContextManager[Injection]:  # noqa: ARG001 - nothing is started
        return _dropping(target, stage, index)

    return fault


@contextmanager
def _dropping(target: Target, stage: Stage, index: str) -> Iterator[Injection]:
    require_ours(stage)
    writer, address = writer_of(target), target.address(WRITER_ENDPOINT)
    found = query(address, DEFINED, [stage.schema, index])
    if not found:
        raise Unsupported(f"this fault drops the index {index}, and the schema {stage.schema} has none of that name")
    ((relation, definition),) = found
    with undone_by(target, stage, _again(stage.schema, index, definition), what=f"the dropped index {index}"):
        execute(address, f'DROP INDEX "{stage.schema}"."{index}"')
        yield Injection(
            instance=writer,
            confirm=lambda: await_effect(lambda: _is_gone(address, stage.schema, index), what=f"{index} being gone"),
            tells={"cause": "missing index", "relation": relation, "index": index},
        )


def _again(schema: str, index: str, definition: str) -> str:
    """Steps, none of which may be in a transaction: what was half built goes, and it is built beside who writes."""
    name = sql.Identifier(schema, index).as_string()
    half_built = HALF_BUILT.format(name=sql.Literal(name).as_string(), index=name)
    return half_built + NEXT + definition.replace("INDEX ", "INDEX CONCURRENTLY IF NOT EXISTS ", 1)


def _is_gone(address: Address, schema: str, index: str) -> str | None:
    return None if query(address, DEFINED, [schema, index]) else f"{schema} has no index {index} any more"
