"""What the witness reads once the probes have stopped: what it cannot read is told, not left out."""

from __future__ import annotations

from dataclasses import replace

from drill.history import Outcome
from drill.probes.plan import ProbePlan
from drill.probes.witness import ProbeWitness
from tests.drill.memory import InMemory
from tests.drill.probes.server import Server


def test_an_instance_without_a_digest_is_a_row(server: Server, schema: str) -> None:
    """Of two instances one answers: there are two digests, and one of them failed."""
    nowhere = replace(server.address, port=1)
    plan = ProbePlan(schema=schema, writer=server.address, instances={"a": server.address, "b": nowhere})
    found = ProbeWitness(target=InMemory(), plan=plan, quorum=0, agree_within_s=0.0).read_back()
    digests = {frame["endpoint"][0]: frame["outcome"][0] for frame in found if frame["action"][0] == "digest"}
    assert digests == {"a": str(Outcome.OK), "b": str(Outcome.FAILED)}


def test_nobody_writes_nobody_is_read_back(server: Server, schema: str) -> None:
    """Without a writer there is no readback at all, so that every promise about rows is undecided."""
    nowhere = replace(server.address, port=1)
    plan = ProbePlan(schema=schema, writer=server.address, instances={"b": nowhere})
    found = ProbeWitness(target=InMemory(), plan=plan, quorum=0, agree_within_s=0.0).read_back()
    assert [frame["action"][0] for frame in found] == ["digest"]
