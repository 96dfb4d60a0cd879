"""Promises about how a cluster was set up, judged by what its control plane and its endpoints say; no fault needed."""

from drill.checks.provisioning.at_rest import encrypted_at_rest
from drill.checks.provisioning.available import cluster_is_available
from drill.checks.provisioning.configured import (
    backups_are_kept,
    deletion_is_protected,
    has_a_parameter_group_of_its_own,
    is_not_public,
    logs_are_exported,
    minor_versions_are_applied,
)
from drill.checks.provisioning.in_transit import encrypted_in_transit

__all__ = [
    "backups_are_kept",
    "cluster_is_available",
    "deletion_is_protected",
    "encrypted_at_rest",
    "encrypted_in_transit",
    "has_a_parameter_group_of_its_own",
    "is_not_public",
    "logs_are_exported",
    "minor_versions_are_applied",
]
