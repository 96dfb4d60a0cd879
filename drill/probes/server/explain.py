"""EXPLAIN of an application's requests, inside a transaction that is always rolled back.

Values are bound by the protocol, as a client on psycopg binds them, and not pasted in as literals: their types are
then those that the application sends, and a type that keeps an index from being used is seen. The plan is the one
for these very values (a custom plan), which is what an unprepared statement gets, and a prepared one at least five
times. It is not the generic plan to which PostgreSQL may change later (plan_cache_mode).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median_low

import psycopg
from psycopg import sql

from drill.errors import ProbeError
from drill.probes.server.reading import Conversation, first_line
from drill.requests import Request, Statement

PLANNED = "EXPLAIN (FORMAT JSON, SETTINGS) "
# Without timing of single nodes, which would slow a plan down the more rows it handles: the whole is what we compare.
EXECUTED = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON, SETTINGS) "

NO_ARBITER = "42P10"
"""There is no unique index for this ON CONFLICT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a statement may run, how long it may wait for a lock, and how long all of it may take."""

    statement_s: float = 5.0
    # Longer than deadlock_timeout's default: by then an autovacuum that holds us up has given way.
    lock_s: float = 2.0
    deadline_s: float = 60.0


PATIENCE = Patience()


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One statement, explained once: its plan, and how long it ran (None: it was only planned).

    A statement that the server ended at the time limit has the plan without figures and the limit as its time: it
    would have taken longer.
    """

    plan: str
    execution_ms: float | None


def by_pattern(requests: Iterable[Request]) -> Mapping[str, list[Request]]:
    """The requests of each pattern; each is one draw of its parameters."""
    found: dict[str, list[Request]] = defaultdict(list)
    for request in requests:
        found[request.pattern].append(request)
    return found


async def begin(conversation: Conversation, schema: str, patience: Patience, *, read_only: bool = False) -> None:
    """A transaction that the server itself ends when we are no more: no lock of ours outlives us for long."""
    await conversation.ask("BEGIN READ ONLY" if read_only else "BEGIN")
    limits = {
        "statement_timeout": patience.statement_s,
        "lock_timeout": patience.lock_s,
        "idle_in_transaction_session_timeout": patience.statement_s,
    }
    for name, limit_s in limits.items():
        await conversation.ask(f"SET LOCAL {name} = {max(1, round(limit_s * 1000))}")
    await conversation.ask(sql.SQL("SET LOCAL search_path = {}, public").format(sql.Identifier(schema)))


async def explained(
    conversation: Conversation, request: Request, *, execute: bool, limit_s: float
) -> dict[int, Execution]:
    """Explain each statement of a request within the transaction that is open, and leave nothing of it done.

    Executed ones see what those before them wrote. A statement that cannot run at all without the index that was
    taken away (ON CONFLICT needs one that is unique) is left out.
    """
    found = {}
    await conversation.ask("SAVEPOINT request")
    for number, statement in enumerate(request.statements):
        await conversation.ask("SAVEPOINT statement")
        try:
            found[number] = await _explain(conversation, statement, execute=execute)
        except psycopg.errors.QueryCanceled:
            await conversation.ask("ROLLBACK TO statement")
            planned = await _explain(conversation, statement, execute=False)
            found[number] = Execution(plan=planned.plan, execution_ms=limit_s * 1000)
        except psycopg.Error as error:
            if error.sqlstate is None:
                raise
            if error.sqlstate != NO_ARBITER:
                said = f"{error.sqlstate}: {first_line(error)}"
                raise ProbeError(f"pattern {request.pattern}, statement {number}: no plan ({said})") from error
            await conversation.ask("ROLLBACK TO statement")
    await conversation.ask("ROLLBACK TO request")
    return found


def typical(executions: list[Execution]) -> Execution:
    """The one of median time (the lower of two), with its own plan; the first where none was timed."""
    timed = [each for each in executions if each.execution_ms is not None]
    if not timed:
        return executions[0]
    middle = median_low(each.execution_ms for each in timed if each.execution_ms is not None)
    return next(each for each in timed if each.execution_ms == middle)


async def _explain(conversation: Conversation, statement: Statement, *, execute: bool) -> Execution:
    prefix = EXECUTED if execute else PLANNED
    ((found,),) = await conversation.ask(prefix + statement.sql, statement.parameters or None)
    (plan,) = found if isinstance(found, list) else json.loads(found)
    return Execution(plan=json.dumps(plan), execution_ms=plan.get("Execution Time"))
