"""The plugins of the suites."""

pytest_plugins = (
    "fixtures.options",
    "fixtures.targets",
    "fixtures.evidence",
    "fixtures.experiments",
    "fixtures.dataset",
    "fixtures.load",
    "fixtures.inspection",
)
