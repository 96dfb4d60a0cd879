"""What the control plane says of a cluster, and the commands that would change it."""

from __future__ import annotations

from dataclasses import dataclass
from shlex import quote
from typing import Self

import polars as pl

from drill.errors import Undecided
from drill.history import History

CLUSTER, PARAMETERS = "cluster", "parameters"
"""The subjects beside those named after an instance."""

TRUE = "true"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """Table `settings` as drill/targets/description.py fills it."""

    rows: pl.DataFrame

    @classmethod
    def of(cls, history: History) -> Self:
        """`Undecided` where nothing was asked."""
        return cls(rows=history.table("settings"))

    def get(self, subject: str, name: str) -> str | None:
        """The value that a subject states; None where it states none."""
        found = self.rows.filter((pl.col("subject") == subject) & (pl.col("name") == name))["value"]
        return None if found.is_empty() else found[-1]

    def value(self, subject: str, name: str) -> str:
        """`get`; `Undecided` where nothing is stated."""
        found = self.get(subject, name)
        if found is None:
            whose = subject if subject == CLUSTER else f"{subject}'s"
            raise Undecided(f"the control plane does not tell {'the cluster' if subject == CLUSTER else whose} {name}")
        return found

    def named(self, subject: str) -> dict[str, str | None]:
        """All that a subject states, by name, in order."""
        return dict(self.rows.filter(pl.col("subject") == subject).select("name", "value").iter_rows())

    @property
    def instances(self) -> tuple[str, ...]:
        """All of them, by name; `Undecided` where there is none: a promise about nothing proves nothing."""
        found = self.rows.filter(pl.col("name") == "DBInstanceStatus")["subject"].cast(pl.String).unique().sort()
        if found.is_empty():
            raise Undecided("the control plane names no instance of the cluster")
        return tuple(found)

    @property
    def cluster(self) -> str:
        """Its name."""
        return self.value(CLUSTER, "DBClusterIdentifier")

    @property
    def family(self) -> str:
        """The family of its parameter groups: `aurora-postgresql17` for version 17.5."""
        major = self.value(CLUSTER, "EngineVersion").partition(".")[0]
        return f"{self.get(CLUSTER, 'Engine') or 'aurora-postgresql'}{major}"

    def aws(self, words: str) -> str:
        """A command of the AWS CLI on RDS, for the region and endpoint that were asked."""
        where = (("region", "Region"), ("endpoint-url", "EndpointUrl"))
        told = ((option, self.get(CLUSTER, name)) for option, name in where)
        return " ".join(("aws rds", words, *(f"--{option} {quote(value)}" for option, value in told if value)))

    def modify_cluster(self, change: str) -> str:
        """The command that changes the cluster at once."""
        return self.aws(f"modify-db-cluster --db-cluster-identifier {self.cluster} {change} --apply-immediately")

    def modify_instance(self, instance: str, change: str) -> str:
        """The command that changes an instance at once."""
        return self.aws(f"modify-db-instance --db-instance-identifier {instance} {change} --apply-immediately")


def word(names: tuple[str, ...] | list[str]) -> str:
    """Put names into a sentence: `a, b and c`."""
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)
