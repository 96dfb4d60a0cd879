"""What the clients saw: one immutable, columnar table of operations, and the clock they were read from.

Everything that an experiment learns is a row of this table, the fault included (as Jepsen's nemesis is
a client too): an operation of one client over the closed interval [invoked_ns, completed_ns] of the
machine's monotonic clock.

    action     client      key        value              endpoint    server     outcome
    connect    probe       -          -                  as asked    answered   as ended
    write      probe       stream     value, unique      as asked    answered   as ended
    read       probe       stream     highest value      as asked    answered   as ended
    observe    watcher     -          1 writer 0 reader  instance    answered   as ended
    lookup     watcher     -          1 writer 0 reader  cluster     answered   as ended
    announce   watcher     -          members available  api         writer     as ended
    inject     fault       -          1 a failover was   instance    heir, if    OK: asked for
                                      asked for                      one named
    confirm    fault       -          -                  instance    -          OK: effect seen
    request    culprit     -          -                  as asked    answered   as ended
    complete   fault       -          -                  instance    -          OK: all of it happened
    heal       fault       -          -                  instance    -          OK: undone
    redundant  watcher     -          -                  api         -          OK: redundant
    readback   auditor     stream     value, one a row   instance    read from  OK
    digest     auditor     -          hash of all rows   instance    read from  OK
    stall      loop        -          -                  -           -          UNKNOWN

A write puts `value` into the stream `key`; a stream has one writing client, whose values rise. A read of a
stream returns the highest value in it (-1: none). `code` is the SQLSTATE or AWS error code of an operation
that failed; for `redundant` it names what is missing, for `complete` why not.

What is no operation of a client (requests of an application, samples of a server, plans) lies in tables beside
this one, on the same clock; drill/tables.py says which there are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl

from drill.errors import Undecided


class Outcome(StrEnum):
    """OK: acknowledged. FAILED: the database cannot have done it. UNKNOWN: it may have."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """Why an operation did not end OK, as the client could tell."""

    REFUSED = "refused"
    RESET = "reset"
    SILENT = "silent"
    STALE_WRITER = "stale writer"
    SHUTTING_DOWN = "shutting down"
    STARTING_UP = "starting up"
    TOO_MANY_CONNECTIONS = "too many connections"
    NAME_RESOLUTION = "name resolution"
    AUTHENTICATION = "authentication"
    UNREPLICATED = "unreplicated"
    THROTTLED = "throttled"
    SERVER_ERROR = "server error"
    CONDITION = "condition failed"
    CONFLICT = "conflict"
    OTHER = "other"


class Action(StrEnum):
    """What a client did; the table in the module's docstring says what each column then means."""

    CONNECT = "connect"
    WRITE = "write"
    READ = "read"
    OBSERVE = "observe"
    LOOKUP = "lookup"
    ANNOUNCE = "announce"
    INJECT = "inject"
    CONFIRM = "confirm"
    COMPLETE = "complete"
    REQUEST = "request"
    HEAL = "heal"
    REDUNDANT = "redundant"
    READBACK = "readback"
    DIGEST = "digest"
    STALL = "stall"


WRITER_ENDPOINT = "writer"
"""The `endpoint` of an operation that went through the cluster endpoint, as applications do."""

READER_ENDPOINT = "reader"
"""The `endpoint` of an operation that went through the reader endpoint."""

SCHEMA: dict[str, Any] = {
    "client": pl.Categorical(),
    "action": pl.Enum([str(each) for each in Action]),
    "key": pl.Int32(),
    "value": pl.Int64(),
    "endpoint": pl.Categorical(),
    "server": pl.Categorical(),
    "session": pl.Int32(),
    "invoked_ns": pl.Int64(),
    "completed_ns": pl.Int64(),
    "outcome": pl.Enum([str(each) for each in Outcome]),
    "code": pl.Categorical(),
    "cause": pl.Enum([str(each) for each in Cause]),
}
"""Column names and types; `session` counts a client's connections, from 0."""


def typed(rows: pl.DataFrame) -> pl.DataFrame:
    """The columns of SCHEMA, in its order and types; one that is missing becomes null, others are left out."""
    return rows.select(
        (pl.col(name).cast(kind) if name in rows.columns else pl.lit(None, dtype=kind).alias(name))
        for name, kind in SCHEMA.items()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One moment on both clocks: wall_ns = monotonic_ns + offset, give or take error_ns."""

    monotonic_ns: int
    wall_ns: int
    error_ns: int

    def wall_of(self, monotonic_ns: int) -> int:
        """Wall-clock ns since the epoch of a monotonic moment, give or take `error_ns`."""
        return self.wall_ns + monotonic_ns - self.monotonic_ns

    def widened_by(self, later: Anchor) -> Anchor:
        """This anchor, its error widened by what another one disagrees: the wall clock was set in between."""
        apart_ns = abs(self.wall_of(later.monotonic_ns) - later.wall_ns)
        return Anchor(
            monotonic_ns=self.monotonic_ns,
            wall_ns=self.wall_ns,
            error_ns=max(self.error_ns, later.error_ns) + apart_ns,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything one experiment saw; `operations` has the columns of SCHEMA, ordered by `invoked_ns`.

    `tables` holds what else was recorded, by the names of drill/tables.py. One of an experiment that ended before its
    time is not whole: it can be looked at, and never judged.
    """

    operations: pl.DataFrame
    anchor: Anchor
    fault: str = "none"
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    is_whole: bool = True

    @classmethod
    def of(
        cls,
        operations: pl.DataFrame,
        *,
        anchor: Anchor,
        fault: str = "none",
        tables: Mapping[str, pl.DataFrame] | None = None,
        is_whole: bool = True,
    ) -> History:
        """Cast to SCHEMA and put into order; a missing column becomes null, a foreign one is an error."""
        foreign = set(operations.columns) - set(SCHEMA)
        if foreign:
            raise ValueError(f"no columns of a history: {sorted(foreign)}")
        ordered = typed(operations).sort("invoked_ns", maintain_order=True)
        return cls(operations=ordered, anchor=anchor, fault=fault, tables=dict(tables or {}), is_whole=is_whole)

    def table(self, name: str) -> pl.DataFrame:
        """What was recorded under that name; `Undecided` where nothing was: no evidence is no pass."""
        if name not in self.tables:
            raise Undecided(f"nothing was recorded of {name}")
        return self.tables[name]

    def only(self, *actions: Action, endpoint: str | None = None, outcome: Outcome | None = None) -> pl.DataFrame:
        """The operations of these actions, in order; narrowed to an endpoint or an outcome where one is given."""
        chosen = pl.col("action").is_in([str(action) for action in actions])
        if endpoint is not None:
            chosen &= pl.col("endpoint") == endpoint
        if outcome is not None:
            chosen &= pl.col("outcome") == str(outcome)
        return self.operations.filter(chosen)

    def save(self, path: Path) -> None:
        """Write one Parquet file, and one a table beside it; fault and anchor stand in its metadata under `drill`."""
        about = {"fault": self.fault, "anchor": asdict(self.anchor), "tables": sorted(self.tables)}
        meta = json.dumps({**about, "is_whole": self.is_whole})
        self.operations.write_parquet(path, compression="zstd", metadata={"drill": meta})
        for name, rows in self.tables.items():
            rows.write_parquet(path.with_name(f"{name}.parquet"), compression="zstd")

    @classmethod
    def load(cls, path: Path) -> History:
        """Read what `save` wrote; a file of another kind is a ValueError."""
        meta = pl.read_parquet_metadata(path).get("drill")
        if meta is None:
            raise ValueError(f"{path} is no saved history: it has no drill metadata")
        about = json.loads(meta)
        return cls.of(
            pl.read_parquet(path),
            anchor=Anchor(**about["anchor"]),
            fault=about["fault"],
            tables={name: pl.read_parquet(path.with_name(f"{name}.parquet")) for name in about.get("tables", ())},
            is_whole=about.get("is_whole", True),
        )
