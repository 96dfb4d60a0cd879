"""What lies beside the operations of a history: the application's requests, and what the server was seen doing.

All moments are ns of the machine's monotonic clock; all are columnar, typed here, and may be empty. `moment` is
"before", "during" or "after" the fault.

    requests       one a request of the load: when it was due, taken up and done, over all of its attempts
    checkouts      one a connection that the application had out of its pool, from when to when
    pool           samples of the application's pool: how large, how many in use, how many requests waiting
    sessions       samples of pg_stat_activity: one row a back end and moment, none of ours that only looks
    samples        one a moment at which `sessions` was taken: how many there were, and how long looking took
    counters       PostgreSQL's statistics views in long form: a row a counter, relation (and index) and moment
    plans          EXPLAIN's JSON, a row a pattern's statement and moment; with its time where it was executed
    indexes        every index of the schema under test
    foreign_keys   every foreign key of the schema under test
    lags           samples of every reader: whether it answers, and how far behind it is
    settings       what the control plane or a connection says of itself: subject, name, value
    audit          what must be equal when all is over: a row an invariant
    transfers      one a transfer of money that the load asked for, with its key and how it ended
    ledger         one a transfer found in the database afterwards
    pings          one a connection that was opened through an endpoint to see who answers

Of DynamoDB, and of what databases cost:

    calls          one an HTTP call that an application's DynamoDB clients really sent, every retry included
    written        one a value that a request wrote, with how the request ended
    found          one a value that stands in a table of a region when all is over
    found_during   the same, as the other region showed it under the fault
    metrics        datapoints of CloudWatch, as the control plane gave them
    key_schemas    the keys and the projection of every table and index
    consumption    what was used of what is paid for
"""

from __future__ import annotations

from typing import Any

import polars as pl

from drill.history import Cause, Outcome

_OUTCOME = pl.Enum([str(each) for each in Outcome])
_CAUSE = pl.Enum([str(each) for each in Cause])

SCHEMAS: dict[str, dict[str, Any]] = {
    "requests": {
        "pattern": pl.Categorical(),
        "endpoint": pl.Categorical(),  # writer or reader
        "due_ns": pl.Int64(),  # latency counts from here, so that a stall is never hidden
        "begun_ns": pl.Int64(),
        "completed_ns": pl.Int64(),
        "waited_ns": pl.Int64(),  # for a connection, over all attempts; null: the application does not tell
        "attempts": pl.Int32(),  # null: the application does not tell
        "outcome": _OUTCOME,
        "code": pl.Categorical(),
        "cause": _CAUSE,
        "server": pl.Categorical(),
    },
    "checkouts": {
        "endpoint": pl.Categorical(),
        "acquired_ns": pl.Int64(),
        "released_ns": pl.Int64(),  # null: never
    },
    "pool": {
        "at_ns": pl.Int64(),
        "endpoint": pl.Categorical(),
        "size": pl.Int32(),
        "in_use": pl.Int32(),
        "waiting": pl.Int32(),
        "max_size": pl.Int32(),
        "max_waiting": pl.Int32(),  # 0: without bound
    },
    "samples": {
        "at_ns": pl.Int64(),
        "instance": pl.Categorical(),
        "connections": pl.Int32(),  # client back ends, ours that only looks left out
        "took_ns": pl.Int64(),
    },
    "sessions": {
        "at_ns": pl.Int64(),
        "instance": pl.Categorical(),
        "pid": pl.Int32(),
        "application": pl.Categorical(),
        "address": pl.Categorical(),
        "user": pl.Categorical(),
        "state": pl.Categorical(),
        "state_age_s": pl.Float64(),
        "query_age_s": pl.Float64(),  # since query_start; of an idle session: of its last one
        "transaction_age_s": pl.Float64(),  # null: none is open
        "wait_type": pl.Categorical(),
        "wait_event": pl.Categorical(),
        "blocked_by": pl.List(pl.Int32()),
        "query": pl.Categorical(),
    },
    "counters": {
        "at_ns": pl.Int64(),
        "moment": pl.Categorical(),
        "instance": pl.Categorical(),
        "relation": pl.Categorical(),  # null: the whole database
        "index": pl.Categorical(),  # null: the table itself
        "name": pl.Categorical(),  # the view's column: seq_scan, idx_scan, n_mod_since_analyze, ...
        "value": pl.Float64(),
    },
    "plans": {
        "at_ns": pl.Int64(),
        "moment": pl.Categorical(),
        "pattern": pl.Categorical(),
        "statement": pl.Int32(),  # which of the pattern's statements, from 0
        "without": pl.Categorical(),  # the index that was taken away for it; null: none
        "sql": pl.String(),
        "plan": pl.String(),  # EXPLAIN (FORMAT JSON)'s one element
        "execution_ms": pl.Float64(),  # the median of its executions; null: it was only planned
    },
    "indexes": {
        "relation": pl.Categorical(),
        "index": pl.Categorical(),
        "columns": pl.List(pl.String()),  # keys in order, expressions as written; included columns left out
        "included": pl.List(pl.String()),
        "predicate": pl.String(),  # null: not partial
        "method": pl.Categorical(),
        "is_unique": pl.Boolean(),
        "is_primary": pl.Boolean(),
        "is_constraint": pl.Boolean(),
        "is_valid": pl.Boolean(),
        "size_bytes": pl.Int64(),
        "definition": pl.String(),
        "relation_rows": pl.Int64(),  # reltuples
    },
    "foreign_keys": {
        "relation": pl.Categorical(),
        "name": pl.Categorical(),
        "columns": pl.List(pl.String()),
        "references": pl.Categorical(),
        "relation_rows": pl.Int64(),
    },
    "lags": {
        "at_ns": pl.Int64(),
        "instance": pl.Categorical(),
        "answers": pl.Boolean(),
        "lag_ms": pl.Float64(),  # null: it does not tell
    },
    "settings": {
        "subject": pl.Categorical(),  # cluster, an instance, parameters, or a connection such as "writer endpoint"
        "name": pl.Categorical(),
        "value": pl.String(),
    },
    "audit": {
        "invariant": pl.Categorical(),
        "expected": pl.Int64(),
        "found": pl.Int64(),
        "detail": pl.String(),
    },
    "transfers": {
        "key": pl.String(),
        "source": pl.Int32(),
        "destination": pl.Int32(),
        "amount": pl.Int64(),
        "attempts": pl.Int32(),
        "outcome": _OUTCOME,
        "code": pl.Categorical(),
        "due_ns": pl.Int64(),
        "completed_ns": pl.Int64(),
    },
    "ledger": {
        "key": pl.String(),
        "source": pl.Int32(),
        "destination": pl.Int32(),
        "amount": pl.Int64(),
    },
    "pings": {
        "at_ns": pl.Int64(),
        "endpoint": pl.Categorical(),
        "server": pl.Categorical(),  # null: nobody answered
        "in_recovery": pl.Boolean(),
        "encrypted": pl.Boolean(),
        "error": pl.String(),
    },
    "calls": {
        "request": pl.String(),  # the key of the user's request; null: the application's own doing
        "pattern": pl.Categorical(),  # null: as above
        "call": pl.Int64(),  # one number for each call of the client's method; its attempts share it
        "attempt": pl.Int32(),  # of that call, from 1: what botocore itself repeats
        "operation": pl.Categorical(),  # as on the wire: GetItem, BatchWriteItem, ...
        "region": pl.Categorical(),
        "table": pl.Categorical(),  # of several tables the first
        "index": pl.Categorical(),  # that was read; null: the table itself
        "partition": pl.String(),  # value of the partition key that the call names; null: none, or several
        "sent_ns": pl.Int64(),
        "answered_ns": pl.Int64(),  # when it was given up, where nothing came
        "status": pl.Int32(),  # of HTTP; null: no answer
        "code": pl.Categorical(),  # AWS's error code, or the name of botocore's exception; null: OK
        "reasons": pl.List(pl.String()),  # ThrottlingReasons, or CancellationReasons of a transaction
        "resources": pl.List(pl.String()),  # the ARNs that the reasons name, in their order
        "asked": pl.Int32(),  # items that the call names; null: it does not (Query, Scan)
        "returned": pl.Int32(),  # items that came back
        "evaluated": pl.Int32(),  # items that were read for it (ScannedCount)
        "unprocessed": pl.Int32(),  # items of a batch that were not done
        "read_units": pl.Float64(),  # consumed, tables and indexes together; null: not told
        "write_units": pl.Float64(),
        "index_units": pl.Float64(),  # of both, what indexes consumed
        "request_bytes": pl.Int64(),
        "response_bytes": pl.Int64(),
        "once": pl.Boolean(),  # safe to repeat: a read, a client token, a condition, or a put of the whole item
    },
    "written": {
        "request": pl.String(),
        "pattern": pl.Categorical(),
        "table": pl.Categorical(),
        "item": pl.String(),  # the text of its key, joined by |
        "value": pl.String(),
        "region": pl.Categorical(),  # that acknowledged it; null: nobody did
        "begun_ns": pl.Int64(),
        "completed_ns": pl.Int64(),
        "outcome": _OUTCOME,
    },
    "found": {
        "region": pl.Categorical(),
        "table": pl.Categorical(),
        "item": pl.String(),
        "value": pl.String(),
    },
    "metrics": {
        "at_ns": pl.Int64(),  # the end of the period, as far as the clocks agree
        "period_s": pl.Float64(),
        "namespace": pl.Categorical(),  # AWS/DynamoDB, AWS/RDS
        "name": pl.Categorical(),
        "subject": pl.Categorical(),  # table, cluster or instance
        "detail": pl.Categorical(),  # index, operation or receiving region; null: none
        "region": pl.Categorical(),
        "statistic": pl.Categorical(),  # Sum, Average, SampleCount, Maximum
        "value": pl.Float64(),
    },
    "key_schemas": {
        "table": pl.Categorical(),
        "index": pl.Categorical(),  # null: the table itself
        "partition_key": pl.String(),
        "sort_key": pl.String(),  # null: none
        "projection": pl.Categorical(),  # ALL, KEYS_ONLY, INCLUDE
        "projected": pl.List(pl.String()),  # attributes beside the keys; empty for ALL
        "items": pl.Int64(),
        "size_bytes": pl.Int64(),
    },
    "consumption": {
        "service": pl.Categorical(),  # dynamodb, aurora
        "resource": pl.Categorical(),  # table, index (table/index), cluster, instance
        "item": pl.Categorical(),  # what the price book calls it
        "unit": pl.Categorical(),
        "quantity": pl.Float64(),
        "from_ns": pl.Int64(),
        "to_ns": pl.Int64(),
        "source": pl.Categorical(),  # calls, metrics, settings, counters
    },
}
SCHEMAS["found_during"] = SCHEMAS["found"]
"""Column names and types of each table."""


def typed_table(name: str, rows: pl.DataFrame | list[dict[str, Any]]) -> pl.DataFrame:
    """The columns of that table, in order and types; a missing one becomes null, a foreign one is a ValueError."""
    schema = SCHEMAS[name]
    frame = rows if isinstance(rows, pl.DataFrame) else _frame(rows, schema)
    foreign = set(frame.columns) - set(schema)
    if foreign:
        raise ValueError(f"no columns of {name}: {sorted(foreign)}")
    if not frame.width:
        return pl.DataFrame(schema=schema)
    return frame.select(
        (pl.col(column).cast(kind) if column in frame.columns else pl.lit(None, dtype=kind).alias(column))
        for column, kind in schema.items()
    )


def _frame(rows: list[dict[str, Any]], schema: dict[str, Any]) -> pl.DataFrame:
    """Rows with the types of the columns that they have, so that nulls are no guess."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame(rows, schema={name: _plain(schema.get(name)) for name in names})


def _plain(kind: Any) -> Any:
    """Python's own values come in as text first: polars makes categories and enumerations of them by a cast."""
    return pl.String() if isinstance(kind, pl.Categorical | pl.Enum) else kind
