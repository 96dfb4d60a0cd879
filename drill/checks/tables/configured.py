"""What a table in production has, and a new one has not: a key that is ours, backups, protection."""

from __future__ import annotations

from drill.checks.tables.described import TRUE
from drill.checks.tables.setting import Setting, of_tables
from drill.verdict import Check

KMS, AWS_OWNED = "KMS", "AWS_OWNED"


def tables_encrypted(*, by_kms: bool = True) -> Check:
    """Every table and replica is encrypted at rest with a key of KMS in the owner's account, managed by AWS or by him.

    DynamoDB encrypts every table; there is no other choice. Without one being made it takes a key that AWS owns: nobody
    but AWS sees its use, takes it away or proves that it is in force, so that it is not taken for encryption that was
    set up. Who is content with it says so by `by_kms=False`. Undecided where nothing is told.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    enough = {KMS} if by_kms else {KMS, AWS_OWNED}
    return of_tables(
        Setting(
            promise="tables_encrypted",
            objective="with a key of KMS" if by_kms else "with any key",
            name="SSEType",
            holds=enough.__contains__,
            good="{subject}: encrypted at rest with a key of type {value}",
            bad="{subject} is encrypted with a key of type {value}, and with none that its owner sees or controls",
            mend=lambda described, each: (described.update(each, "--sse-specification Enabled=true,SSEType=KMS"),),
        )
    )


def point_in_time_recovery_is_on() -> Check:
    """What was deleted or overwritten by mistake can be had back as it was at any second of the last weeks.

    Each replica has backups of its own, or none. Undecided where nothing is told.
    """
    specification = "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true"
    return of_tables(
        Setting(
            promise="point_in_time_recovery_is_on",
            objective="on every table and replica",
            name="PointInTimeRecovery",
            holds="ENABLED".__eq__,
            good="{subject}: recovery to any point in time is on",
            bad="what is lost from {subject} is lost: its point-in-time recovery is {value}",
            mend=lambda described, each: (
                described.aws(
                    each, f"dynamodb update-continuous-backups --table-name {each.partition('@')[0]} {specification}"
                ),
            ),
        )
    )


def deletion_is_protected() -> Check:
    """Nobody deletes a table or a replica by mistake: its protection must be taken off first.

    Each replica has a protection of its own. Undecided where nothing is told.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-bestpractices.html
    """
    return of_tables(
        Setting(
            promise="deletion_is_protected",
            objective="on every table and replica",
            name="DeletionProtection",
            holds=TRUE.__eq__,
            good="{subject}: protected from being deleted",
            bad="{subject} is not protected from being deleted",
            mend=lambda described, each: (described.update(each, "--deletion-protection-enabled"),),
        )
    )
