"""A scenario: a fault under a name, and in words what happens."""

from dataclasses import dataclass

from drill.faults import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One way in which something goes wrong; `name` groups, `fault_name` tells apart, `story` is for people."""

    name: str
    fault_name: str
    story: str
    fault: Fault

    def __str__(self) -> str:
        """The id of the test's parameter."""
        return self.fault_name.replace(" ", "-")
