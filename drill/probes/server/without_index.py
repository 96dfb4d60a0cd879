"""What an index is worth: the same requests without it, while nobody else ever misses it.

The index is dropped in a transaction that is rolled back, so it is never gone, whatever becomes of us. Meanwhile that
transaction holds an ACCESS EXCLUSIVE lock on the table (on a referenced key, on those that refer to it as well):
everybody else waits for as long as the executions last. So it is for a schema of drill's own, or for a pause in the
load. Waiting for the lock ends by lock_timeout; the lock ends with the transaction, and that ends when our connection
does, or when we have said nothing for `patience.statement_s` (idle_in_transaction_session_timeout).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from itertools import cycle, islice
from typing import Any

import polars as pl
from psycopg import sql

from drill.errors import ProbeError
from drill.probes.server.explain import PATIENCE, Execution, Patience, begin, by_pattern, explained
from drill.probes.server.plans import rows_of
from drill.probes.server.reading import Conversation, conversing
from drill.requests import Request
from drill.tables import typed_table
from drill.targets.postgres import Address

_WHAT_IT_IS = """
    SELECT t.relname, c.conname
    FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS t ON t.oid = x.indrelid
         LEFT JOIN pg_constraint AS c ON c.conindid = x.indexrelid AND c.conrelid = x.indrelid
                                         AND c.contype IN ('p', 'u', 'x')
    WHERE i.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s) AND i.relname = %s
"""


def without_index(
    address: Address,
    schema: str,
    index: str,
    requests: Iterable[Request],
    *,
    executions: int,
    moment: str = "before",
    patience: Patience = PATIENCE,
) -> pl.DataFrame:
    """Table `plans`, as `plans` makes it with executions, `without` naming the index; all in one transaction.

    An index that a constraint stands on goes with its constraint, and with the foreign keys that need it (CASCADE).
    A statement that cannot run without it (ON CONFLICT on its columns) has no row. Raises ProbeError: no such index,
    it is not ours to drop, the lock was not to be had, or a statement was refused.
    """

    async def once() -> list[dict[str, Any]]:
        async with conversing(address, f"do without the index {index}", patience.deadline_s) as conversation:
            await begin(conversation, schema, patience)
            # Everybody waits for us from here on, and CASCADE's notices are for nobody.
            await conversation.ask("SET LOCAL client_min_messages = warning")
            await conversation.ask(await _removal(conversation, schema, index))
            rows: list[dict[str, Any]] = []
            for pattern, drawn in by_pattern(requests).items():
                at_ns = time.monotonic_ns()
                found: dict[int, list[Execution]] = {}
                for request in islice(cycle(drawn), max(1, executions)):
                    one = await explained(conversation, request, execute=True, limit_s=patience.statement_s)
                    for number, execution in one.items():
                        found.setdefault(number, []).append(execution)
                same = {"at_ns": at_ns, "moment": moment, "pattern": pattern, "without": index}
                rows += [same | each for each in rows_of(drawn[0], found)]
            await conversation.ask("ROLLBACK")
            return rows

    return typed_table("plans", asyncio.run(once()))


async def _removal(conversation: Conversation, schema: str, index: str) -> sql.Composed:
    """The statement that takes it away."""
    found = await conversation.ask(_WHAT_IT_IS, (schema, index))
    if not found:
        raise ProbeError(f"there is no index {index} in {schema}")
    ((table, constraint),) = found
    if constraint is None:
        return sql.SQL("DROP INDEX {}").format(sql.Identifier(schema, index))
    return sql.SQL("ALTER TABLE {} DROP CONSTRAINT {} CASCADE").format(
        sql.Identifier(schema, table), sql.Identifier(constraint)
    )
