"""How a cluster was set up, as the lab's API and AWS's own answers tell it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.stub import Stubber

from drill.errors import TargetError
from drill.tables import typed_table
from drill.targets.aurora import Aurora
from drill.targets.description import OF_CLUSTER, OF_INSTANCE, described


def told(aurora: Aurora) -> dict[tuple[str | None, str | None], str | None]:
    """What is described, by subject and name."""
    return {(each["subject"], each["name"]): each["value"] for each in described(aurora)}


def test_the_cluster_is_described_in_awss_words(aurora: Aurora) -> None:
    """Yes and no, numbers and lists as text; with where to ask again."""
    found = told(aurora)
    assert found["cluster", "DBClusterIdentifier"] == "lab"
    assert found["cluster", "Status"] == "available"
    assert found["cluster", "StorageEncrypted"] == "true"
    assert str(found["cluster", "KmsKeyId"]).startswith("arn:aws:kms:")
    assert found["cluster", "BackupRetentionPeriod"] == "7"
    assert found["cluster", "DeletionProtection"] == "true"
    assert found["cluster", "EnabledCloudwatchLogsExports"] == "postgresql"
    assert found["cluster", "DBClusterParameterGroup"] == "lab-parameters"
    assert found["cluster", "Region"] == "us-east-1"
    assert found["cluster", "EndpointUrl"] == aurora.endpoint_url


def test_every_instance_is_described(aurora: Aurora) -> None:
    """With its role, as the cluster's list has it; exactly one writes."""
    found = told(aurora)
    instances = ("lab-a", "lab-b", "lab-c")
    assert {each for each, _ in found} == {"cluster", "parameters", *instances}
    for each in instances:
        assert found[each, "DBInstanceStatus"] == "available"
        assert found[each, "PubliclyAccessible"] == "false"
        assert {name for whose, name in found if whose == each} == {*OF_INSTANCE, "IsClusterWriter"}
    assert [found[each, "IsClusterWriter"] for each in instances] == ["true", "false", "false"]
    assert [found[each, "PromotionTier"] for each in instances] == ["1", "2", "3"]


def test_parameters_that_matter_are_told(aurora: Aurora) -> None:
    """Whether TLS is forced is one of them."""
    assert told(aurora)["parameters", "rds.force_ssl"] == "1"


def test_it_is_a_table_of_a_history(aurora: Aurora) -> None:
    """Its rows have the columns of `settings`."""
    assert typed_table("settings", list(described(aurora))).height >= len(OF_CLUSTER)


def test_a_change_is_seen(aurora: Aurora) -> None:
    """It is what is so at the moment."""
    aurora.rds.modify_db_cluster(DBClusterIdentifier="lab", DeletionProtection=False)
    try:
        assert told(aurora)["cluster", "DeletionProtection"] == "false"
    finally:
        aurora.rds.modify_db_cluster(DBClusterIdentifier="lab", DeletionProtection=True)


def test_what_aws_leaves_out_is_not_made_up(aurora: Aurora) -> None:
    """No exported log is none, which AWS says by silence; all else that it leaves out is not known."""
    groups = [{"VpcSecurityGroupId": "sg-2", "Status": "active"}, {"VpcSecurityGroupId": "sg-1", "Status": "active"}]
    cluster = {
        "DBClusterIdentifier": "lab",
        "Status": "available",
        "DBClusterMembers": [],
        "VpcSecurityGroups": groups,
    }
    with Stubber(aurora.rds) as aws:
        aws.add_response("describe_db_clusters", {"DBClusters": [cluster]})
        aws.add_response("describe_db_instances", {"DBInstances": []})
        found = told(aurora)
    assert found["cluster", "EnabledCloudwatchLogsExports"] == ""
    assert found["cluster", "VpcSecurityGroups"] == "sg-1,sg-2"
    assert found["cluster", "KmsKeyId"] is None
    assert found["cluster", "StorageEncrypted"] is None
    assert {subject for subject, _ in found} == {"cluster"}


def test_all_pages_of_parameters_are_read(aurora: Aurora) -> None:
    """Aurora's groups have hundreds of them, a hundred a page."""
    cluster = {"DBClusterIdentifier": "lab", "DBClusterParameterGroup": "own", "DBClusterMembers": []}
    page = [{"ParameterName": f"other{number}", "ParameterValue": "1"} for number in range(100)]
    forced = [{"ParameterName": "rds.force_ssl", "ParameterValue": "0"}, {"ParameterName": "statement_timeout"}]
    with Stubber(aurora.rds) as aws:
        aws.add_response("describe_db_clusters", {"DBClusters": [cluster]})
        aws.add_response("describe_db_instances", {"DBInstances": []})
        aws.add_response("describe_db_cluster_parameters", {"Parameters": page, "Marker": "next"})
        aws.add_response("describe_db_cluster_parameters", {"Parameters": forced})
        found = told(aurora)
    parameters = {name: value for (subject, name), value in found.items() if subject == "parameters"}
    assert parameters == {"rds.force_ssl": "0", "statement_timeout": None}


def test_who_may_not_look_is_told_what_to_allow(aurora: Aurora) -> None:
    """The action by its name."""
    cluster = {"DBClusterIdentifier": "lab", "DBClusterParameterGroup": "own", "DBClusterMembers": []}
    with Stubber(aurora.rds) as aws:
        aws.add_response("describe_db_clusters", {"DBClusters": [cluster]})
        aws.add_response("describe_db_instances", {"DBInstances": []})
        aws.add_client_error("describe_db_cluster_parameters", "AccessDenied", "no", 403)
        with pytest.raises(TargetError, match="allow rds:DescribeDBClusterParameters to who runs this"):
            described(aurora)


def test_a_cluster_that_is_not_there_is_one_sentence(aurora: Aurora) -> None:
    """AWS's own code, with the name that was asked for."""
    with pytest.raises(TargetError, match=r"rds:DescribeDBClusters for orders at http.*: DBClusterNotFoundFault"):
        described(replace(aurora, cluster="orders"))
