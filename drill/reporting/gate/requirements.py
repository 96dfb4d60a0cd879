"""What a release can require to have been executed: the markers of the suites, and the scenarios behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from drill.config.problems import nearest
from drill.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

AURORA, DYNAMODB = "aurora", "dynamodb"

SCENARIOS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "failover": {AURORA: ("failover",), DYNAMODB: ("dynamodb-failover",)},
    "connections": {AURORA: ("connections",), DYNAMODB: ("dynamodb-connections",)},
    "timeouts": {AURORA: ("timeouts",), DYNAMODB: ("dynamodb-timeouts",)},
    "degradation": {AURORA: ("degradation",), DYNAMODB: ("dynamodb-degradation",)},
    "cost": {AURORA: ("cost",), DYNAMODB: ("dynamodb-cost",)},
    "phase1": {AURORA: ("provisioning", "selection"), DYNAMODB: ("dynamodb-provisioning", "dynamodb-selection")},
    "phase2": {AURORA: ("modelling",), DYNAMODB: ("dynamodb-modelling",)},
    "phase3": {AURORA: ("optimisation",), DYNAMODB: ("dynamodb-modelling",)},
    "phase4": {AURORA: ("availability",), DYNAMODB: ("dynamodb-failover",)},
    "phase5": {AURORA: ("integration",), DYNAMODB: ("dynamodb-integration", "dynamodb-retries")},
}
"""The scenarios of each marker, as summary.json spells them, by service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A name that must have been executed. Any of `ways` is enough (a service each), and takes all its scenarios."""

    name: str
    ways: tuple[tuple[str, ...], ...]

    def missing(self, executed: Collection[str]) -> tuple[str, ...]:
        """The scenarios without an executed experiment, of the way that comes nearest; none where it is met."""
        left = [tuple(name for name in way if name not in executed) for way in self.ways]
        return min(left, key=len)

    def beside(self, executed: Collection[str]) -> tuple[str, ...]:
        """The scenarios that bear on it, were not executed, and need not have been, since another way was gone."""
        return () if self.missing(executed) else tuple(sorted(self.scenarios.difference(executed)))

    @property
    def scenarios(self) -> frozenset[str]:
        """Every scenario that bears on it."""
        return frozenset(name for way in self.ways for name in way)


def require(name: str) -> Requirement:
    """Understand a marker, on either service ("failover") or on one of them ("aurora-failover"), or a scenario.

    A name that is none of these is a ConfigError that lists them.
    """
    if name not in _KNOWN:
        raise ConfigError(f"--require {name}: no marker and no scenario; {nearest(name, _KNOWN)}")
    return Requirement(name=name, ways=_KNOWN[name])


def _known() -> dict[str, tuple[tuple[str, ...], ...]]:
    """What can be required; a marker goes before the scenario of the same name, which one service calls as it does."""
    known: dict[str, tuple[tuple[str, ...], ...]] = {}
    for services in SCENARIOS.values():
        known |= {scenario: ((scenario,),) for way in services.values() for scenario in way}
    for marker, services in SCENARIOS.items():
        known |= {f"{service}-{marker}": (way,) for service, way in services.items()}
    return known | {marker: tuple(services.values()) for marker, services in SCENARIOS.items()}


_KNOWN = _known()
