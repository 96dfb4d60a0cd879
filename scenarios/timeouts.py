"""Scenario 2 of the requirements: each way in which a query takes too long, or keeps others from going on."""

from __future__ import annotations

from collections.abc import Mapping

from drill import faults
from drill.faults import CULPRIT, Fault, Stage, sessions
from drill.load.dataset import Sizes
from drill.load.flood import Mode, Party
from drill.load.parameters import Between
from drill.load.pattern import Pattern
from drill.targets.postgres import Address
from scenarios.crowds import application_settings, crowd
from scenarios.demand import Demand
from scenarios.load_scenario import LoadScenario, Look
from scenarios.shop import patterns

SLEEP = "SELECT pg_sleep(30)"

SLOW_REPORT = Pattern(name="slow-report", sql=("SELECT pg_sleep(3)",), weight=0.2)
"""What the application itself asks for now and then, and never gets: its own statements, too, are to be ended.

One request in five hundred, so that the fault's own clients take more of the server's time, and longer than
statement_timeout, but not than the client's deadline: a server that does not end it is seen to go on.
"""

# A join without the condition that was meant, on a column that no index serves: 190 million pairs at scale 1, which
# take more than 20 s on one core where nothing ends them.
JOIN = """
    SELECT count(*) FROM customers c
    JOIN payments p ON p.created_at BETWEEN c.created_at AND c.created_at + interval '3 years'
    WHERE c.id <= 1000
"""

# 18 million rows at scale 1: more than 10 s, and 0.7 GB of temporary files where nothing ends it.
SORT = """
    SELECT count(*) FROM (
        SELECT md5(l.id::text || n) FROM lines l, generate_series(1, 30) n ORDER BY 1 OFFSET 0
    ) sorted
"""

# The latest tenth of the orders, of which pay-order needs one in six. Nothing is changed, so nothing bloats.
HOLD_ORDERS = """
    SELECT count(*) FROM (
        SELECT id FROM orders, (SELECT reltuples AS many FROM pg_class WHERE oid = 'orders'::regclass) counted
        WHERE id BETWEEN 0.9 * many AND many FOR UPDATE OF orders
    ) held
"""

READ_PAYMENTS = "SELECT count(*) FROM payments WHERE order_id = 1"

# Needs the table for itself, as most of ALTER TABLE does, and changes nothing: this is how text is stored anyway.
MIGRATE = "ALTER TABLE payments ALTER COLUMN key SET STORAGE EXTENDED"


def _culprit(
    stage: Stage, address: Address, statement: str, *, mode: Mode = Mode.QUERY, count: int = 1, name: str = "culprit"
) -> Party:
    """Clients of the application's next release."""
    return Party(
        mode=mode,
        name=name,
        application=CULPRIT,
        address=address,
        count=count,
        statements=(statement,),
        settings=application_settings(stage),
        pause_s=0.2,
    )


def _slow(statement: str, *, count: int = 1, needs: tuple[str, ...] = ()) -> faults.Staged:
    """Clients that run one statement for as long as they are let."""

    def staged(stage: Stage) -> Fault:
        return faults.culprits(
            crowd(stage, lambda address: (_culprit(stage, address, statement, count=count),)),
            stage,
            seen=lambda address: sessions.runs(address, CULPRIT),
            tells=_tells("query", query=" ".join(statement.split())),
            needs=needs,
        )

    return staged


def _idle_lock(stage: Stage) -> Fault:
    return faults.culprits(
        crowd(stage, lambda address: (_culprit(stage, address, HOLD_ORDERS, mode=Mode.TRANSACTION),)),
        stage,
        seen=lambda address: sessions.idles(address, CULPRIT, stage.schema),
        tells=_tells("lock", relation="orders"),
        needs=("orders",),
    )


def _lock_queue(stage: Stage) -> Fault:
    def parties(address: Address) -> tuple[Party, ...]:
        return (
            _culprit(stage, address, READ_PAYMENTS, mode=Mode.TRANSACTION, name="culprit-idle"),
            _culprit(stage, address, MIGRATE, name="culprit-migration"),
        )

    return faults.culprits(
        crowd(stage, parties),
        stage,
        seen=lambda address: sessions.waits(address, CULPRIT),
        tells=_tells("lock", relation="payments", query=MIGRATE),
        needs=("payments",),
    )


def _tells(cause: str, **more: str) -> Mapping[str, str]:
    return {"cause": cause, "application": CULPRIT, **more}


def _with_reservations(scale: float) -> tuple[Pattern, ...]:
    """The shop's patterns, and one that is refused at once (55P03) while somebody holds the order.

    Who tries again at once, without bound, makes a storm of that. One that waits before it is refused does not.
    """
    orders = Sizes.at(scale).orders
    reserve = Pattern(
        name="reserve-order",
        sql=("SELECT status FROM orders WHERE id = %(order)s FOR UPDATE NOWAIT",),
        # Among those of HOLD_ORDERS, wherever the server's estimate puts their number.
        parameters={"order": Between(low=round(0.92 * orders), high=round(0.98 * orders))},
        weight=5,
        writes=True,
    )
    return (*patterns(scale), reserve)


def _timeout(
    fault_name: str, story: str, fault: faults.Staged, *affected: str, demand: Demand | None = None
) -> LoadScenario:
    return LoadScenario(
        name="timeouts",
        fault_name=fault_name,
        story=story,
        fault=fault,
        affected=frozenset(affected),
        clients=(CULPRIT,),
        looks=frozenset({Look.SHOP}),
        demand=demand or Demand(),
    )


def _slow_queries(fault_name: str, story: str, fault: faults.Staged) -> LoadScenario:
    return _timeout(fault_name, story, fault, SLOW_REPORT.name, demand=Demand(extra=(SLOW_REPORT,)))


SLEEPING_QUERY = _slow_queries(
    "sleeping query", "four clients ask for something that takes half a minute", _slow(SLEEP, count=4)
)
UNINDEXED_JOIN = _slow_queries(
    "unindexed join",
    "a client joins customers and payments on a column without an index",
    _slow(JOIN, needs=("customers", "payments")),
)
RUNAWAY_SORT = _slow_queries(
    "runaway sort", "a client sorts eighteen million rows, on disk", _slow(SORT, needs=("lines",))
)
IDLE_LOCK = _timeout(
    "lock held by an idle transaction",
    "somebody locks the latest orders, and then does nothing, with the transaction open",
    _idle_lock,
    "pay-order",
    "reserve-order",
    demand=Demand(patterns=_with_reservations),
)
LOCK_QUEUE = _timeout(
    "lock queue",
    "an ALTER TABLE waits behind somebody who has read payments and sits idle; everybody queues behind it",
    _lock_queue,
    "pay-order",
    "payments-of-order",
)

SLOW_QUERIES = (SLEEPING_QUERY, UNINDEXED_JOIN, RUNAWAY_SORT)
"""Ended by statement_timeout (57014); `tells["cause"]` is "query"."""

LOCKS = (IDLE_LOCK, LOCK_QUEUE)
"""Ended by idle_in_transaction_session_timeout (25P03) and lock_timeout (55P03); `tells["cause"]` is "lock"."""

TIMEOUTS = (*SLOW_QUERIES, *LOCKS)
