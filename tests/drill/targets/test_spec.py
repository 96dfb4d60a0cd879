"""A table of a run's own, from a value to what CreateTable is asked."""

from drill.targets.dynamodb import IndexSpec, TableSpec


def test_a_plain_table_is_on_demand() -> None:
    """Nothing is provisioned, and nothing capped, where no units are named."""
    asked = TableSpec(name="orders").request()
    assert asked["BillingMode"] == "PAY_PER_REQUEST"
    assert not {"ProvisionedThroughput", "OnDemandThroughput", "GlobalSecondaryIndexes", "StreamSpecification"} & set(
        asked
    )
    assert asked["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]


def test_units_make_it_provisioned() -> None:
    """Named units are what is provisioned; writes are provisioned as reads unless they are named, too."""
    asked = TableSpec(name="orders", read_units=25).request()
    assert asked["BillingMode"] == "PROVISIONED"
    assert asked["ProvisionedThroughput"] == {"ReadCapacityUnits": 25, "WriteCapacityUnits": 25}


def test_caps_are_on_demand_s() -> None:
    """A cap that is not named is left out, since boto3 takes no None."""
    asked = TableSpec(name="orders", max_write_units=10).request()
    assert asked["OnDemandThroughput"] == {"MaxWriteRequestUnits": 10}


def test_every_key_is_defined_once() -> None:
    """Attributes that table and index share are defined once."""
    index = IndexSpec(
        name="by-sk", partition_key=("sk", "S"), sort_key=("at", "N"), projection="INCLUDE", projected=("v",)
    )
    asked = TableSpec(name="orders", indexes=(index,)).request()
    assert [each["AttributeName"] for each in asked["AttributeDefinitions"]] == ["at", "pk", "sk"]
    (made,) = asked["GlobalSecondaryIndexes"]
    assert made["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["v"]}


def test_a_replicated_table_streams() -> None:
    """DynamoDB adds a replica to a table only where its stream has both images."""
    asked = TableSpec(name="orders", replicated=True).request()
    assert asked["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
