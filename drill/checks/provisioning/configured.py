"""What a cluster in production has, and a new one does not always: backups, logs, protection, parameters of its own."""

from __future__ import annotations

from drill.checks.provisioning.described import TRUE, Described
from drill.checks.provisioning.setting import Setting, of_cluster, of_instances
from drill.errors import Undecided
from drill.verdict import Check

LOG = "postgresql"
DEFAULT = "default."
"""How AWS begins the name of a parameter group that nobody can change."""


def backups_are_kept(days: int = 7) -> Check:
    """Automatic backups are kept for `days` at least.

    Aurora keeps them for a day where nobody chose; a mistake of Friday is noticed on Monday, so a week is asked for.
    """

    def kept(value: str) -> int:
        if not value.isdecimal():
            raise Undecided(f"the control plane tells a BackupRetentionPeriod of {value!r}, which is no number of days")
        return int(value)

    return of_cluster(
        Setting(
            promise="backups_are_kept",
            objective=f"for {days} days at least",
            name="BackupRetentionPeriod",
            holds=lambda value: kept(value) >= days,
            good="backups of {subject} are kept for {value} days",
            bad=f"backups of {{subject}} are kept for {{value}} days, not for {days}",
            mend=lambda described, _: (described.modify_cluster(f"--backup-retention-period {days}"),),
            measured=lambda value: {"backup_retention_days": kept(value)},
        )
    )


def deletion_is_protected() -> Check:
    """Nobody deletes the cluster by mistake: its protection must be taken off first."""
    return of_cluster(
        Setting(
            promise="deletion_is_protected",
            objective="deletion protection is on",
            name="DeletionProtection",
            holds=TRUE.__eq__,
            good="{subject} is protected from being deleted",
            bad="{subject} is not protected from being deleted",
            mend=lambda described, _: (described.modify_cluster("--deletion-protection"),),
        )
    )


def logs_are_exported(log: str = LOG) -> Check:
    """The server's log is exported to CloudWatch, where it outlives the instance that wrote it."""
    configuration = f'\'{{"EnableLogTypes":["{log}"]}}\''
    return of_cluster(
        Setting(
            promise="logs_are_exported",
            objective=f"the {log} log is exported to CloudWatch",
            name="EnabledCloudwatchLogsExports",
            holds=lambda value: log in value.split(","),
            good="{subject} exports its logs to CloudWatch: {value}",
            bad=f"{{subject}} does not export its {log} log to CloudWatch",
            mend=lambda described, _: (
                described.modify_cluster(f"--cloudwatch-logs-export-configuration {configuration}"),
            ),
        )
    )


def has_a_parameter_group_of_its_own() -> Check:
    """Its parameters can be changed, which those of a default group cannot."""

    def mend(described: Described, cluster: str) -> tuple[str, ...]:
        group = f"{cluster}-parameters"
        made = f"--db-cluster-parameter-group-name {group} --db-parameter-group-family {described.family}"
        return (
            described.aws(f'create-db-cluster-parameter-group {made} --description "Parameters of {cluster}"'),
            described.modify_cluster(f"--db-cluster-parameter-group-name {group}"),
            "then restart its instances one after the other, the readers first: the group is in force from then on",
        )

    return of_cluster(
        Setting(
            promise="has_a_parameter_group_of_its_own",
            objective="no default parameter group",
            name="DBClusterParameterGroup",
            holds=lambda value: not value.startswith(DEFAULT),
            good="{subject} has the parameter group {value}",
            bad="{subject} has the parameter group {value}, which nobody can change",
            mend=mend,
        )
    )


def minor_versions_are_applied() -> Check:
    """Every instance takes minor versions, and with them what they mend, in its maintenance window."""
    return of_instances(
        Setting(
            promise="minor_versions_are_applied",
            objective="on every instance",
            name="AutoMinorVersionUpgrade",
            holds=TRUE.__eq__,
            good="minor versions are applied to {subject} in their maintenance windows",
            bad="minor versions are not applied to {subject}",
            mend=lambda described, each: (described.modify_instance(each, "--auto-minor-version-upgrade"),),
        )
    )


def is_not_public() -> Check:
    """No instance has an address on the internet."""
    return of_instances(
        Setting(
            promise="is_not_public",
            objective="no instance is publicly accessible",
            name="PubliclyAccessible",
            holds=lambda value: value != TRUE,
            good="no public address leads to {subject}",
            bad="{subject} is publicly accessible",
            mend=lambda described, each: (described.modify_instance(each, "--no-publicly-accessible"),),
        )
    )
