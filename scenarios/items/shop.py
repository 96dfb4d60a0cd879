"""The shop on DynamoDB: its tables, how it is used, and the groups of patterns that experiments ask for.

    table      partition key            sort key                     holds
    shop       customer#17              profile                      name, address, notes: 0.4 to 1.5 KB
               customer#17              order#<moment>#<id>          status, lines, total: 0.3 to 3 KB
               register#3               value                        one value that everybody writes
      by-status  open#3, paid#7, ...    moment of the order          its total beside the keys
    accounts   account (a number)                                    balance
    ledger     transfer                                              who paid whom how much

A status alone would be one partition for all open orders, which a thousand writes a second fill: it is spread over ten.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-gsi-sharding.html

About 80 of 100 requests read. Every write can be repeated: it puts a whole item, is conditional, or has a token.
"""

from typing import Any

from drill.load.items.dataset import (
    CUSTOMER_SKEW,
    CUSTOMERS,
    DAYS,
    MONTHS,
    PADDINGS,
    REGISTERS,
    SHARDS,
    STATUSES,
)
from drill.load.items.pattern import ItemPattern, PutTemplate
from drill.load.parameters import Between, Choice, Fresh, Parameter
from drill.targets.dynamodb.spec import IndexSpec, TableSpec

BATCH = 10
"""Orders of a batch, of 25 that BatchWriteItem takes.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""

MAX_READ_UNITS, MAX_WRITE_UNITS = 8_000, 4_000
"""A second: far more than the shop uses, and the end of what a runaway job can spend."""

DETAILS = 5
"""Profiles that are read at a time."""

SHOP = TableSpec(
    name="shop",
    max_read_units=MAX_READ_UNITS,
    max_write_units=MAX_WRITE_UNITS,
    indexes=(
        IndexSpec(
            name="by-status",
            partition_key=("status", "S"),
            sort_key=("created", "S"),
            projection="INCLUDE",
            projected=("total",),
            max_read_units=MAX_READ_UNITS,
            max_write_units=MAX_WRITE_UNITS,
        ),
    ),
)
ACCOUNTS_TABLE = TableSpec(name="accounts", partition_key=("account", "N"), sort_key=None)
LEDGER = TableSpec(name="ledger", partition_key=("transfer", "S"), sort_key=None)
SHOP_TABLES = (SHOP, ACCOUNTS_TABLE, LEDGER)


def patterns(customers: int = CUSTOMERS) -> tuple[ItemPattern, ...]:
    """All of them, for a shop of so many customers."""
    return (*reads(customers), *writes(customers))


def reads(customers: int = CUSTOMERS) -> tuple[ItemPattern, ...]:
    """Those that change nothing."""
    customer = _customer(customers)
    return (
        ItemPattern(
            name="customer-profile",
            operation="get_item",
            arguments={"TableName": "<shop>", "Key": _key("customer#{customer}", "profile")},
            parameters={"customer": customer},
            weight=30,
        ),
        ItemPattern(
            name="orders-of-customer",
            operation="query",
            arguments={
                "TableName": "<shop>",
                "KeyConditionExpression": "pk = :customer AND begins_with(sk, :order)",
                "ExpressionAttributeValues": {":customer": {"S": "customer#{customer}"}, ":order": {"S": "order#"}},
                "ScanIndexForward": False,
                "Limit": 10,
            },
            parameters={"customer": customer},
            weight=25,
        ),
        ItemPattern(
            name="open-orders",
            operation="query",
            arguments={
                "TableName": "<shop>",
                "IndexName": "by-status",
                "KeyConditionExpression": "#status = :open AND created > :since",
                "ExpressionAttributeNames": {"#status": "status"},
                "ExpressionAttributeValues": {":open": {"S": "open#{shard}"}, ":since": {"S": "2026-{month}-{day}"}},
                "Limit": 10,
            },
            parameters={
                "shard": Between(low=0, high=SHARDS - 1),
                "month": Choice(values=MONTHS),
                "day": Choice(values=DAYS),
            },
            weight=10,
        ),
        ItemPattern(
            name="order-details",
            operation="batch_get_item",
            arguments={
                "RequestItems": {
                    "<shop>": {"Keys": [_key(f"customer#{{customer{n}}}", "profile") for n in range(DETAILS)]},
                },
            },
            # Two keys of one batch must not be the same: each is drawn from a range of its own.
            parameters={
                f"customer{n}": Between(low=n * (customers // DETAILS) + 1, high=(n + 1) * (customers // DETAILS))
                for n in range(DETAILS)
            },
            weight=10,
        ),
    )


def writes(customers: int = CUSTOMERS) -> tuple[ItemPattern, ...]:
    """Those that change something, each so that it can be repeated."""
    customer = _customer(customers)
    order = {"customer": customer, "order": Fresh(), **_drawn()}
    return (
        ItemPattern(
            name="put-order",
            operation="put_item",
            arguments={"TableName": "<shop>", "Item": _order("{customer}", "{order}")},
            parameters=order,
            weight=10,
            writes=True,
            puts=(_put("{customer}", "{order}"),),
        ),
        ItemPattern(
            name="add-note",
            operation="update_item",
            arguments={
                "TableName": "<shop>",
                "Key": _key("customer#{customer}", "profile"),
                "UpdateExpression": "SET last_note = :key, note = :note ADD notes :one",
                # Done once: whoever finds the own key there has been here before.
                "ConditionExpression": "attribute_exists(pk) AND"
                " (attribute_not_exists(last_note) OR last_note <> :key)",
                "ExpressionAttributeValues": {
                    ":key": {"S": "{key}"},
                    ":note": {"S": "asked for a receipt of {now}"},
                    ":one": {"N": "1"},
                },
            },
            parameters={"customer": customer},
            weight=5,
            writes=True,
        ),
        ItemPattern(
            name="order-batch",
            operation="batch_write_item",
            arguments={
                "RequestItems": {
                    "<shop>": [{"PutRequest": {"Item": _order("{customer}", f"{{order{n}}}")}} for n in range(BATCH)],
                },
            },
            parameters={"customer": customer, **_drawn(), **{f"order{n}": Fresh() for n in range(BATCH)}},
            weight=2,
            writes=True,
            p95_ms=40.0,
            puts=tuple(_put("{customer}", f"{{order{n}}}") for n in range(BATCH)),
        ),
        checkout(customers),
    )


def checkout(customers: int = CUSTOMERS) -> ItemPattern:
    """Put an order and count it in its customer's profile, in one transaction; the token is the request's own."""
    return ItemPattern(
        name="checkout",
        operation="transact_write_items",
        arguments={
            "TransactItems": [
                {"Put": {"TableName": "<shop>", "Item": _order("{customer}", "{order}")}},
                {
                    "Update": {
                        "TableName": "<shop>",
                        "Key": _key("customer#{customer}", "profile"),
                        "UpdateExpression": "ADD orders :one",
                        "ExpressionAttributeValues": {":one": {"N": "1"}},
                    },
                },
            ],
            "ClientRequestToken": "{key}",
        },
        parameters={"customer": _customer(customers), "order": Fresh(), **_drawn()},
        weight=5,
        writes=True,
        p95_ms=40.0,
        puts=(_put("{customer}", "{order}"),),
    )


def register(registers: int = REGISTERS) -> ItemPattern:
    """Put a value of one's own on one of few keys that everybody writes: where two regions do, one of them loses."""
    return ItemPattern(
        name="register",
        operation="put_item",
        arguments={
            "TableName": "<shop>",
            "Item": {**_key("register#{register}", "value"), "value": {"S": "{key}"}, "at": {"S": "{now}"}},
        },
        parameters={"register": Between(low=1, high=registers)},
        weight=15,
        writes=True,
        puts=(PutTemplate(item="register#{register}|value"),),
    )


def _customer(customers: int) -> Parameter:
    return Between(low=1, high=customers, skew=CUSTOMER_SKEW)


def _drawn() -> dict[str, Parameter]:
    """What an order is besides its keys."""
    return {
        "status": Choice(values=STATUSES),
        "shard": Between(low=0, high=SHARDS - 1),
        "total": Between(low=99, high=20_000),
        "lines": Choice(values=PADDINGS),
    }


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _order(customer: str, order: str) -> dict[str, Any]:
    """An order made now, so that the newest one comes last in its customer's partition."""
    return {
        **_key(f"customer#{customer}", f"order#{{now}}#{order}"),
        "status": {"S": "{status}#{shard}"},
        "created": {"S": "{now}"},
        "total": {"N": "{total}"},
        "lines": {"S": "{lines}"},
        "value": {"S": "{key}"},
    }


def _put(customer: str, order: str) -> PutTemplate:
    return PutTemplate(item=f"customer#{customer}|order#{{now}}#{order}")


PATTERNS = patterns()
"""All but the registers, for the shop as it is loaded."""

READS = reads()
"""Those that change nothing."""

REGISTER = register()
"""For what is asked while two regions write."""
