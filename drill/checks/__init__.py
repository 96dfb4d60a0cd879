"""Promises: pure functions from a history to a verdict, and the phases and outages that they rest on."""

from drill.checks.agreement import control_plane_agrees
from drill.checks.completion import what_was_asked_for_happens
from drill.checks.durability import (
    every_acknowledged_write_survives,
    no_refused_write_appears,
    no_write_is_applied_twice,
)
from drill.checks.freshness import readers_stay_fresh, reads_are_monotonic
from drill.checks.moments import Moments
from drill.checks.outages import Outage, Outages, outages
from drill.checks.phases import Phases, phases
from drill.checks.promise import Finding, observation, promise
from drill.checks.reading import readers_keep_answering, writes_go_on
from drill.checks.recovery import recovered_within
from drill.checks.redundancy import redundancy_restored
from drill.checks.split_brain import one_writer_at_a_time

__all__ = [
    "Finding",
    "Moments",
    "Outage",
    "Outages",
    "Phases",
    "control_plane_agrees",
    "every_acknowledged_write_survives",
    "no_refused_write_appears",
    "no_write_is_applied_twice",
    "observation",
    "one_writer_at_a_time",
    "outages",
    "phases",
    "promise",
    "readers_keep_answering",
    "readers_stay_fresh",
    "reads_are_monotonic",
    "recovered_within",
    "redundancy_restored",
    "what_was_asked_for_happens",
    "writes_go_on",
]
