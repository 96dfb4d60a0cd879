"""Phase 1 of the requirements: a cluster is looked at as it was set up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A look at a cluster that nobody disturbs: neither a fault nor a load; `story` is for people."""

    name: str
    fault_name: str
    story: str

    def __str__(self) -> str:
        """The id of the test's parameter."""
        return self.fault_name.replace(" ", "-")


PROVISIONING = Inspection(
    name="provisioning",
    fault_name="inspection",
    story="nothing: ask the control plane how the cluster was set up, and open connections to see",
)
