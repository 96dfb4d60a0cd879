"""Under which words a scenario is found in Allure, and the page of AWS that its readers ask for first."""

from __future__ import annotations

from dataclasses import dataclass

from drill.reporting.records import ON_TABLES

_AURORA = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
_DYNAMODB = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
_BUDGETS = "https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A scenario in words, and where to read on; `title` and `url` are None where no page fits."""

    feature: str
    title: str | None = None
    url: str | None = None


def _aurora(feature: str, title: str, page: str) -> Heading:
    return Heading(feature=feature, title=f"AWS: {title}", url=f"{_AURORA}{page}")


def _tables(feature: str, title: str, page: str) -> Heading:
    return Heading(feature=feature, title=f"AWS: {title}", url=f"{_DYNAMODB}{page}")


HEADINGS: dict[str, Heading] = {
    "failover": _aurora("Failover", "fast failover", "AuroraPostgreSQL.BestPractices.FastFailover.html"),
    "availability": _aurora("High availability", "high availability", "Concepts.AuroraHighAvailability.html"),
    "connections": _aurora("Connection exhaustion", "maximum connections", "AuroraPostgreSQL.Managing.html"),
    "timeouts": Heading(feature="Query timeout"),
    "degradation": _aurora("Performance degradation", "metrics", "Aurora.AuroraMonitoring.Metrics.html"),
    "cost": Heading(feature="Cost overrun", title="AWS: budgets", url=_BUDGETS),
    "provisioning": _aurora("Provisioning", "encryption", "Overview.Encryption.html"),
    "selection": Heading(feature="Selection"),
    "modelling": Heading(feature="Data model and access patterns"),
    "optimisation": Heading(feature="Query optimisation"),
    "integration": Heading(feature="Application integration"),
    "dynamodb-failover": _tables("Failover", "global tables", "V2globaltables_HowItWorks.html"),
    "dynamodb-connections": _tables("Capacity exhaustion", "errors", "Programming.Errors.html"),
    "dynamodb-timeouts": _tables("Request timeout", "errors", "Programming.Errors.html"),
    "dynamodb-degradation": _tables("Performance degradation", "metrics", "metrics-dimensions.html"),
    "dynamodb-cost": Heading(feature="Cost overrun", title="AWS: budgets", url=_BUDGETS),
    "dynamodb-provisioning": _tables("Provisioning", "autoscaling", "AutoScaling.html"),
    "dynamodb-selection": Heading(feature="Selection"),
    "dynamodb-modelling": _tables("Data model and access patterns", "partition keys", "bp-partition-key-design.html"),
    "dynamodb-integration": Heading(feature="Application integration"),
    "dynamodb-retries": _tables("Retries", "errors and retries", "Programming.Errors.html"),
}
"""By the names under which evidence is kept."""


def epic(scenario: str) -> str:
    """The service that it is about."""
    return "DynamoDB" if scenario.startswith(ON_TABLES) else "Aurora PostgreSQL"


def heading(scenario: str) -> Heading:
    """What is known of it; a scenario of a team's own is found under its own name."""
    own = scenario.removeprefix(ON_TABLES).replace("-", " ").replace("_", " ").capitalize()
    return HEADINGS.get(scenario, Heading(feature=own))
