"""DynamoDB over HTTP as boto3 speaks it."""

from __future__ import annotations

import threading
import urllib.request
import zlib

import pytest
from botocore.exceptions import ClientError

from tests.lab.dynamodb.conftest import WEST, Aws, client, found, item

pytestmark = pytest.mark.lab


def test_what_is_put_is_got(aws: Aws) -> None:
    """In every type, nested, binary ones byte by byte."""
    table = aws.table()
    whole = {
        "id": {"S": "ä€"},
        "n": {"N": "-1.5"},
        "b": {"B": b"\x00\xff"},
        "l": {"L": [{"B": b"\x01"}, {"M": {"x": {"NULL": True}}}]},
        "m": {"M": {"y": {"BOOL": False}, "s": {"SS": ["p", "q"]}}},
        "bs": {"BS": [b"1", b"2"]},
    }
    aws.east.put_item(TableName=table, Item=whole)
    assert aws.east.get_item(TableName=table, Key={"id": {"S": "ä€"}})["Item"] == whole


def test_concurrent_updates_are_atomic(aws: Aws) -> None:
    """8 clients that add 1 a hundred times each make 800."""
    table = aws.table()

    def add() -> None:
        dynamodb = client(aws.lab)
        for _ in range(100):
            dynamodb.update_item(
                TableName=table,
                Key=item("sum"),
                UpdateExpression="ADD n :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

    threads = [threading.Thread(target=add) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (found(aws.east, table, "sum") or {})["n"] == {"N": "800"}


def test_regions_are_told_apart_by_the_signature(aws: Aws) -> None:
    """A table of one region is not in the other."""
    table = aws.table()
    assert table in aws.east.list_tables()["TableNames"]
    with pytest.raises(aws.west.exceptions.ResourceNotFoundException):
        aws.west.describe_table(TableName=table)


def test_a_region_that_is_not_there_says_which_are(aws: Aws) -> None:
    """In an error of AWS's own."""
    with pytest.raises(ClientError, match="no region eu-west-1: it has us-east-1 and us-west-2") as refused:
        client(aws.lab, region="eu-west-1").list_tables()
    assert refused.value.response["Error"]["Code"] == "UnrecognizedClientException"


def test_an_unsigned_request_is_refused(aws: Aws) -> None:
    """Nobody knows which region it means."""
    asked = urllib.request.Request(  # noqa: S310  # the lab's own address
        str(aws.lab.dynamodb_endpoint_url), data=b"{}", headers={"X-Amz-Target": "DynamoDB_20120810.ListTables"}
    )
    with pytest.raises(urllib.request.HTTPError) as refused:
        urllib.request.urlopen(asked)  # noqa: S310
    body = refused.value.read()
    assert b"MissingAuthenticationTokenException" in body
    assert int(refused.value.headers["x-amz-crc32"]) == zlib.crc32(body)


@pytest.mark.parametrize(
    ("target", "body", "code"),
    [
        ("Nonsense", b"{}", b"UnknownOperationException"),
        ("ExecuteStatement", b'{"Statement": "SELECT * FROM orders"}', b"UnknownOperationException"),
        ("GetItem", b"{", b"SerializationException"),
        ("GetItem", b"[]", b"SerializationException"),
        ("GetItem", b"{}", b"ValidationException"),
        ("GetItem", b'{"TableName": 5, "Key": {}}', b"Exception"),
        ("BatchWriteItem", b'{"RequestItems": []}', b"Exception"),
        ("TransactWriteItems", b'{"TransactItems": [5]}', b"SerializationException"),
    ],
)
def test_nonsense_is_refused_as_aws_does(aws: Aws, target: str, body: bytes, code: bytes) -> None:
    """With status 400 and the shape of AWS JSON 1.0; never with a broken connection."""
    scope = "AWS4-HMAC-SHA256 Credential=a/20250101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=b"
    asked = urllib.request.Request(  # noqa: S310  # the lab's own address
        str(aws.lab.dynamodb_endpoint_url),
        data=body,
        headers={"X-Amz-Target": f"DynamoDB_20120810.{target}", "Authorization": scope},
    )
    with pytest.raises(urllib.request.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=5)  # noqa: S310
    assert refused.value.code == 400
    told = refused.value.read()
    assert b'"__type"' in told
    assert code in told


def test_what_is_not_there_is_told_by_its_exception(aws: Aws) -> None:
    """ResourceNotFoundException, as clients catch it."""
    with pytest.raises(aws.east.exceptions.ResourceNotFoundException):
        aws.east.get_item(TableName="nowhere", Key=item("a"))


def test_a_failed_condition_gives_the_item_back(aws: Aws) -> None:
    """Where it was asked for."""
    table = aws.table()
    aws.east.put_item(TableName=table, Item=item("a", v="1"))
    with pytest.raises(aws.east.exceptions.ConditionalCheckFailedException) as refused:
        aws.east.put_item(
            TableName=table,
            Item=item("a", v="2"),
            ConditionExpression="attribute_not_exists(id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert refused.value.response["Item"] == item("a", v="1")


def test_a_large_batch_fits_through(aws: Aws) -> None:
    """25 items of 300 KB."""
    table = aws.table()
    items = [{"PutRequest": {"Item": item(str(number), v="x" * 300_000)}} for number in range(25)]
    left = aws.east.batch_write_item(RequestItems={table: items})["UnprocessedItems"].get(table, [])
    assert found(aws.east, table, "0") == item("0", v="x" * 300_000)
    assert len(left) < 25


def test_a_table_is_described_as_it_was_asked_for(aws: Aws) -> None:
    """With what moto takes no note of: caps, and no empty lists."""
    cap = {"MaxReadRequestUnits": 50, "MaxWriteRequestUnits": 20}
    table = aws.table(OnDemandThroughput=cap)
    described = aws.east.describe_table(TableName=table)["Table"]
    assert described["OnDemandThroughput"] == cap
    assert "SSEDescription" not in described
    assert "GlobalSecondaryIndexes" not in described
    aws.east.update_table(TableName=table, OnDemandThroughput={**cap, "MaxWriteRequestUnits": 30})
    aws.east.update_table(TableName=table, SSESpecification={"Enabled": True, "SSEType": "KMS"})
    described = aws.east.describe_table(TableName=table)["Table"]
    assert described["OnDemandThroughput"]["MaxWriteRequestUnits"] == 30
    assert described["SSEDescription"]["SSEType"] == "KMS"


def test_a_table_can_be_deleted_and_made_again(aws: Aws) -> None:
    """The new one is empty."""
    table = aws.table()
    aws.east.put_item(TableName=table, Item=item("a"))
    aws.east.delete_table(TableName=table)
    with pytest.raises(aws.east.exceptions.ResourceNotFoundException):
        aws.east.get_item(TableName=table, Key=item("a"))
    aws.table(TableName=table)
    assert found(aws.east, table, "a") is None
    assert client(aws.lab, region=WEST).list_tables()["TableNames"]
