"""What becomes of a request: answered, refused, late, or never answered at all."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from aiohttp import web

from lab.dynamodb.faults import Fault, Faults, Kind
from lab.dynamodb.front.others import Others
from lab.dynamodb.front.wire import TARGET, answer, body_of, refusal, scope, tables_of
from lab.dynamodb.refused import Refused

log = logging.getLogger("lab.dynamodb")

DATA_PLANE = frozenset(
    {
        "BatchExecuteStatement",
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "ExecuteStatement",
        "ExecuteTransaction",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    }
)
"""What faults of tables hit; those of a region hit every call."""


_ERROR = Refused(500, "InternalServerError", "Internal server error")


class Region(Protocol):
    """What answers the calls of a region."""

    def call(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a call, which is carried out at once; raises Refused."""

    def takes_s(self, operation: str) -> float:
        """For how long what was just carried out must not be answered yet."""

    def answered(self, operation: str, tables: Collection[str], took_s: float, refused: Refused | None) -> None:
        """Take note of what a client was told, and how long it took."""


class Handler:
    """Answers every request to the endpoint. A write is carried out whole before anything else happens."""

    def __init__(self, regions: Mapping[str, Region], faults: Faults, others: Others) -> None:
        """Ask these regions for DynamoDB, and the others for anything else."""
        self._regions = regions
        self._faults = faults
        self._others = others

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request; its body is always read whole first."""
        raw = await request.read()
        target = request.headers.get("X-Amz-Target", "")
        if not target.startswith(TARGET):
            return await self._others.answer(request, raw)
        signed = scope(request.headers)
        if signed is None:
            return refusal(
                Refused(400, "MissingAuthenticationTokenException", "Request is missing Authentication Token")
            )
        region = self._regions.get(signed[0])
        if region is None:
            there = " and ".join(self._regions)
            return refusal(
                Refused(400, "UnrecognizedClientException", f"This lab has no region {signed[0]}: it has {there}.")
            )
        return await self._dynamodb(request, region, signed[0], target[len(TARGET) :], raw)

    async def _dynamodb(
        self, request: web.BaseRequest, region: Region, name: str, operation: str, raw: bytes
    ) -> web.StreamResponse:
        silent = self._faults.silent(name)
        if silent is not None:
            return await _held(request, silent)
        began_s = time.perf_counter()
        try:
            body = body_of(raw)
            tables = tables_of(body) if operation in DATA_PLANE else set()
            hit = self._faults.hit(name, tables) if self._faults.now else []
        except Refused as refused:
            return refusal(refused)
        first = {each.kind: each for each in reversed(hit)}
        for kind in (Kind.SILENCE, Kind.DROP, Kind.FAIL):
            if kind in first:
                return await self._lost(request, region, operation, body, first[kind])
        refused_with: Refused | None = None
        try:
            told = answer(region.call(operation, body))
            if takes_s := region.takes_s(operation):
                await _pass(takes_s)
        except Refused as refused:
            refused_with, told = refused, refusal(refused)
        if Kind.DELAY in first:
            await asyncio.sleep(first[Kind.DELAY].delay_s)
        region.answered(operation, tables, time.perf_counter() - began_s, refused_with)
        return told

    async def _lost(
        self, request: web.BaseRequest, region: Region, operation: str, body: dict[str, Any], fault: Fault
    ) -> web.StreamResponse:
        """Carry it out or not, and tell the client something else, or nothing."""
        if self._faults.drawn(fault.applied):
            try:
                region.call(operation, body)
            except Refused as refused:
                log.debug("%s was refused, and nobody is told: %s", operation, refused)
        if fault.kind is Kind.SILENCE:
            return await _held(request, fault)
        if fault.kind is Kind.DROP:
            return _cut(request)
        region.answered(operation, tables_of(body), 0.0, _ERROR)
        return refusal(_ERROR)


async def _pass(seconds: float) -> None:
    """Let this much time pass, and no less: timers may be early by a millisecond."""
    ends_s = time.monotonic() + seconds
    while (left_s := ends_s - time.monotonic()) > 0:  # noqa: ASYNC110  # there is no event but the time
        await asyncio.sleep(left_s)


async def _held(request: web.BaseRequest, fault: Fault) -> web.StreamResponse:
    """Neither answer nor close until the fault is over, then cut the connection."""
    await fault.ended.wait()
    return _cut(request)


def _cut(request: web.BaseRequest) -> web.StreamResponse:
    transport = request.transport
    if transport is not None:
        transport.abort()
    return web.Response()
