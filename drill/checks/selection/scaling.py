"""Decision 4: more or larger; and whether there is room for the peak."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from math import ceil

from drill.advice import Advice, Choice, Decision
from drill.checks.promise import Finding, observation
from drill.checks.provisioning.described import TRUE, word
from drill.checks.selection.deployed import Comparison, compared, tables_of
from drill.checks.tables.described import NONE, TablesDescribed, gathered
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check

KINDS = ("Read", "Write")


def scaling_fits(advice: Advice) -> Check:
    """What is deployed grows in the way that the workload asks for.

    A cluster for a read-heavy workload has a reader; one for another has no readers beyond one a zone, which are
    there for availability and else carry nothing. Tables have room for the workload's peak: provisioned units as far
    as autoscaling may raise them, or the cap of on-demand ones, all tables together; and no key is hotter than one
    partition serves.
    """

    @observation("scaling_fits", objective=f"as {advice.workload} asks for")
    def judged(history: History) -> Finding:
        return compared(history, advice, Decision.SCALING, {Choice.DYNAMODB: _of_tables, Choice.AURORA: _of_cluster})

    return judged


def _of_cluster(asked: Comparison) -> Finding:
    described = asked.deployed.cluster
    zones = {each: described.value(each, "AvailabilityZone") for each in described.instances}
    readers = [each for each in zones if described.value(each, "IsClusterWriter") != TRUE]
    wrong, mend = [], []
    if asked.recommended.choice is Choice.HORIZONTAL and not readers:
        wrong = [f"{described.cluster} has no reader"]
        mend = [
            described.aws(
                f"create-db-instance --db-instance-identifier {described.cluster}-reader "
                f"--db-cluster-identifier {described.cluster} --engine aurora-postgresql --db-instance-class ..."
            )
        ]
    if asked.recommended.choice is Choice.VERTICAL:
        crowded = Counter(zones.values())
        # The writer stays; of its zone every reader is one too many, of another zone all but one.
        seen = {zones[each] for each in zones if each not in readers}
        for each in readers:
            if zones[each] in seen:
                wrong.append(f"{each} is one of {crowded[zones[each]]} in {zones[each]}, and carries nothing")
                mend.append(described.aws(f"delete-db-instance --db-instance-identifier {each}"))
            seen.add(zones[each])
    count = f"{described.cluster} has {len(readers)} reader{'' if len(readers) == 1 else 's'}"
    return asked.found(wrong, mend, count)


def _of_tables(asked: Comparison) -> Finding:
    capacity, heat = (asked.advice.of(each, Choice.DYNAMODB) for each in (Decision.CAPACITY, Decision.HEAT))
    if capacity is None or heat is None:
        raise Undecided(f"{asked.advice.workload} tells neither peak nor keys")
    described = asked.deployed.tables
    tables, missing = tables_of(asked.advice, asked.deployed)
    peaks = {each: capacity.measured[f"peak_{each.lower()}_units"] for each in KINDS}
    rooms, untold = gathered(KINDS, lambda kind: _room_of_all(described, tables, kind))
    untold += missing
    small = {kind: room for kind, room in rooms.items() if room is not None and room < peaks[kind]}
    wrong = [
        f"{word([*tables])}: room for {room:,.0f} {kind.lower()} units/s, {peaks[kind]:,.0f} at the peak"
        for kind, room in small.items()
    ]
    mend = [_raise(described, each, peaks) for each in tables] if small else []
    if heat.choice is Choice.TOO_MUCH:
        wrong.append(heat.because)
        mend.append(f"{heat.rests_on}; what helps: {heat.would_change}")
    if heat.choice is Choice.UNTOLD:
        untold.append(f"{heat.because}; add {heat.would_change} to the workload")
    if untold and not wrong:
        raise Undecided("; ".join(untold))
    good = f"{word([*tables])} {'has' if len(tables) == 1 else 'have'} room for the peak, and no key is too hot"
    judged = asked.found(wrong, mend, good)
    figures = {f"peak_{kind.lower()}_units": peaks[kind] for kind in KINDS} | {
        f"room_{kind.lower()}_units": room for kind, room in rooms.items()
    }
    return replace(judged, measured={**judged.measured, **heat.measured, **figures})


def _room_of_all(described: TablesDescribed, tables: tuple[str, ...], kind: str) -> float | None:
    """Units a second that all tables give together; None: whatever is asked for, within the account's limits."""
    rooms = [_room(described, each, kind) for each in tables]
    return None if None in rooms else sum(each for each in rooms if each is not None)


def _room(described: TablesDescribed, table: str, kind: str) -> float | None:
    """What one table gives: its cap, or its units as far as autoscaling raises them."""
    if not described.is_provisioned(table):
        cap = f"Max{kind}RequestUnits"
        return None if described.value(table, cap) == NONE else described.whole(table, cap)
    units = f"{kind}CapacityUnits"
    stands, scaled = described.whole(table, units), described.parts(table, f"AutoScaling.{units}")
    if scaled is None or scaled.get("suspended"):
        return stands
    if not isinstance(scaled.get("max"), int):
        raise Undecided(f"the control plane does not tell how far {units} of {table} may be raised")
    return max(stands, int(scaled["max"]))


def _raise(described: TablesDescribed, table: str, peaks: Mapping[str, float]) -> str:
    """The command that gives one table room for all of the peak: how it divides among tables is not declared."""
    units = {kind: max(1, ceil(peak)) for kind, peak in peaks.items()}
    if described.is_provisioned(table):
        asked = ",".join(f"{kind}CapacityUnits={each}" for kind, each in units.items())
        return described.update(table, f"--provisioned-throughput {asked}")
    asked = ",".join(f"Max{kind}RequestUnits={each}" for kind, each in units.items())
    return described.update(table, f"--on-demand-throughput {asked}")
