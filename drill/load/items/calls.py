"""The clients of an application under test, and a row for each HTTP call that they really send, retries included.

    load: ASKED.set((key, pattern)) -> application -> client.get_item(...)
                                                          |
          before-parameter-build   ReturnConsumedCapacity; what is asked for       one call
          before-send              when it was sent                                each attempt
          response-received        what came back, or that nothing did             each attempt

Which user's request a call belongs to is told by a context variable. asyncio.to_thread takes it along; an application
with an executor of its own submits `contextvars.copy_context().run` to it, or its calls belong to nobody.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import polars as pl
from botocore.config import Config

from drill.items import Client, Place
from drill.load.items.answered import NO_UNITS, Answered, answered, reasons, units
from drill.load.items.asked import Asked, Keys, asked
from drill.tables import SCHEMAS, typed_table
from drill.targets.credentials import session_of

ASKED: ContextVar[tuple[str, str] | None] = ContextVar("asked", default=None)
"""Key and pattern of the request that is being worked on; None: none."""

CALLS = tuple(SCHEMAS["calls"])
_STATE = "drill"
_NOTHING = Answered(None, None, None)


@dataclass(slots=True)
class _Call:
    """One call of a client's method, from its parameters to the end of its last attempt."""

    number: int
    operation: str
    region: str
    request: tuple[str, str] | None
    asked: Asked
    sent_ns: int = 0
    request_bytes: int = 0
    attempts: int = 0


class Calls:
    """Makes clients whose every call becomes a row; `Clients` of drill.items. Any thread may use them.

    Takes 20 to 50 us for a call. `keys` as in `drill.load.items.asked`.
    """

    def __init__(self, place: Place, *, keys: Keys | None = None) -> None:
        """Find the credentials; ConfigError for a profile that is not there."""
        self._place = place
        self._keys: Keys = keys or {}
        self._session = session_of(
            place.region, profile=place.profile, endpoint_url=place.endpoint_url, environment=os.environ
        )
        self._rows: deque[tuple[object, ...]] = deque()
        self._numbers = itertools.count(1)
        self._here = threading.local()
        self._recording: dict[str, bool] = {}

    def __call__(self, config: Config | None = None, *, region: str | None = None) -> Client:
        """A client with that configuration, in that region (by default the place's own)."""
        make: Any = self._session.client
        client = make(
            "dynamodb",
            region_name=region or self._place.region,
            endpoint_url=self._place.endpoint_url,
            config=config,
        )
        events = client.meta.events
        # First, so that a token which botocore itself makes up does not pass for the application's.
        events.register_first("before-parameter-build.dynamodb.*", self._begin)
        events.register_last("before-send.dynamodb.*", self._send)
        events.register_first("response-received.dynamodb.*", self._receive)
        events.register_first("after-call-error.dynamodb.*", self._fail)
        found: Client = client
        return found

    def plain(self) -> Any:
        """A client that is not recorded, for what is no part of the application."""
        make: Any = self._session.client
        return make("dynamodb", endpoint_url=self._place.endpoint_url, config=_PATIENT)

    def knows(self, keys: Keys) -> None:
        """From now on partitions are told by these keys."""
        self._keys = keys

    def table(self) -> pl.DataFrame:
        """All calls so far, in the order in which they were answered: the table `calls`."""
        schema = {
            column: pl.String() if isinstance(kind, pl.Categorical | pl.Enum) else kind
            for column, kind in SCHEMAS["calls"].items()
        }
        return typed_table("calls", pl.DataFrame(list(self._rows), schema=schema, orient="row"))

    def _begin(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:
        operation = model.name
        if "ReturnConsumedCapacity" not in params and self._tells(model):
            params["ReturnConsumedCapacity"] = "INDEXES"
        call = _Call(
            next(self._numbers),
            operation,
            str(context["client_region"]),
            ASKED.get(),
            asked(operation, params, self._keys),
        )
        # A request that is about to be sent does not say which call it is, but it is sent where it was made.
        context[_STATE] = self._here.call = call

    def _send(self, request: Any, **_: object) -> None:
        call: _Call = self._here.call
        call.attempts += 1
        call.request_bytes = len(request.body or b"")
        call.sent_ns = time.monotonic_ns()

    def _receive(
        self,
        context: dict[str, Any],
        response_dict: dict[str, Any] | None,
        parsed_response: dict[str, Any] | None,
        exception: Exception | None,
        **_: object,
    ) -> None:
        answered_ns = time.monotonic_ns()
        call: _Call = context[_STATE]
        if response_dict is None or parsed_response is None:
            self._note(call, answered_ns, code=type(exception).__name__)
            return
        status, size = response_dict["status_code"], len(response_dict["body"])
        if status < 300:
            self._note(call, answered_ns, status=status, said=parsed_response, size=size)
        else:
            code = parsed_response.get("Error", {}).get("Code") or str(status)
            self._note(call, answered_ns, status=status, said=parsed_response, size=size, code=code)

    def _fail(self, exception: Exception, context: dict[str, Any], **_: object) -> None:
        """What fails between being sent and `response-received`, such as an answer that is no JSON."""
        call: _Call | None = context.get(_STATE)
        if call is not None and call.sent_ns:
            self._note(call, time.monotonic_ns(), code=type(exception).__name__)

    def _note(
        self,
        call: _Call,
        answered_ns: int,
        *,
        status: int | None = None,
        said: Mapping[str, Any] | None = None,
        size: int | None = None,
        code: str | None = None,
    ) -> None:
        if not call.sent_ns:
            return  # refused on this side: nothing was sent
        key, pattern = call.request or (None, None)
        table, index, partition, items, once = call.asked
        is_ok = said is not None and code is None
        came = answered(call.operation, said) if is_ok and said is not None else _NOTHING
        used = units(call.operation, said) if is_ok and said is not None else NO_UNITS
        why, where = reasons(said) if said is not None and code is not None else (None, None)
        self._rows.append(
            (
                *(key, pattern, call.number, call.attempts, call.operation, call.region, table, index, partition),
                *(call.sent_ns, answered_ns, status, code, why, where),
                *(items, *came, *used, call.request_bytes, size, once),
            )
        )
        call.sent_ns = 0

    def _tells(self, model: Any) -> bool:
        """Whether the operation can tell what it consumed."""
        name = model.name
        if name not in self._recording:
            self._recording[name] = "ReturnConsumedCapacity" in model.input_shape.members
        return self._recording[name]


_PATIENT = Config(connect_timeout=5, read_timeout=5, retries={"total_max_attempts": 3, "mode": "standard"})


def partition_keys(client: Any, tables: tuple[str, ...]) -> dict[str, str]:
    """The partition key of each table, and of its indexes as "table/index", by DescribeTable."""
    keys: dict[str, str] = {}
    for name in tables:
        found = client.describe_table(TableName=name)["Table"]
        keys[name] = _hashed(found)
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
            keys |= {f"{name}/{each['IndexName']}": _hashed(each) for each in found.get(kind, ())}
    return keys


def _hashed(described: Mapping[str, Any]) -> str:
    return str(next(each["AttributeName"] for each in described["KeySchema"] if each["KeyType"] == "HASH"))
