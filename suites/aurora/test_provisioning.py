"""Promises about how the cluster was set up."""

import pytest

from drill.checks.provisioning import (
    backups_are_kept,
    cluster_is_available,
    deletion_is_protected,
    encrypted_at_rest,
    encrypted_in_transit,
    has_a_parameter_group_of_its_own,
    is_not_public,
    logs_are_exported,
    minor_versions_are_applied,
)
from scenarios.provisioning import PROVISIONING

pytestmark = [pytest.mark.aurora, pytest.mark.phase1]


@pytest.fixture(scope="module", params=[PROVISIONING], ids=str)
def history(request, inspect):
    """The cluster is looked at once; every promise judges the same evidence."""
    return inspect(request.param)


def test_the_cluster_is_available(judge):
    """The cluster and its instances are there, one of them writes, and every endpoint lets us in."""
    assert judge(cluster_is_available())


def test_it_is_encrypted_at_rest(judge):
    """Whoever gets hold of its storage, a backup or a snapshot reads nothing."""
    assert judge(encrypted_at_rest())


def test_it_is_encrypted_in_transit(judge):
    """Whoever listens reads nothing, whoever stands in between is noticed, and who wants no TLS is refused."""
    assert judge(encrypted_in_transit())


def test_backups_are_kept(judge):
    """What was destroyed a week ago can be had back."""
    assert judge(backups_are_kept(days=7))


def test_deletion_is_protected(judge):
    """Nobody deletes the cluster by mistake."""
    assert judge(deletion_is_protected())


def test_logs_are_exported(judge):
    """What the server logged can be read when the instance is gone."""
    assert judge(logs_are_exported())


def test_it_has_a_parameter_group_of_its_own(judge):
    """Its parameters can be changed when they must be."""
    assert judge(has_a_parameter_group_of_its_own())


def test_minor_versions_are_applied(judge):
    """What a minor version mends is mended without anybody's doing."""
    assert judge(minor_versions_are_applied())


def test_it_is_not_public(judge):
    """Nobody on the internet has an address to knock at."""
    assert judge(is_not_public())
