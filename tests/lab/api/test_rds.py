"""RDS tells the truth about the cluster, and does what it is asked."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from lab.api import serve
from lab.control import Role, Setup, WrongState
from tests.lab.api.cluster import InMemory
from tests.lab.api.conftest import IDENTITY, Aws

if TYPE_CHECKING:
    from lab.api import Server

CLUSTER_ARN = "arn:aws:rds:us-east-1:123456789012:cluster:lab"


def shown(aws: Aws) -> dict[str, Any]:
    """Ask for the cluster as AWS tells it."""
    found: dict[str, Any] = aws.rds.describe_db_clusters(DBClusterIdentifier="lab")["DBClusters"][0]
    return found


def instance(aws: Aws, name: str) -> dict[str, Any]:
    """Ask for the instance as AWS tells it."""
    found: dict[str, Any] = aws.rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    return found


def test_the_cluster_is_described(aws: Aws) -> None:
    """Endpoints, members, tiers and zones are the cluster's own."""
    cluster = shown(aws)
    assert cluster["DBClusterArn"] == CLUSTER_ARN
    assert (cluster["Endpoint"], cluster["ReaderEndpoint"], cluster["Port"]) == (
        "127.0.9.1",
        "127.0.9.2",
        5432,
    )
    assert cluster["Engine"] == "aurora-postgresql"
    assert cluster["StorageEncrypted"] is True
    assert cluster["MultiAZ"] is True
    assert cluster["AvailabilityZones"] == ["us-east-1a", "us-east-1b", "us-east-1c"]
    assert [
        (each["DBInstanceIdentifier"], each["IsClusterWriter"], each["PromotionTier"])
        for each in cluster["DBClusterMembers"]
    ] == [("lab-a", True, 1), ("lab-b", False, 2), ("lab-c", False, 3)]


def test_how_it_was_set_up_is_told(aws: Aws, cluster: InMemory) -> None:
    """Encrypted, backed up, protected, logged, with parameters of its own that tell what is in force."""
    told = shown(aws)
    assert (told["StorageEncrypted"], told["DeletionProtection"], told["BackupRetentionPeriod"]) == (True, True, 7)
    assert told["KmsKeyId"].startswith("arn:aws:kms:")
    assert told["EnabledCloudwatchLogsExports"] == ["postgresql"]
    assert told["IAMDatabaseAuthenticationEnabled"] is False
    group = told["DBClusterParameterGroup"]
    (described,) = aws.rds.describe_db_cluster_parameter_groups(DBClusterParameterGroupName=group)[
        "DBClusterParameterGroups"
    ]
    assert (group, described["DBParameterGroupFamily"]) == ("lab-parameters", "aurora-postgresql17")
    assert parameters(aws) == {**cluster.parameters(), "rds.force_ssl": "1"}
    first = instance(aws, "lab-a")
    assert first["AutoMinorVersionUpgrade"] is True
    assert first["PubliclyAccessible"] is False
    assert first["PerformanceInsightsEnabled"] is True
    assert first["CACertificateIdentifier"].startswith("rds-ca-")
    assert first["DBParameterGroups"][0]["ParameterApplyStatus"] == "in-sync"
    assert first["StorageEncrypted"] is True


def test_a_cluster_that_was_set_up_badly_says_so() -> None:
    """The APIs tell of a defective lab what is so."""
    how = Setup(encrypted=False, tls_required=False, deletion_protection=False, backup_retention_days=0)
    with closing(serve(InMemory(how=how), host="127.0.0.1", port=0, identity=IDENTITY)) as up:
        aws = Aws(up.url)
        told = shown(aws)
        assert (told["StorageEncrypted"], told["DeletionProtection"], told["BackupRetentionPeriod"]) == (
            False,
            False,
            0,
        )
        assert "KmsKeyId" not in told
        assert instance(aws, "lab-a")["StorageEncrypted"] is False
        assert parameters(aws)["rds.force_ssl"] == "0"


def test_what_the_apis_alone_tell_can_be_changed(aws: Aws) -> None:
    """It shows at once, of instances too."""
    changed = aws.rds.modify_db_cluster(
        DBClusterIdentifier="lab",
        DeletionProtection=False,
        BackupRetentionPeriod=14,
        EnableIAMDatabaseAuthentication=True,
        CloudwatchLogsExportConfiguration={"EnableLogTypes": ["instance"], "DisableLogTypes": ["postgresql"]},
        ApplyImmediately=True,
    )["DBCluster"]
    for told in (changed, shown(aws)):
        assert told["DeletionProtection"] is False
        assert told["BackupRetentionPeriod"] == 14
        assert told["IAMDatabaseAuthenticationEnabled"] is True
        assert told["EnabledCloudwatchLogsExports"] == ["instance"]
    assert instance(aws, "lab-b")["EnabledCloudwatchLogsExports"] == ["instance"]
    aws.rds.modify_db_cluster(DBClusterIdentifier="lab", BackupRetentionPeriod=7)
    assert (shown(aws)["BackupRetentionPeriod"], shown(aws)["DeletionProtection"]) == (7, False)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"BackupRetentionPeriod": 0}, "InvalidParameterValue"),
        ({"BackupRetentionPeriod": 36}, "InvalidParameterValue"),
        ({"NewDBClusterIdentifier": "other"}, "InvalidParameterCombination"),
        ({"EngineVersion": "18.1"}, "InvalidParameterCombination"),
        ({"CloudwatchLogsExportConfiguration": {"EnableLogTypes": ["slowquery"]}}, "InvalidParameterCombination"),
    ],
)
def test_what_the_lab_cannot_change_is_refused_whole(aws: Aws, asked: dict[str, Any], code: str) -> None:
    """Nothing of it is done, and the cluster is still there."""
    with pytest.raises(ClientError) as refused:
        aws.rds.modify_db_cluster(DBClusterIdentifier="lab", DeletionProtection=False, **asked)
    assert refused.value.response["Error"]["Code"] == code
    assert shown(aws)["DeletionProtection"] is True


def test_the_lab_s_parameters_are_what_is_in_force(aws: Aws) -> None:
    """They are not changed by saying so; other groups are moto's."""
    change = {"ParameterName": "statement_timeout", "ParameterValue": "1", "ApplyMethod": "immediate"}
    with pytest.raises(ClientError, match="InvalidDBParameterGroupState"):
        aws.rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName="lab-parameters", Parameters=[change])
    with pytest.raises(ClientError, match="InvalidDBParameterGroupState"):
        aws.rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName="lab-parameters")
    aws.rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="other", DBParameterGroupFamily="aurora-postgresql17", Description="another"
    )
    aws.rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName="other", Parameters=[change])
    aws.rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName="other")


def parameters(aws: Aws) -> dict[str, str]:
    """What the cluster's parameter group tells."""
    group = shown(aws)["DBClusterParameterGroup"]
    found = aws.rds.describe_db_cluster_parameters(DBClusterParameterGroupName=group)["Parameters"]
    return {each["ParameterName"]: each["ParameterValue"] for each in found}


def test_instances_are_described(aws: Aws) -> None:
    """Address, port, zone, status and tier are the instance's own."""
    found = aws.rds.get_paginator("describe_db_instances").paginate().build_full_result()["DBInstances"]
    assert [each["AvailabilityZone"] for each in found] == ["us-east-1a", "us-east-1b", "us-east-1c"]
    assert [each["Endpoint"]["Address"] for each in found] == ["127.0.1.1", "127.0.2.1", "127.0.3.1"]
    assert {each["Endpoint"]["Port"] for each in found} == {5432}
    assert [each["PromotionTier"] for each in found] == [1, 2, 3]
    assert {each["DBInstanceStatus"] for each in found} == {"available"}
    assert {each["DBClusterIdentifier"] for each in found} == {"lab"}
    assert not any(each["PubliclyAccessible"] for each in found)
    assert len({each["DbiResourceId"] for each in found}) == 3


def test_instances_are_found_by_their_cluster(aws: Aws) -> None:
    """Moto's filters go on working."""
    filters = [{"Name": "db-cluster-id", "Values": ["lab"]}]
    assert len(aws.rds.describe_db_instances(Filters=filters)["DBInstances"]) == 3


def test_every_answer_is_of_now(aws: Aws, cluster: InMemory) -> None:
    """A change in the cluster shows in the next answer, without anything being told to the server."""
    cluster.change("lab-b", status="failed", role=Role.ABSENT)
    cluster.now = replace(cluster.now, writer=None, writer_host="127.0.9.9")
    assert instance(aws, "lab-b")["DBInstanceStatus"] == "failed"
    assert shown(aws)["Endpoint"] == "127.0.9.9"
    assert not any(each["IsClusterWriter"] for each in shown(aws)["DBClusterMembers"])


def test_an_instance_that_is_gone_is_said_to_have_failed(aws: Aws, cluster: InMemory) -> None:
    """An instance that the cluster no longer lists is still described."""
    cluster.now = replace(cluster.now, instances=cluster.now.instances[:2])
    assert instance(aws, "lab-c")["DBInstanceStatus"] == "failed"
    assert len(shown(aws)["DBClusterMembers"]) == 2


@pytest.mark.parametrize(("asked", "promoted"), [({"TargetDBInstanceIdentifier": "lab-c"}, "lab-c"), ({}, "lab-b")])
def test_a_failover_moves_the_writer(aws: Aws, cluster: InMemory, asked: dict[str, str], promoted: str) -> None:
    """It begins at once, shows while it lasts, and ends with another writer: the one named, or of the lowest tier."""
    answer = aws.rds.failover_db_cluster(DBClusterIdentifier="lab", **asked)
    assert answer["DBCluster"]["Status"] == "failing-over"
    assert shown(aws)["Status"] == "failing-over"
    cluster.finish_failover()
    assert shown(aws)["Status"] == "available"
    assert [each["DBInstanceIdentifier"] for each in shown(aws)["DBClusterMembers"] if each["IsClusterWriter"]] == [
        promoted
    ]


def test_a_failover_during_a_failover_is_refused(aws: Aws) -> None:
    """InvalidDBClusterStateFault."""
    aws.rds.failover_db_cluster(DBClusterIdentifier="lab")
    with pytest.raises(aws.rds.exceptions.InvalidDBClusterStateFault, match="failing-over"):
        aws.rds.failover_db_cluster(DBClusterIdentifier="lab", TargetDBInstanceIdentifier="lab-b")


def test_a_failover_needs_somewhere_to_go(aws: Aws, cluster: InMemory) -> None:
    """InvalidDBClusterStateFault for a single instance, and where no reader may be promoted."""
    for each in ("lab-b", "lab-c"):
        cluster.change(each, promotable=False)
    with pytest.raises(aws.rds.exceptions.InvalidDBClusterStateFault, match="no reader"):
        aws.rds.failover_db_cluster(DBClusterIdentifier="lab")
    cluster.now = replace(cluster.now, instances=cluster.now.instances[:1])
    with pytest.raises(aws.rds.exceptions.InvalidDBClusterStateFault, match="single"):
        aws.rds.failover_db_cluster(DBClusterIdentifier="lab")


def test_a_target_must_be_fit_to_write(aws: Aws, cluster: InMemory) -> None:
    """InvalidDBInstanceStateFault for the writer itself, for one that lags, and for one that is down."""
    cluster.change("lab-b", promotable=False)
    cluster.change("lab-c", status="failed")
    for each in ("lab-a", "lab-b", "lab-c"):
        with pytest.raises(aws.rds.exceptions.InvalidDBInstanceStateFault, match=each) as caught:
            aws.rds.failover_db_cluster(DBClusterIdentifier="lab", TargetDBInstanceIdentifier=each)
        assert caught.value.response["Error"]["Code"] == "InvalidDBInstanceState"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert cluster.target is None


def test_the_cluster_has_the_last_word(aws: Aws, cluster: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the cluster refuses is refused in AWS's terms, with the cluster's reason."""

    def refuse(_: str | None) -> None:
        raise WrongState("its replication is behind.")

    monkeypatch.setattr(cluster, "failover", refuse)
    with pytest.raises(aws.rds.exceptions.InvalidDBInstanceStateFault, match="replication is behind"):
        aws.rds.failover_db_cluster(DBClusterIdentifier="lab", TargetDBInstanceIdentifier="lab-b")
    with pytest.raises(aws.rds.exceptions.InvalidDBClusterStateFault, match="replication is behind"):
        aws.rds.failover_db_cluster(DBClusterIdentifier="lab")


def test_what_is_not_there_is_not_found(aws: Aws) -> None:
    """Each call says it by the exception that botocore documents, with status 404."""
    faults = aws.rds.exceptions
    arn = "arn:aws:rds:us-east-1:123456789012"
    calls: list[tuple[type[ClientError], Any, dict[str, Any]]] = [
        (faults.DBClusterNotFoundFault, aws.rds.describe_db_clusters, {"DBClusterIdentifier": "x"}),
        (faults.DBClusterNotFoundFault, aws.rds.failover_db_cluster, {"DBClusterIdentifier": "x"}),
        (faults.DBInstanceNotFoundFault, aws.rds.describe_db_instances, {"DBInstanceIdentifier": "x"}),
        (faults.DBInstanceNotFoundFault, aws.rds.reboot_db_instance, {"DBInstanceIdentifier": "x"}),
        (faults.DBInstanceNotFoundFault, aws.rds.modify_db_instance, {"DBInstanceIdentifier": "x"}),
        (
            faults.DBInstanceNotFoundFault,
            aws.rds.failover_db_cluster,
            {"DBClusterIdentifier": "lab", "TargetDBInstanceIdentifier": "x"},
        ),
        (faults.DBClusterNotFoundFault, aws.rds.list_tags_for_resource, {"ResourceName": f"{arn}:cluster:x"}),
        (faults.DBInstanceNotFoundFault, aws.rds.list_tags_for_resource, {"ResourceName": f"{arn}:db:x"}),
    ]
    for fault, call, given in calls:
        with pytest.raises(fault) as caught:
            call(**given)
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_a_reboot_restarts_the_instance(aws: Aws, cluster: InMemory) -> None:
    """It begins at once, and a second one meanwhile is refused: InvalidDBInstanceStateFault."""
    answer = aws.rds.reboot_db_instance(DBInstanceIdentifier="lab-b")
    assert answer["DBInstance"]["DBInstanceStatus"] == "rebooting"
    assert cluster.rebooted == ["lab-b"]
    with pytest.raises(aws.rds.exceptions.InvalidDBInstanceStateFault, match="rebooting"):
        aws.rds.reboot_db_instance(DBInstanceIdentifier="lab-b")


def test_an_aurora_instance_is_not_rebooted_with_failover(aws: Aws, cluster: InMemory) -> None:
    """InvalidParameterCombination, as on AWS."""
    with pytest.raises(ClientError, match="InvalidParameterCombination"):
        aws.rds.reboot_db_instance(DBInstanceIdentifier="lab-a", ForceFailover=True)
    assert not cluster.rebooted


def test_a_tier_decides_who_is_promoted(aws: Aws, cluster: InMemory) -> None:
    """ModifyDBInstance gives the cluster the tier; what else it changes, moto keeps."""
    answer = aws.rds.modify_db_instance(
        DBInstanceIdentifier="lab-c", PromotionTier=0, DBInstanceClass="db.r6g.xlarge", ApplyImmediately=True
    )
    assert answer["DBInstance"]["PromotionTier"] == 0
    assert instance(aws, "lab-c")["DBInstanceClass"] == "db.r6g.xlarge"
    aws.rds.failover_db_cluster(DBClusterIdentifier="lab")
    assert cluster.target == "lab-c"


@pytest.mark.parametrize("tier", [-1, 16])
def test_tiers_go_from_0_to_15(aws: Aws, tier: int) -> None:
    """InvalidParameterValue otherwise."""
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        aws.rds.modify_db_instance(DBInstanceIdentifier="lab-c", PromotionTier=tier)
    assert instance(aws, "lab-c")["PromotionTier"] == 3


@pytest.mark.parametrize("arn", [CLUSTER_ARN, CLUSTER_ARN.replace("cluster:lab", "db:lab-a")])
def test_tags_are_kept(aws: Aws, arn: str) -> None:
    """Clusters and instances start with the identity's tags, and can be given others."""

    def tags() -> dict[str, str]:
        return {each["Key"]: each["Value"] for each in aws.rds.list_tags_for_resource(ResourceName=arn)["TagList"]}

    assert tags() == {"drill": "allowed"}
    aws.rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "owner", "Value": "me"}])
    assert tags() == {"drill": "allowed", "owner": "me"}
    aws.rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["drill"])
    assert tags() == {"owner": "me"}


def test_what_the_lab_cannot_do_is_not_pretended(aws: Aws) -> None:
    """Stopping or deleting what is the lab's is refused; on other things moto goes on."""
    faults = aws.rds.exceptions
    with pytest.raises(faults.InvalidDBClusterStateFault):
        aws.rds.stop_db_cluster(DBClusterIdentifier="lab")
    with pytest.raises(faults.InvalidDBClusterStateFault):
        aws.rds.delete_db_cluster(DBClusterIdentifier="lab", SkipFinalSnapshot=True)
    with pytest.raises(faults.InvalidDBInstanceStateFault):
        aws.rds.delete_db_instance(DBInstanceIdentifier="lab-a", SkipFinalSnapshot=True)
    other = {"DBClusterIdentifier": "other", "Engine": "aurora-postgresql"}
    aws.rds.create_db_cluster(**other, MasterUsername="root", MasterUserPassword="12345678")
    assert len(aws.rds.get_paginator("describe_db_clusters").paginate().build_full_result()["DBClusters"]) == 2
    aws.rds.delete_db_cluster(DBClusterIdentifier="other", SkipFinalSnapshot=True)


def test_boto3_s_own_waiter_ends(aws: Aws, server: Server) -> None:
    """The waiter for an available instance is content with a lab."""
    assert server.url
    aws.rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier="lab-a", WaiterConfig={"MaxAttempts": 1})
