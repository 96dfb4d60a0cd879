"""Scenario 1 of the requirements: each way in which clients use up connections."""

from __future__ import annotations

from contextlib import AbstractContextManager

from drill import faults
from drill.faults import Crowd, Fault, Gather, Stage
from drill.load.flood import CrowdPlan, Mode, Party, gathered
from drill.targets.postgres import Address
from scenarios.load_scenario import LoadScenario, Look

WHOLE = frozenset({Look.SHOP})
"""Who is refused leaves nothing half done: the data is looked at in the end."""

LEAKED_PER_S = 150.0
STORMERS = 8
"""Clients at once: enough that connections come and go by the hundred a second."""


def _crowd(stage: Stage, mode: Mode, *, rate_per_s: float | None = None) -> Gather:
    """A crowd of one mode, whose clients and application are named after it."""

    def gather(address: Address, count: int) -> AbstractContextManager[Crowd]:
        name = "flood" if mode is Mode.HOLD else str(mode)
        party = Party(
            mode=mode,
            name=name,
            application=f"drill {name}",
            address=address,
            count=count,
            statements=() if mode is Mode.HOLD else ("SELECT 1",),
            rate_per_s=rate_per_s,
        )
        return gathered(CrowdPlan(parties=(party,), duration_s=stage.limits.duration_s))

    return gather


def _flood(stage: Stage) -> Fault:
    return faults.exhaustion(_crowd(stage, Mode.HOLD), limits=stage.limits, holder="drill flood")


def _leak(stage: Stage) -> Fault:
    return faults.exhaustion(
        _crowd(stage, Mode.LEAK, rate_per_s=LEAKED_PER_S), limits=stage.limits, holder="drill leak"
    )


def _storm(stage: Stage) -> Fault:
    return faults.storm(_crowd(stage, Mode.STORM), limits=stage.limits, clients=STORMERS, holder="drill storm")


FLOOD = LoadScenario(
    name="connections",
    fault_name="connection flood",
    story="open connections until the server refuses, hold them, and go on trying",
    fault=_flood,
    clients=("drill flood",),
    knocks=True,
    looks=WHOLE,
)
LEAK = LoadScenario(
    name="connections",
    fault_name="connection leak",
    story="take connections one after the other, use each once, and never give one back",
    fault=_leak,
    clients=("drill leak",),
    knocks=True,
    looks=WHOLE,
)
STORM = LoadScenario(
    name="connections",
    fault_name="connection storm",
    story="connect and disconnect as fast as possible",
    fault=_storm,
    clients=("drill storm",),
    looks=WHOLE,
    knocks=True,
)

EXHAUSTIONS = (FLOOD, LEAK)
"""Until the server has none to give any more; a storm leaves room."""

CONNECTIONS = (*EXHAUSTIONS, STORM)
