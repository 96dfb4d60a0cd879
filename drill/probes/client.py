"""A client with one connection, as an application's worker has: it calls, loses it, connects again."""

from __future__ import annotations

import time
from typing import Any

import psycopg

from drill.history import Action
from drill.probes.recorder import NO_VALUE, NULL
from drill.probes.run import Run
from drill.targets.outcomes import classify
from drill.targets.postgres import Address
from drill.targets.session import DeadlinePassed, Rows, Session

STALE = "25006"


class Client:
    """Calls one endpoint by one action, and records each call and each attempt to connect.

    `follows`: whether to connect anew on 25006, as an application does at the cluster endpoint, which may lead
    elsewhere by now. A client of an instance stays, since there is nothing else to be found.
    """

    def __init__(self, run: Run, name: str, action: Action, endpoint: str, address: Address, *, follows: bool) -> None:
        """Connect to nothing yet."""
        self._run = run
        self._endpoint = endpoint
        self._address = address
        self._follows = follows
        self._calls = run.recorder.register(name, action, endpoint)
        self._connects = run.recorder.register(name, Action.CONNECT, endpoint)
        self._session: Session | None = None
        self._number = NULL

    async def connected(self) -> bool:
        """Whether there is a connection now; tries once to make one where there is none."""
        if self._session is not None:
            return True
        # An instance's endpoint names the instance, the others say only which way we came.
        error: Exception | None = None
        invoked = time.monotonic_ns()
        try:
            self._session = await Session.open(self._address, self._run.plan.connect_deadline_s, name=self._known_as())
        except (psycopg.Error, DeadlinePassed) as failure:
            error = failure
        completed = time.monotonic_ns()
        server, session = None, NULL
        if self._session is not None:
            self._number += 1
            server, session = self._session.server, self._number
        ending = classify(error, sent=False)
        self._run.recorder.add(self._connects, invoked, completed, ending, server=server, session=session)
        return self._session is not None

    async def call(self, sql: str, params: Any, *, key: int = NULL, value: int = NO_VALUE) -> bool:
        """Do one call over the connection there is; whether it was answered OK.

        A value that the call returns is recorded in place of `value`. Drops the connection when it is lost.
        """
        session = self._session
        if session is None:
            raise RuntimeError("a client must be connected before it calls")
        rows: Rows = []
        error: Exception | None = None
        invoked = time.monotonic_ns()
        try:
            rows = await session.fetch(sql, params, deadline_s=self._run.plan.deadline_s)
        except (psycopg.Error, DeadlinePassed) as failure:
            error = failure
        completed = time.monotonic_ns()
        ending = classify(error, sent=True, notices=session.notices)
        self._run.recorder.add(
            self._calls,
            invoked,
            completed,
            ending,
            key=key,
            value=rows[0][0] if rows else value,
            server=session.server,
            session=self._number,
        )
        if not session.alive or (self._follows and ending.code == STALE):
            await self.close()
        return error is None

    async def close(self) -> None:
        """Let go of the connection, if there is one."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    def _known_as(self) -> str | None:
        """Who answers where the server itself cannot tell: the instance whose endpoint this is, if it is one."""
        return self._endpoint if self._endpoint in self._run.plan.instances else None
