"""Whether there is a cluster at all, and all of it."""

from __future__ import annotations

from drill.checks.promise import Finding, observation
from drill.checks.provisioning.described import CLUSTER, TRUE, Described, word
from drill.checks.words import counted
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

AVAILABLE = frozenset({"available", "backing-up", "storage-optimization"})
"""What AWS calls a cluster or an instance that serves: it does while it is backed up, too."""


def cluster_is_available() -> Check:
    """Cluster and instances are available, one instance is named as writer, and every endpoint lets us in.

    Undecided where nobody tried the endpoints.
    """

    @observation("cluster_is_available", objective="cluster, instances and endpoints")
    def judged(history: History) -> Finding:
        described = Described.of(history)
        instances = described.instances
        status = described.value(CLUSTER, "Status")
        states = {each: described.value(each, "DBInstanceStatus") for each in instances}
        writers = [each for each in instances if described.value(each, "IsClusterWriter") == TRUE]
        tried = history.table("pings")
        if tried.is_empty():
            raise Undecided("nobody tried the endpoints")
        # One answer is enough: a try can fail by chance, and other promises judge how often.
        answered = tried.filter(tried["server"].is_not_null())["endpoint"]
        never = tried.filter(~tried["endpoint"].is_in(answered.implode()))
        silent = dict(never.select("endpoint", "error").iter_rows())
        wrong = [
            *([f"the cluster {described.cluster} is {status}"] if status not in AVAILABLE else []),
            *(f"{each} is {state}" for each, state in states.items() if state not in AVAILABLE),
            *([] if len(writers) == 1 else [f"{word(writers) or 'nobody'} named as writer"]),
            *(f"{endpoint} lets nobody in: {error}" for endpoint, error in silent.items()),
        ]
        endpoints = tried["endpoint"].n_unique()
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because="; ".join(wrong)
            or f"the cluster {described.cluster} is available, with {counted(len(instances), 'instance')} "
            f"({writers[0]} writes) and {counted(endpoints, 'endpoint')} that answer",
            measured={"instances": len(instances), "endpoints": endpoints, "silent_endpoints": len(silent)},
            evidence=_mend(described, status, states) if wrong else (),
        )

    return judged


def _mend(described: Described, status: str, states: dict[str, str]) -> tuple[str, ...]:
    """Start what was stopped; of all else the events tell what happened."""
    if status == "stopped":
        return (described.aws(f"start-db-cluster --db-cluster-identifier {described.cluster}"),)
    kinds = [("db-cluster", described.cluster)]
    kinds += [("db-instance", each) for each, state in states.items() if state not in AVAILABLE]
    return tuple(
        described.aws(f"describe-events --source-type {kind} --source-identifier {name} --duration 1440")
        for kind, name in kinds
    )
