"""TransactWriteItems and TransactGetItems: all of it or nothing, at double the units.

Sources: API reference of both and of TransactionCanceledException; Developer Guide, "Amazon DynamoDB Transactions: How
it works" (double units, reads of a retried token). The writes are carried out one by one and undone if one is refused:
there is one thread, so nobody sees it, and a table need not be copied. A ConditionCheck costs what a write of its item
would (seen in paritysuite/dynamodb-conformance issue 27 and nubo-db/dynoxide pull request 123: two units). What is
cancelled for a conflict costs nothing: the guide does not say that it did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lab.dynamodb.capacity.consumed import Units, tell
from lab.dynamodb.capacity.core import Change
from lab.dynamodb.capacity.errors import cancellation, cancelled, in_progress, mismatch
from lab.dynamodb.capacity.sizes import item_size
from lab.dynamodb.capacity.table import Cost, MeteredTable, units_of
from lab.dynamodb.capacity.units import read_units
from lab.dynamodb.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.dynamodb.capacity.core import Core
    from lab.dynamodb.capacity.errors import Kind
    from lab.dynamodb.capacity.sizes import Item
    from lab.dynamodb.capacity.tokens import Tokens

Body = dict[str, Any]

MOST_ACTIONS = 100
_AT_ONCE = 25  # what a store takes that knows the limit of before September 2022; AWS takes 100
_OPERATIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "DeleteItem"}

# Validation errors that depend on the item, which cancel the transaction; the others refuse it as ill-formed.
_OF_THE_ITEM = (
    "an operand in the update expression",
    "item size",
    "number overflow",
    "type mismatch for attribute to update",
    "nesting levels",
    "the document path provided",
    "the provided expression refers to an attribute",
    "the update expression attempted to update the secondary index",
)


class _Action(NamedTuple):
    """One action of a transaction."""

    kind: str
    body: Body
    table: MeteredTable
    key: Item
    place: str | None


class _Done(NamedTuple):
    """An action that was carried out: the item before and after it, and what it consumes."""

    action: _Action
    before: Item | None
    after: Item | None
    costs: list[Cost]


def write(core: Core, operation: str, body: Body, tokens: Tokens) -> Body:
    """TransactWriteItems: repeated with its token it does nothing, and costs the reading of its items."""
    now = core.now()
    actions = _actions(core, body.get("TransactItems"), tuple(_OPERATIONS), now)
    if actions is None:
        return core.store.call(operation, body)
    token = body.get("ClientRequestToken")
    known = None if token is None else tokens.repeats(token, body["TransactItems"], now)
    if known is False:
        raise mismatch()
    if token is not None and core.ongoing.repeated(token, now):
        raise in_progress()
    if known:
        return _repeated(core, operation, body, actions, now)
    _admit(core, operation, actions, now)
    answer = _carry_out(core, operation, body, actions, now)
    core.ongoing.begin([(each.table.schema, each.key) for each in actions], token, now)
    if token is not None:
        tokens.keep(token, body["TransactItems"], now)
    return answer


def get(core: Core, operation: str, body: Body) -> Body:
    """TransactGetItems: a miss costs two units, as the smallest item does."""
    now = core.now()
    actions = _actions(core, body.get("TransactItems"), ("Get",), now)
    if actions is None:
        return core.store.call(operation, body)
    _admit(core, operation, actions, now)
    responses: list[Body] = []
    asked = body["TransactItems"]
    for start in range(0, len(asked), _AT_ONCE):
        answer = core.store.call(operation, {"TransactItems": asked[start : start + _AT_ONCE]})
        responses += answer.get("Responses") or ()
    bills = _read(core, actions, now)
    for table, found in _by_table(actions, [bool(each) for each in responses]).items():
        core.succeeded(table, operation, sum(found))
    return tell({"Responses": responses}, body, bills, "read")


def _admit(core: Core, operation: str, actions: Sequence[_Action], now: float) -> None:
    """Raise TransactionCanceledException if any action is throttled or its item held, with the reason of each."""
    kind: Kind = "read" if operation == "TransactGetItems" else "write"
    refusals = [
        core.refusal(each.table, kind, None, each.place, now) or core.conflict(each.table, each.key, now)
        for each in actions
    ]
    if any(refusals):
        _cancel(core, operation, actions, [None if each is None else cancellation(each) for each in refusals])


def _carry_out(core: Core, operation: str, body: Body, actions: Sequence[_Action], now: float) -> Body:
    done: list[_Done] = []
    reasons: list[dict[str, Any] | None] = []
    for action in actions:
        try:
            outcome = _one(core, action, now)
        except Refused:
            _undo(core, done)
            raise
        if isinstance(outcome, _Done):
            done.append(outcome)
        reasons.append(None if isinstance(outcome, _Done) else outcome)
    if any(reasons):
        _undo(core, done)
        _cancel(core, operation, actions, reasons)
    bills: dict[MeteredTable, Units] = {}
    for action, _, _, costs in done:
        action.table.spend("write", costs, now)
        units_of(costs, bills.setdefault(action.table, {}))
    for table in _by_table(actions, actions):
        core.succeeded(table, operation)
    for action, before, after, _ in done:
        if action.kind != "ConditionCheck" and (before is not None or after is not None):
            core.changed(Change(table=action.table.schema.name, key=action.key, before=before, after=after))
    return tell({}, body, bills, "write")


def _one(core: Core, action: _Action, now: float) -> _Done | dict[str, Any]:
    """What became of one action, or the reason for which it cancels all. Raises Refused for what is ill-formed."""
    before = core.store.item(action.table.schema.name, action.key)
    try:
        after = _image(core, action, before)
    except Refused as refused:
        if _ill_formed(refused):
            raise
        shown = action.body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        return cancellation(refused, before if shown else None)
    costs = action.table.write_costs(before, after, action.place, factor=2)
    held = action.table.index_refusal(costs, now)
    if held is None:
        return _Done(action, before, after, costs)
    _undo(core, [_Done(action, before, after, costs)])
    core.note(action.table, "write", held)
    return cancellation(held)


def _image(core: Core, action: _Action, before: Item | None) -> Item | None:
    """Carry one action out; the item's image after it."""
    asked = {name: value for name, value in action.body.items() if name != "ReturnValuesOnConditionCheckFailure"}
    if action.kind == "ConditionCheck" and before is not None:
        # The store has no word for a check: it is a put of what is there, or a delete of what is not.
        del asked["Key"]
        core.store.call("PutItem", {**asked, "Item": before})
        return before
    core.store.call(_OPERATIONS[action.kind], asked)
    if action.kind == "Put":
        return dict(action.body["Item"])
    return core.store.item(action.table.schema.name, action.key) if action.kind == "Update" else None


def _undo(core: Core, done: Sequence[_Done]) -> None:
    for action, before, after, _ in reversed(done):
        if before is not after:
            core.restore(action.table, action.key, before)


def _ill_formed(refused: Refused) -> bool:
    if refused.code == "ConditionalCheckFailedException":
        return False
    return refused.code != "ValidationException" or not refused.message.lower().lstrip().startswith(_OF_THE_ITEM)


def _cancel(core: Core, operation: str, actions: Sequence[_Action], reasons: Sequence[dict[str, Any] | None]) -> None:
    refused = cancelled(reasons)
    throttles = {"ProvisionedThroughputExceeded", "ThrottlingError"}
    for table, of_table in _by_table(actions, reasons).items():
        if any(reason and reason["Code"] in throttles for reason in of_table):
            core.throttled(table, operation, refused)
    raise refused


def _repeated(core: Core, operation: str, body: Body, actions: Sequence[_Action], now: float) -> Body:
    bills = _read(core, actions, now)
    for table in _by_table(actions, actions):
        core.succeeded(table, operation)
    return tell({}, body, bills, "read")


def _read(core: Core, actions: Sequence[_Action], now: float) -> dict[MeteredTable, Units]:
    bills: dict[MeteredTable, Units] = {}
    for action in actions:
        item = core.store.item(action.table.schema.name, action.key)
        costs = [Cost(None, read_units(item_size(item) if item else 0, transactional=True), action.place)]
        action.table.spend("read", costs, now)
        units_of(costs, bills.setdefault(action.table, {}))
    return bills


def _actions(core: Core, asked: Any, kinds: tuple[str, ...], now: float) -> list[_Action] | None:
    """The actions with their tables and keys; None if the transaction is one that DynamoDB refuses as ill-formed."""
    actions: list[_Action] = []
    try:
        for each in asked:
            ((kind, body),) = each.items()
            table = core.table(body["TableName"], now)
            if table is None:
                core.store.describe(body["TableName"])  # which says what is wrong with it
            if table is None or kind not in kinds:
                return None
            key = table.schema.key(body["Item"] if kind == "Put" else body["Key"])
            actions.append(_Action(kind, body, table, key, table.place(key)))
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    different = {(each.table.schema.name, repr(each.key)) for each in actions}
    twice = kinds != ("Get",) and len(different) < len(actions)
    return None if twice or not 0 < len(actions) <= MOST_ACTIONS else actions


def _by_table(actions: Sequence[_Action], values: Sequence[Any]) -> dict[MeteredTable, list[Any]]:
    grouped: dict[MeteredTable, list[Any]] = {}
    for action, value in zip(actions, values, strict=False):
        grouped.setdefault(action.table, []).append(value)
    return grouped
