"""What a lab's AWS account holds when it starts: the cluster, its instances, and the secrets that lead there."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from moto.kms.models import kms_backends
from moto.moto_api._internal.models import moto_api_backend
from moto.rds.models import RDSBackend, rds_backends
from moto.secretsmanager.models import secretsmanager_backends

from lab.api.models import ClusterModel, InstanceModel, ParameterGroupModel

if TYPE_CHECKING:
    from lab.api.identity import Identity
    from lab.api.seen import Seen

ENGINE = "aurora-postgresql"
VERSION = "17.5"
FAMILY = "aurora-postgresql17"


def seed(seen: Seen, identity: Identity) -> RDSBackend:
    """Empty moto, whose state is one per process, and fill in this lab; gives the backend that holds it."""
    moto_api_backend.reset()
    backend = rds_backends[identity.account][identity.region]
    key = kms_backends[identity.account][identity.region].describe_key("alias/aws/rds").arn
    tags = [{"Key": name, "Value": value} for name, value in identity.tags.items()]
    topology, setup = seen.topology, seen.cluster.setup()
    cluster = ClusterModel(
        seen,
        backend,
        db_cluster_identifier=identity.cluster,
        engine=ENGINE,
        engine_version=VERSION,
        database_name=identity.database,
        master_username=identity.admin,
        master_user_password=uuid.uuid4().hex,  # moto wants one and never shows it; the secret has the real one
        availability_zones=[
            identity.region + zone for zone in sorted({*"abc", *(each.zone for each in topology.instances)})
        ],
        db_cluster_parameter_group_name=_parameter_group(seen, backend, identity).name,
        storage_type="aurora",
        allocated_storage=1,
        storage_encrypted=setup.encrypted,
        kms_key_id=key,
        backup_retention_period=setup.backup_retention_days,
        enable_cloudwatch_logs_exports=["postgresql"],
        license_model="postgresql-license",
        deletion_protection=setup.deletion_protection,
        copy_tags_to_snapshot=True,
        tags=tags,
    )
    if not setup.encrypted:
        cluster.kms_key_id = None  # moto makes one up where it gets none
    backend.clusters[identity.cluster] = cluster
    for each in topology.instances:
        backend.databases[each.identifier] = InstanceModel(
            seen,
            each,
            backend,
            db_cluster_identifier=identity.cluster,
            db_instance_identifier=each.identifier,
            db_instance_class="db.r6g.large",
            engine=ENGINE,
            availability_zone=identity.region + each.zone,
            publicly_accessible=False,
            ca_certificate_identifier="rds-ca-rsa2048-g1",
            tags=tags,
        )
    _secrets(cluster, identity, key)
    return backend


def _parameter_group(seen: Seen, backend: RDSBackend, identity: Identity) -> ParameterGroupModel:
    group = ParameterGroupModel(
        seen,
        backend,
        db_cluster_parameter_group_name=f"{identity.cluster}-parameters",
        description=f"Parameters of {identity.cluster}",
        db_parameter_group_family=FAMILY,
    )
    backend.db_cluster_parameter_groups[group.name] = group
    return group


def _secrets(cluster: ClusterModel, identity: Identity, key: str) -> None:
    """Keep one for applications, in the shape of AWS's own for RDS, and the master user's as RDS manages it."""
    for_applications = {
        "engine": "postgres",
        "host": cluster.endpoint,
        "port": cluster.port,
        "username": identity.user,
        "password": identity.password,
        "dbname": identity.database,
        "dbClusterIdentifier": identity.cluster,
    }
    _secret(identity, identity.secret, for_applications, f"What applications of {identity.cluster} connect with")
    for_admin = {"username": identity.admin, "password": identity.admin_password}
    arn = _secret(identity, f"rds!cluster-{uuid.uuid4()}", for_admin, f"The master user of {cluster.arn}")
    cluster.master_user_secret = {"SecretArn": arn, "SecretStatus": "active", "KmsKeyId": key}


def _secret(identity: Identity, name: str, content: dict[str, Any], description: str) -> str:
    backend = secretsmanager_backends[identity.account][identity.region]
    answer = backend.create_secret(
        name=name,
        secret_string=json.dumps(content),
        secret_binary=None,
        description=description,
        tags=[{"Key": key, "Value": value} for key, value in identity.tags.items()],
        kms_key_id=None,
        client_request_token=None,
        replica_regions=[],
        force_overwrite=False,
    )
    return str(json.loads(answer)["ARN"])
