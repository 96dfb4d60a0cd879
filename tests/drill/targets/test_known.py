"""Whatever a target logs in with is known to be secret before anybody can say it."""

from __future__ import annotations

from drill.config import AuroraSettings, DynamoDBSettings
from drill.secrets import masked
from drill.targets.aurora import Aurora
from drill.targets.connect import connect
from drill.targets.dynamodb.connect import connect_tables
from tests.lab.api.conftest import IDENTITY


def test_a_password_of_secrets_manager_is_known(settings: AuroraSettings) -> None:
    """As soon as it was read."""
    assert masked(IDENTITY.password) == IDENTITY.password
    connect("staging", settings, {})
    assert masked(f"it is {IDENTITY.password}") == "it is ***"


def test_the_administrators_password_is_known(aurora: Aurora) -> None:
    """Which another secret holds."""
    assert masked(IDENTITY.admin_password) == IDENTITY.admin_password
    assert aurora.operator() is not None
    assert masked(f"it is {IDENTITY.admin_password}") == "it is ***"


def test_a_password_of_the_environment_is_known(settings: AuroraSettings) -> None:
    """Whoever handed it over."""
    connect("staging", settings.model_copy(update={"secret": None, "user": "app"}), {"DRILL_PASSWORD": "correct-horse"})
    assert masked("it is correct-horse") == "it is ***"


def test_the_login_of_an_endpoint_is_known(settings: AuroraSettings) -> None:
    """Of a cluster as of tables."""
    url = str(settings.endpoint_url)
    connect("staging", settings.model_copy(update={"endpoint_url": url.replace("://", "://me:correct-horse@")}), {})
    assert masked("it is correct-horse") == "it is ***"
    tables = DynamoDBSettings(kind="dynamodb", region="us-east-1", endpoint_url="http://me:battery-staple@localhost:1")
    connect_tables("staging", tables, {})
    assert masked("it is battery-staple") == "it is ***"
