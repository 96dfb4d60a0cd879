"""Culprits and neighbours as crowds: where the faults and the load's clients meet."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from drill.errors import FaultError
from drill.faults import Crowd, Gather, Stage
from drill.load.flood import CrowdPlan, Party, gathered
from drill.targets.postgres import Address

Parties = Callable[[Address], tuple[Party, ...]]


def application_settings(stage: Stage) -> dict[str, str]:
    """What the application sets on its connections; a culprit has one core at most, whatever the machine."""
    given = stage.surroundings
    return {
        "search_path": f'"{stage.schema}"',
        "statement_timeout": _ms(given.statement_timeout_s),
        "lock_timeout": _ms(given.lock_timeout_s),
        "idle_in_transaction_session_timeout": _ms(given.idle_in_transaction_timeout_s),
        "max_parallel_workers_per_gather": "0",
    }


def crowd(stage: Stage, parties: Parties) -> Gather:
    """All parties at once, none larger than the blast radius."""

    def gather(address: Address, count: int) -> AbstractContextManager[Crowd]:
        wanted = parties(address)
        if (clients := sum(party.count for party in wanted)) > count:
            raise FaultError(
                f"this takes {clients} clients, and may take no more than {count} (limits.flood_connections)"
            )
        return gathered(CrowdPlan(parties=wanted, duration_s=stage.limits.duration_s))

    return gather


def _ms(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"
