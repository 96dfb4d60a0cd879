"""Whether what is stored is encrypted."""

from __future__ import annotations

from drill.checks.promise import Finding, observation
from drill.checks.provisioning.described import CLUSTER, TRUE, Described, word
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

AWS_OWNED = "sse-rds"
"""The type of encryption with a key that is AWS's own: StorageEncrypted is then false, and the storage encrypted."""


def encrypted_at_rest() -> Check:
    """The cluster's storage, and with it every instance, backup and snapshot, is encrypted.

    With a key of KMS, or with one that is AWS's own. Undecided where the control plane says that it is with a key of
    KMS and names none, or does not say it of every instance.
    """

    @observation("encrypted_at_rest", objective="storage encrypted")
    def judged(history: History) -> Finding:
        described = Described.of(history)
        subjects = {described.cluster: CLUSTER} | {each: each for each in described.instances}
        bare = [name for name, subject in subjects.items() if not _is_encrypted(described, subject)]
        if bare:
            return Finding(
                ruling=Ruling.BROKEN, because=f"not encrypted: the storage of {word(bare)}", evidence=_mend(described)
            )
        key = described.get(CLUSTER, "KmsKeyId")
        if described.get(CLUSTER, "StorageEncryptionType") == AWS_OWNED:
            key = "a key of AWS's own"
        if key is None:
            raise Undecided(f"the control plane says that {described.cluster} is encrypted, and names no key")
        return Finding(ruling=Ruling.HELD, because=f"the storage of {described.cluster} is encrypted with {key}")

    return judged


def _is_encrypted(described: Described, subject: str) -> bool:
    owned = described.get(subject, "StorageEncryptionType") == AWS_OWNED
    return owned or described.value(subject, "StorageEncrypted") == TRUE


def _mend(described: Described) -> tuple[str, ...]:
    """A new cluster of a snapshot, since no cluster is encrypted in place.

    Aurora encrypts while it restores; to copy an unencrypted snapshot with a key is refused (CopyDBClusterSnapshot).
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.html
    """
    cluster, snapshot, new = described.cluster, f"{described.cluster}-unencrypted", f"{described.cluster}-encrypted"
    engine = described.get(CLUSTER, "Engine") or "aurora-postgresql"
    settings = "".join(
        f" {option} {value}"
        for option, value in (
            ("--db-subnet-group-name", described.get(CLUSTER, "DBSubnetGroup")),
            ("--vpc-security-group-ids", (described.get(CLUSTER, "VpcSecurityGroups") or "").replace(",", " ")),
            ("--db-cluster-parameter-group-name", described.get(CLUSTER, "DBClusterParameterGroup")),
        )
        if value
    )
    kind = next(iter({described.get(each, "DBInstanceClass") for each in described.instances} - {None}), "...")
    return (
        "a cluster is not encrypted in place; with nobody writing to it any more, make an encrypted one of a snapshot:",
        described.aws(
            f"create-db-cluster-snapshot --db-cluster-identifier {cluster} --db-cluster-snapshot-identifier {snapshot}"
        ),
        described.aws(f"wait db-cluster-snapshot-available --db-cluster-snapshot-identifier {snapshot}"),
        described.aws(
            f"restore-db-cluster-from-snapshot --db-cluster-identifier {new} --snapshot-identifier {snapshot} "
            f"--engine {engine} --kms-key-id alias/aws/rds{settings} --deletion-protection"
        ),
        *(
            described.aws(
                f"create-db-instance --db-instance-identifier {instance}-encrypted --db-cluster-identifier {new} "
                f"--engine {engine} --db-instance-class {kind}"
            )
            for instance in described.instances
        ),
    )
