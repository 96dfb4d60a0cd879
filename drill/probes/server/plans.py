"""How the server would do, or has done, each statement of an application's patterns."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable
from itertools import cycle, islice
from typing import Any

import polars as pl

from drill.probes.server.explain import PATIENCE, Execution, Patience, begin, by_pattern, explained, typical
from drill.probes.server.reading import conversing
from drill.requests import Request
from drill.tables import typed_table
from drill.targets.postgres import Address


def plans(
    address: Address,
    schema: str,
    requests: Iterable[Request],
    *,
    moment: str,
    executions: int = 0,
    patience: Patience = PATIENCE,
) -> pl.DataFrame:
    """Table `plans`: a row a statement of each pattern among the requests, each of which is one draw of parameters.

    Without executions each statement of the pattern's first request is planned, and not run. Otherwise each pattern's
    requests are run so often, in turn, each in full, and rolled back, writes included (sequences and dead rows remain);
    `plan` and `execution_ms` are those of the execution of median time, which counts no network and no planning.
    One that takes longer than `patience.statement_s` is ended by the server and counts so much.
    Raises ProbeError: a statement that the server refuses is named. To be called where no event loop runs.
    """

    async def once() -> list[dict[str, Any]]:
        async with conversing(address, f"explain the patterns in {schema}", patience.deadline_s) as conversation:
            rows: list[dict[str, Any]] = []
            for pattern, drawn in by_pattern(requests).items():
                at_ns = time.monotonic_ns()
                found: dict[int, list[Execution]] = {}
                for request in islice(cycle(drawn), max(1, executions)):
                    await begin(conversation, schema, patience, read_only=request.reads_only)
                    one = await explained(conversation, request, execute=executions > 0, limit_s=patience.statement_s)
                    await conversation.ask("ROLLBACK")
                    for number, execution in one.items():
                        found.setdefault(number, []).append(execution)
                same = {"at_ns": at_ns, "moment": moment, "pattern": pattern}
                rows += [same | each for each in rows_of(drawn[0], found)]
            return rows

    return typed_table("plans", asyncio.run(once()))


def rows_of(request: Request, found: dict[int, list[Execution]]) -> list[dict[str, Any]]:
    """One row a statement; what they share is the caller's to add."""
    rows = []
    for number, executions in sorted(found.items()):
        one = typical(executions)
        sql = request.statements[number].sql
        rows.append({"statement": number, "sql": sql, "plan": one.plan, "execution_ms": one.execution_ms})
    return rows


def indexes_used(seen: pl.DataFrame) -> list[tuple[str, str]]:
    """Each pattern and index that one of its plans (rows of table `plans`) goes through, in order, each once."""
    found = {
        (pattern, index)
        for pattern, plan in seen.select("pattern", "plan").iter_rows()
        for index in _indexes(json.loads(plan)["Plan"])
    }
    return sorted(found)


def _indexes(node: dict[str, Any]) -> set[str]:
    own = {node["Index Name"]} if "Index Name" in node else set()
    # Of an INSERT with ON CONFLICT the arbiters are looked into, too.
    own |= set(node.get("Conflict Arbiter Indexes", ()))
    return own.union(*(_indexes(each) for each in node.get("Plans", ())))
