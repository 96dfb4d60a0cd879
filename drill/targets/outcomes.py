"""THE table of outcomes: what an answer, an error or silence proves about the statement that was sent.

    when                      what came back                                 outcome   cause
    before it was sent        anything                                       FAILED    as told
    after                     acknowledged                                   OK        -
                              acknowledged, wait for replication cancelled   UNKNOWN   unreplicated
                              25006 read-only transaction                    FAILED    stale writer
                              53300                                          FAILED    too many connections
                              40003, class 08                                UNKNOWN   reset
                              57P01, 57P02, 57P04, 57P05                     UNKNOWN   shutting down
                              57P03                                          UNKNOWN   starting up
                              any other FATAL or PANIC                       UNKNOWN   other
                              any other ERROR (40001, 40P01, 57014, ...)     FAILED    other
                              the connection's end                           UNKNOWN   reset
                              nothing, until the deadline                    UNKNOWN   silent

FAILED and OK need proof. An ERROR is one: in autocommit the server reports it only for a transaction that it
rolled back, and once a commit record is written, PostgreSQL raises whatever goes wrong to a PANIC, which proves
nothing (src/backend/access/transam/xact.c). A cancelled statement (57014) is an ERROR while it runs, and a mere
WARNING once it waits for synchronous replication (src/backend/replication/syncrep.c).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import psycopg

from drill.history import Cause, Outcome
from drill.targets.session import Notice


class Ending(NamedTuple):
    """How an operation ended; `code` is the SQLSTATE where there is one."""

    outcome: Outcome
    code: str | None = None
    cause: Cause | None = None


ACKNOWLEDGED = Ending(Outcome.OK)

SENT: dict[str, tuple[Outcome, Cause]] = {
    "25006": (Outcome.FAILED, Cause.STALE_WRITER),
    "53300": (Outcome.FAILED, Cause.TOO_MANY_CONNECTIONS),
    "40003": (Outcome.UNKNOWN, Cause.RESET),
    "57P01": (Outcome.UNKNOWN, Cause.SHUTTING_DOWN),
    "57P02": (Outcome.UNKNOWN, Cause.SHUTTING_DOWN),
    "57P03": (Outcome.UNKNOWN, Cause.STARTING_UP),
    "57P04": (Outcome.UNKNOWN, Cause.SHUTTING_DOWN),
    "57P05": (Outcome.UNKNOWN, Cause.SHUTTING_DOWN),
}
"""By SQLSTATE, once the statement was sent."""

CAUSES: dict[str, Cause] = {code: cause for code, (_, cause) in SENT.items()} | {
    "28000": Cause.AUTHENTICATION,
    "28P01": Cause.AUTHENTICATION,
}
"""By SQLSTATE, before anything was sent, where every outcome is FAILED."""

WORDS: tuple[tuple[re.Pattern[str], str | None, Cause], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), code, cause)
    for pattern, code, cause in (
        (r"the database system is shutting down", "57P03", Cause.SHUTTING_DOWN),
        (r"the database system is (starting up|not|in recovery)", "57P03", Cause.STARTING_UP),
        (r"too many (clients|connections)|connection slots are", "53300", Cause.TOO_MANY_CONNECTIONS),
        (r"password authentication failed", "28P01", Cause.AUTHENTICATION),
        (r"no pg_hba\.conf entry|role .* does not exist|not permitted to log in", "28000", Cause.AUTHENTICATION),
        (r"authentication failed|no password supplied", None, Cause.AUTHENTICATION),
        (r"terminating connection", "57P01", Cause.SHUTTING_DOWN),
        (r"SSL connection has been closed|SSL error: unexpected", None, Cause.RESET),
        (r"failed to resolve host|could not translate host name", None, Cause.NAME_RESOLUTION),
        (r"connection refused", None, Cause.REFUSED),
        (r"timeout expired|timed out", None, Cause.SILENT),
        (
            r"closed the connection|reset by peer|broken pipe|unexpected eof|syscall error|socket closed",
            None,
            Cause.RESET,
        ),
    )
)
"""By words, for errors while connecting: libpq drops their SQLSTATE. First match; code as PostgreSQL gives it."""


def classify(error: BaseException | None, *, sent: bool, notices: Iterable[Notice] = ()) -> Ending:
    """Decide what is proven about one statement, or about one attempt to connect (`sent=False`)."""
    if error is None:
        unreplicated = any(map(_unreplicated, notices))
        return Ending(Outcome.UNKNOWN, "01000", Cause.UNREPLICATED) if unreplicated else ACKNOWLEDGED
    code = error.sqlstate if isinstance(error, psycopg.Error) else None
    return _after(error, code) if sent else _before(error, code)


def _after(error: BaseException, code: str | None) -> Ending:
    """The statement was on its way: FAILED needs the server's word for it."""
    if code is None:
        return Ending(Outcome.UNKNOWN, None, Cause.SILENT if isinstance(error, TimeoutError) else Cause.RESET)
    if code.startswith("08"):
        return Ending(Outcome.UNKNOWN, code, Cause.RESET)
    outcome, cause = SENT.get(code) or (_by_severity(error), Cause.OTHER)
    return Ending(outcome, code, cause)


def _before(error: BaseException, code: str | None) -> Ending:
    """Nothing was asked for, so nothing was done; what remains is the cause."""
    if code is not None:
        return Ending(Outcome.FAILED, code, Cause.RESET if code.startswith("08") else CAUSES.get(code, Cause.OTHER))
    if isinstance(error, TimeoutError | psycopg.errors.ConnectionTimeout):
        return Ending(Outcome.FAILED, None, Cause.SILENT)
    text = str(error)
    known, cause = next(((code, cause) for words, code, cause in WORDS if words.search(text)), (None, Cause.OTHER))
    return Ending(Outcome.FAILED, known, cause)


def _by_severity(error: BaseException) -> Outcome:
    """Only an ERROR is about the statement alone; a FATAL or a PANIC may have hit it after its commit."""
    severity = error.diag.severity_nonlocalized if isinstance(error, psycopg.Error) else None
    return Outcome.FAILED if severity == "ERROR" else Outcome.UNKNOWN


def _unreplicated(notice: Notice) -> bool:
    """Whether the server says that it acknowledges a commit which perhaps no other instance has."""
    return notice.source == "SyncRepWaitForLSN" or (
        notice.severity == "WARNING" and "synchronous replication" in notice.message
    )
