"""The plugins of the suites."""

pytest_plugins = (
    "fixtures.options",
    "fixtures.secrets_known",
    "fixtures.reach",
    "fixtures.plan",
    "fixtures.targets",
    "fixtures.evidence",
    "fixtures.accounting",
    "fixtures.publishing",
    "fixtures.live",
    "fixtures.allure",
    "fixtures.experiments",
    "fixtures.dataset",
    "fixtures.load",
    "fixtures.inspection",
    "fixtures.advice",
    "fixtures.costs",
    "fixtures.items.targets",
    "fixtures.items.inspection",
    "fixtures.items.experiments",
    "fixtures.stopping",
)
