"""What only a run knows, for faults that need more than a target: where its data is, and how far they may go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from drill.faults.fault import Fault
from drill.journal import Journal
from drill.requests import Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class BlastRadius:
    """How far floods, culprits and neighbours may go: connections at once, and seconds until they end by themselves.

    What drill.toml says under [limits] as flood_connections and flood_duration.
    """

    connections: int = 1200
    duration_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The run's own schema, how its application connects, how far a fault may go, and where to note what to undo.

    `patterns` are the names of the access patterns that are under load. Where the data is not ours but a team's own,
    nothing in it may be changed.
    """

    schema: str
    surroundings: Surroundings
    journal: Journal
    limits: BlastRadius = field(default_factory=BlastRadius)
    patterns: tuple[str, ...] = ()
    is_ours: bool = True


Staged = Callable[[Stage], Fault]
"""A fault that is made for a run."""
