"""Capacity around a store: every call is admitted or throttled, carried out, charged, and told of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.dynamodb.capacity import batches, pages, single, transactions
from lab.dynamodb.capacity.core import Core
from lab.dynamodb.capacity.limits import AccountLimits
from lab.dynamodb.capacity.tokens import LIFE_S, Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.dynamodb.capacity.consumption import Consumption
    from lab.dynamodb.capacity.core import Change, Store
    from lab.dynamodb.capacity.errors import Kind
    from lab.dynamodb.capacity.sizes import Item
    from lab.dynamodb.refused import Refused


class Metered:
    """A store that behaves as DynamoDB does under load; not for several threads.

    What it does not know (tables, backups, PartiQL) goes to the store as it is, and is not metered. `refuse` is asked
    once for every item of a request, before capacity is, with `read` or `write`, the table, and the index that is
    queried or scanned (None for all else, writes included: which index holds a write back is for `refuse` to say);
    what it answers is that item's refusal. `changed` is told of every item written, in order, once it is. All of these
    may be replaced at any time. A transaction is carried out at once, and holds its items for `transaction_s`, before
    which it must not be answered. Refusals are raised as `Refused`.
    """

    def __init__(
        self,
        store: Store,
        *,
        now: Callable[[], float],
        limits: AccountLimits | None = None,
        changed: Callable[[Change], None] = lambda _: None,
        refuse: Callable[[Kind, str, str | None], Refused | None] = lambda _kind, _table, _index: None,
        token_life_s: float = LIFE_S,
        transaction_s: float = 0.0,
    ) -> None:
        """Meter this store by this clock, in seconds."""
        self._core = Core(
            store,
            now=now,
            limits=limits or AccountLimits(),
            changed=changed,
            refuse=refuse,
            transaction_s=transaction_s,
        )
        self._tokens = Tokens(token_life_s)
        self._operations: dict[str, Callable[[Core, str, dict[str, Any]], dict[str, Any]]] = {
            "GetItem": single.get,
            "PutItem": single.write,
            "UpdateItem": single.write,
            "DeleteItem": single.write,
            "Query": pages.page,
            "Scan": pages.page,
            "BatchGetItem": batches.get,
            "BatchWriteItem": batches.write,
            "TransactGetItems": transactions.get,
            "TransactWriteItems": self._transact,
        }

    def call(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to one call of DynamoDB's, as it goes over the wire. Raises Refused."""
        metered = self._operations.get(operation)
        if metered is not None:
            return metered(self._core, operation, body)
        try:
            answer = self._core.store.call(operation, body)
        finally:
            self._core.forget()  # the call may have changed a table
        if operation in {"CreateTable", "UpdateTable"}:
            self._core.table(body.get("TableName"), self._core.now())  # capacity comes from now on, used or not
        return answer

    @property
    def refuse(self) -> Callable[[Kind, str, str | None], Refused | None]:
        """The fault that is asked for every item."""
        return self._core.refuse

    @refuse.setter
    def refuse(self, refuse: Callable[[Kind, str, str | None], Refused | None]) -> None:
        self._core.refuse = refuse

    @property
    def limits(self) -> AccountLimits:
        """The account's limits; setting them makes every bucket begin anew."""
        return self._core.limits

    @limits.setter
    def limits(self, limits: AccountLimits) -> None:
        self._core.restrict(limits)

    def forget(self) -> None:
        """Read the tables' descriptions anew: for changes of tables that were made past `call`."""
        self._core.forget()

    def replicated(self, table: str, before: Item | None, after: Item | None) -> None:
        """Charge and count a write that came from another region, which is never throttled here.

        It is for whoever carried it out; nobody is told of it as a change.
        """
        now = self._core.now()
        metered, item = self._core.table(table, now), after or before
        if metered is not None and item is not None:
            metered.spend("write", metered.write_costs(before, after, metered.place(item)), now)

    def consumption(self) -> Consumption:
        """What was consumed, throttled and returned since the start; a copy."""
        return self._core.counters.copy()

    def _transact(self, core: Core, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        return transactions.write(core, operation, body, self._tokens)
