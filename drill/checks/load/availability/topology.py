"""Whether a cluster has what a failover needs: readers, in other zones, with a tier to be promoted by."""

from drill.checks.promise import Finding, observation
from drill.checks.provisioning.described import TRUE, Described, word
from drill.checks.words import counted
from drill.history import History
from drill.verdict import Check, Ruling

LAST_TIER = 15


def spans_zones(minimum: int = 2) -> Check:
    """Its instances stand in at least `minimum` availability zones, so that the loss of one is not the loss of all."""

    @observation("spans_zones", objective=f"at least {counted(minimum, 'zone')}")
    def judged(history: History) -> Finding:
        described = Described.of(history)
        zones = _zones(described)
        names = sorted(set(zones.values()))
        return Finding(
            ruling=Ruling.HELD if len(names) >= minimum else Ruling.BROKEN,
            because=f"{counted(len(zones), 'instance')} in {counted(len(names), 'zone')}: {word(names)}",
            measured={"instances": len(zones), "zones": len(names)},
            evidence=() if len(names) >= minimum else _mend(described),
        )

    return judged


def has_a_reader_in_another_zone() -> Check:
    """At least one reader stands in another zone than the writer: without one there is nobody to fail over to."""

    @observation("has_a_reader_in_another_zone", objective="at least 1 reader")
    def judged(history: History) -> Finding:
        described = Described.of(history)
        zones = _zones(described)
        writers = [each for each in zones if described.value(each, "IsClusterWriter") == TRUE]
        readers = [each for each in zones if each not in writers]
        writers_zones = {zones[each] for each in writers}
        elsewhere = [each for each in readers if zones[each] not in writers_zones]
        if elsewhere:
            because = f"{word(elsewhere)} stand in other zones than the writer {word(writers)}"
        elif readers:
            because = f"{word(readers)} stand in the writer's own zone, and would be lost with it"
        else:
            because = f"the cluster {described.cluster} has no reader: there is nobody to fail over to"
        return Finding(
            ruling=Ruling.HELD if elsewhere else Ruling.BROKEN,
            because=because,
            measured={"readers": len(readers), "readers_elsewhere": len(elsewhere)},
            evidence=() if elsewhere else _mend(described),
        )

    return judged


def readers_can_be_promoted() -> Check:
    """A reader has a promotion tier before the last one: those of tier 15 are chosen when nobody else is left."""

    @observation("readers_can_be_promoted", objective=f"a tier below {LAST_TIER}")
    def judged(history: History) -> Finding:
        described = Described.of(history)
        readers = [each for each in described.instances if described.value(each, "IsClusterWriter") != TRUE]
        tiers = {each: int(described.value(each, "PromotionTier")) for each in readers}
        ready = [each for each, tier in tiers.items() if tier < LAST_TIER]
        told = word([f"{each}: tier {tier}" for each, tier in tiers.items()]) or "no reader"
        return Finding(
            ruling=Ruling.HELD if ready else Ruling.BROKEN,
            because=told if ready else f"nobody is to be promoted: {told}",
            measured={"promotable_readers": len(ready)},
            evidence=() if ready or not readers else (described.modify_instance(readers[0], "--promotion-tier 0"),),
        )

    return judged


def _zones(described: Described) -> dict[str, str]:
    return {each: described.value(each, "AvailabilityZone") for each in described.instances}


def _mend(described: Described) -> tuple[str, ...]:
    new = f"{described.cluster}-reader"
    return (
        described.aws(
            f"create-db-instance --db-instance-identifier {new} --db-cluster-identifier {described.cluster} "
            "--engine aurora-postgresql --db-instance-class ... --availability-zone ..."
        ),
    )
