"""moto's backend of one region, with writes that are whole or not at all, and queries that look at what they need.

Seams: `create_table` makes a `LabTable`; `put_item` and `update_item` refuse items that are too large; `update_item`
and `transact_write_items` undo what a failure left behind (moto copies the whole table for that); `query` and `scan`
narrow what the table shows (lab/dynamodb/tables.py).
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from typing import Any
from unittest.mock import patch

import moto.dynamodb.models as moto_models
from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    ConditionalCheckFailed,
    ItemSizeTooLarge,
    ItemSizeToUpdateTooLarge,
    MockValidationException,
    MultipleTransactionsException,
    ResourceNotFoundException,
    TooManyTransactionsException,
    TransactionCanceledException,
    TransactWriteSingleOpException,
)
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends

from lab.dynamodb import quick, truer
from lab.dynamodb.capacity.sizes import MOST_ITEM_BYTES, item_size
from lab.dynamodb.images import image_of
from lab.dynamodb.tables import LabTable

_KINDS = frozenset({"ConditionCheck", "Put", "Delete", "Update"})


class LabBackend(DynamoDBBackend):  # type: ignore[misc]  # mypy skips moto
    """The tables of one region."""

    def create_table(self, *args: Any, **kwargs: Any) -> LabTable:
        """Make a table of ours."""
        with patch.object(moto_models, "Table", LabTable):
            return super().create_table(*args, **kwargs)  # type: ignore[no-any-return]

    def update_table_global_indexes(self, table: LabTable, global_index_updates: list[dict[str, Any]]) -> None:
        """Change indexes; the orders of the old ones are void."""
        super().update_table_global_indexes(table, global_index_updates)
        table.forget_orders()

    def put_item(self, table_name: str, item_attrs: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Store an item, unless it is too large."""
        if item_size(item_attrs) > MOST_ITEM_BYTES:
            raise ItemSizeTooLarge
        return super().put_item(table_name, item_attrs, *args, **kwargs)

    def update_item(
        self, table_name: str, key: dict[str, Any], update_expression: str, *args: Any, **kwargs: Any
    ) -> Any:
        """Change an item, or leave it as it was; without an expression it is made, if there is none."""
        table = self.get_table(table_name)
        if not update_expression and kwargs.get("attribute_updates") is None:
            kwargs["attribute_updates"] = {}
        before = copy.deepcopy(self.get_item(table_name, key))
        try:
            item = super().update_item(table_name, key, update_expression, *args, **kwargs)
            if item_size(image_of(item)) > MOST_ITEM_BYTES:
                raise ItemSizeToUpdateTooLarge  # noqa: TRY301  # undone like what moto raises
        except BaseException:
            self._restore(table, key, before)
            raise
        table.refresh(item.hash_key, item.range_key, item)
        return item

    def query(
        self, table_name: str, hash_key_dict: Any, range_comparison: str | None, *args: Any, **kwargs: Any
    ) -> Any:
        """Answer from the partition that is asked for."""
        table = self.get_table(table_name)
        _, limit, start, forward = args[:4]
        index = kwargs.get("index_name")
        if index and index not in {each.name for each in table.all_indexes()}:
            return super().query(table_name, hash_key_dict, range_comparison, *args, **kwargs)  # moto knows what to say
        hashed = [value for _, value in kwargs.get("hash_key_conditions") or []]
        ranged = kwargs.get("range_key_conditions") or []
        legacy = kwargs.keys() - _OF_QUERY  # QueryFilter: how many are looked at depends on what they hold
        with table.for_query(
            index,
            hashed=hashed,
            condition=(ranged[0][1].upper(), ranged[0][2]) if ranged else None,
            start=start,
            forward=forward is not False,
            most=None if legacy or len(ranged) > 1 else limit,
        ):
            return super().query(table_name, hash_key_dict, range_comparison, *args, **kwargs)

    def scan(self, table_name: str, filters: Any, limit: Any, start: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer from where the last page ended."""
        table = self.get_table(table_name)
        with table.for_scan(None if kwargs.get("index_name") else start):
            return super().scan(table_name, filters, limit, start, *args, **kwargs)

    def transact_write_items(self, transact_items: list[dict[str, Any]]) -> None:
        """Carry all of them out, or none; an error tells of each why not."""
        if len(transact_items) > 100:
            raise TooManyTransactionsException
        targets = [self._target(each) for each in transact_items]
        if len({(table.name, repr(sorted(key.items()))) for table, key in targets}) < len(targets):
            raise MultipleTransactionsException
        before = [copy.deepcopy(self.get_item(table.name, key)) for table, key in targets]
        try:
            reasons = [
                self._step(*next(iter(each.items())), *target)
                for each, target in zip(transact_items, targets, strict=True)
            ]
            _hold(reasons)
        except BaseException:
            for (table, key), item in zip(targets, before, strict=True):
                self._restore(table, key, item)
            raise

    def _target(self, asked: dict[str, Any]) -> tuple[LabTable, dict[str, Any]]:
        if len(asked) != 1 or not asked.keys() <= _KINDS:
            raise TransactWriteSingleOpException
        ((kind, given),) = asked.items()
        table = self.get_table(given["TableName"])
        if kind != "Put":
            return table, given["Key"]
        missing = [name for name in table.table_key_attrs if name not in given["Item"]]
        if missing:
            raise MockValidationException(
                f"One or more parameter values were invalid: Missing the key {missing[0]} in the item"
            )
        return table, {name: given["Item"][name] for name in table.table_key_attrs}

    def _step(
        self, kind: str, given: dict[str, Any], table: LabTable, key: dict[str, Any]
    ) -> tuple[str | None, str | None, dict[str, Any] | None]:
        """Carry out one; why it cannot be, as the code, message and item of a cancellation reason."""
        condition = {
            "condition_expression": given.get("ConditionExpression"),
            "expression_attribute_names": given.get("ExpressionAttributeNames"),
            "expression_attribute_values": given.get("ExpressionAttributeValues"),
        }
        found = self.get_item(table.name, key)
        try:
            if not get_filter_expression(*condition.values()).expr(found):
                raise ConditionalCheckFailed  # noqa: TRY301  # told like those that moto raises
            if kind == "Put":
                self.put_item(table.name, given["Item"], overwrite=True)
            elif kind == "Delete":
                self.delete_item(table.name, key)
            elif kind == "Update":
                self.update_item(table.name, key, given["UpdateExpression"], *list(condition.values())[1:])
        except (MockValidationException, ResourceNotFoundException):
            raise
        except ConditionalCheckFailed as error:
            shown = given.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and found is not None
            item = found.to_json()["Attributes"] if shown and found is not None else None
            return "ConditionalCheckFailed", str(error.message), item
        return None, None, None

    def _restore(self, table: LabTable, key: dict[str, Any], item: Any) -> None:
        """Have an item be as it was, in the table's streams, too, as far as moto's can be taken back: they cannot."""
        hash_key, range_key = self.get_keys_value(table, key)
        if item is None:
            if table.get_item(hash_key, range_key) is not None:
                table.delete_item(hash_key, range_key)
            return
        if range_key is None:
            table.items[hash_key] = item
        else:
            table.items[hash_key][range_key] = item
        table.refresh(hash_key, range_key, item)


def _hold(reasons: list[tuple[str | None, str | None, dict[str, Any] | None]]) -> None:
    """Let a transaction stand that nothing speaks against."""
    if any(code for code, _, _ in reasons):
        raise TransactionCanceledException(reasons)


_OF_QUERY = frozenset(
    {
        "index_name",
        "consistent_read",
        "expr_names",
        "expr_values",
        "filter_expression",
        "hash_key_conditions",
        "range_key_conditions",
    }
)


def backend_of(region: str, account: str) -> LabBackend:
    """The backend that moto uses for this region; ours from the first call on."""
    quick.install()
    truer.install()
    of_account = dynamodb_backends[account]
    found = of_account[region]
    if not isinstance(found, LabBackend):
        found = LabBackend(region, account)
        found.tables = OrderedDict()
        of_account[region] = found
    return found
