"""Histories of an application on DynamoDB, told in seconds: each request with every call that it really sent.

Times are seconds after injection. Requests come at an even pace, by turns one that reads (even numbers) and one that
writes a value of its own; nothing is drawn by chance unless a test gives a seed.

    story = item_load(lambda number, due_s: [throttled(), after(12.0)] if due_s > 0 else [OK])
    verdict = backs_off_with_jitter()(story.told())
"""

from collections.abc import Callable, Sequence
from random import Random

from hypothesis import settings

from tests.drill.checks.load.stories import END_S, HEALED_S, LATENCY_MS, STEADY_S, LoadStory, quiet
from tests.drill.histories import Row, ns, steps

RATE = 100
TABLE = "drill-1f-shop"
INDEX = "by-status"
ARN = f"arn:aws:dynamodb:us-east-1:123456789012:table/{TABLE}"
READS, WRITES = "customer-profile", "put-order"

OK: Row = {"status": 200}
SILENT: Row = {"status": None, "code": "ReadTimeoutError", "took_ms": 300.0, "read_units": None, "write_units": None}
CUT: Row = {**SILENT, "code": "ConnectionClosedError", "took_ms": 4.0}
ERROR: Row = {**CUT, "status": 500, "code": "InternalServerError"}

few_examples = settings(deadline=None, max_examples=15)
"""For properties of a whole load, which takes long to tell."""

Attempts = Callable[[int, float], Sequence[Row]]


def note(story: LoadStory, kind: str, **columns: object) -> LoadStory:
    """A row of a table that may have a column named table."""
    story.tables.setdefault(kind, []).append(columns)
    return story


def throttled(reason: str = "TableWriteMaxOnDemandThroughputExceeded", **columns: object) -> Row:
    """A call that is refused for that reason, as the manual says."""
    code = "ThrottlingException"
    if "ProvisionedThroughput" in reason:
        code = "ProvisionedThroughputExceededException"
    if "AccountLimit" in reason:
        code = "RequestLimitExceeded"
    arn = f"{ARN}/index/{INDEX}" if reason.startswith("Index") else ARN
    told: Row = {"status": 400, "code": code, "reasons": [reason], "resources": [arn]}
    return {**told, "read_units": None, "write_units": None, **columns}


def after(wait_ms: float, call: Row = OK, **columns: object) -> Row:
    """A call that is sent so much later than the one before ended."""
    return {**call, "wait_ms": wait_ms, **columns}


def canceled(*codes: str) -> Row:
    """A transaction that is canceled; a code for each of its items."""
    return {"status": 400, "code": "TransactionCanceledException", "reasons": list(codes)}


def ask(story: LoadStory, number: int, due_s: float, *calls: Row, **about: object) -> LoadStory:
    """One request and its calls, one after the other; OK if the last of them was, unless `outcome` says otherwise.

    `about` are columns of all calls; `applied` says whether a write stands there afterwards, `cause` what the request
    was told.
    """
    key, writes = f"r{number}", number % 2 == 1
    pattern, operation = about.pop("pattern", WRITES if writes else READS), "PutItem" if writes else "GetItem"
    told = {name: about.pop(name, None) for name in ("outcome", "applied", "cause")}
    now_s, bare = due_s, {"wait_ms", "took_ms"}
    units: Row = {"write_units" if writes else "read_units": 1.0}
    for place, call in enumerate(calls):
        sent_s = now_s + call.get("wait_ms", 0.0) / 1000
        now_s = sent_s + call.get("took_ms", LATENCY_MS) / 1000
        columns: Row = {"operation": operation, "table": TABLE, "region": "us-east-1", "once": True, "asked": 1}
        columns |= {
            "partition": f"customer#{number % 50}",
            "request_bytes": 300,
            "response_bytes": 600,
            **units,
            **about,
        }
        columns |= {name: value for name, value in call.items() if name not in bare}
        when: Row = {"sent_ns": ns(sent_s), "answered_ns": ns(now_s)}
        note(story, "calls", request=key, pattern=pattern, call=100 * number + place, attempt=1, **when, **columns)
    ended = calls[-1]
    outcome = told["outcome"] or ("ok" if ended.get("status") == 200 else "failed")
    code = None if outcome == "ok" else ended.get("code")
    latency_ms = 1000 * (now_s - due_s)
    story.request(
        due_s, latency_ms, pattern=pattern, attempts=len(calls), outcome=outcome, code=code, cause=told["cause"]
    )
    if writes:
        put: Row = {"table": TABLE, "item": f"customer#{number % 50}|order#{number}", "value": f"v{number}"}
        when = {"begun_ns": ns(due_s), "completed_ns": ns(now_s), "region": "us-east-1" if outcome == "ok" else None}
        note(story, "written", request=key, pattern=pattern, outcome=outcome, **when, **put)
        if told["applied"] if told["applied"] is not None else outcome == "ok":
            note(story, "found", region="us-east-1", **put)
    return story


def item_load(
    calls: Attempts = lambda _number, _due_s: [OK],
    *,
    rate: int = RATE,
    end_s: float = END_S,
    story: LoadStory | None = None,
) -> LoadStory:
    """An application under load; `calls` says what each request sends. Both tables of values are there, if empty."""
    told = story or quiet()
    told.tables.setdefault("written", [])
    told.tables.setdefault("found", [])
    for number, due_s in enumerate(steps(-STEADY_S, end_s, 1 / rate)):
        ask(told, number, due_s, *calls(number, due_s))
    return told


def under(due_s: float) -> bool:
    """Whether a request is due while the fault lasts."""
    return 0 <= due_s < HEALED_S


def patient(
    seed: int = 1, *, share: float = 0.4, base_ms: float = 25.0, most: int = 9, call: Row | None = None
) -> Attempts:
    """Refused by that share while the fault lasts, each request repeats with full jitter until it is served."""
    draw = Random(seed)  # noqa: S311 - a test that can be repeated

    def calls(_number: int, due_s: float) -> list[Row]:
        sent: list[Row] = []
        while under(due_s) and len(sent) < most and draw.random() < share:
            wait_ms = draw.uniform(0, min(1000, base_ms * 2 ** (len(sent) - 1))) if sent else 0.0
            sent.append(after(wait_ms, call or throttled()))
        wait_ms = draw.uniform(0, min(1000, base_ms * 2 ** (len(sent) - 1))) if sent else 0.0
        return [*sent, after(wait_ms)]

    return calls


def impatient(wait_ms: float = 0.5, *, times: int = 3, call: Row | None = None) -> Attempts:
    """Every other request is refused so often, and repeats after the same wait each time."""

    def calls(number: int, due_s: float) -> list[Row]:
        refused = times if under(due_s) and number // 2 % 2 else 0
        return [
            *(after(wait_ms if place else 0.0, call or throttled()) for place in range(refused)),
            after(wait_ms * bool(refused)),
        ]

    return calls


def transfer(
    story: LoadStory, key: str, *calls: Row, at_s: float = 1.0, outcome: str = "ok", times: int = 1, **about: object
) -> LoadStory:
    """A transfer with its calls; it stands in the ledger so often."""
    told: Row = {"key": key, "source": 1, "destination": 2, "amount": 5}
    story.tables.setdefault("ledger", [])
    story.row("transfers", **told, outcome=outcome, attempts=len(calls), due_ns=ns(at_s))
    for _ in range(times):
        story.row("ledger", **told)
    for place, call in enumerate(calls):
        when: Row = {"sent_ns": ns(at_s + place * 0.1), "answered_ns": ns(at_s + place * 0.1 + 0.004)}
        columns: Row = {"operation": "TransactWriteItems", "table": "drill-1f-accounts", "once": True, **about}
        columns |= {name: value for name, value in call.items() if name not in {"wait_ms", "took_ms"}}
        note(story, "calls", request=key, call=place, attempt=1, **when, **columns)
    return story
