"""Decision 3: one zone, several, or several regions."""

from __future__ import annotations

from drill.advice import Advice, Choice, Decision
from drill.checks.promise import Finding, observation
from drill.checks.provisioning.described import CLUSTER, TRUE, Described, word
from drill.checks.selection.deployed import Comparison, compared, tables_of
from drill.checks.tables.described import gathered
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check


def availability_fits(advice: Advice) -> Check:
    """What is deployed lies in as many zones or regions as the workload asks for; more of them break nothing.

    A cluster lies where its instances lie, whatever it calls itself. A global cluster is one that names itself so.
    """

    @observation("availability_fits", objective=f"as {advice.workload} asks for")
    def judged(history: History) -> Finding:
        return compared(
            history, advice, Decision.AVAILABILITY, {Choice.DYNAMODB: _of_tables, Choice.AURORA: _of_cluster}
        )

    return judged


def _of_tables(asked: Comparison) -> Finding:
    described = asked.deployed.tables
    tables, missing = tables_of(asked.advice, asked.deployed)
    if asked.recommended.choice is not Choice.MULTI_REGION and not missing:
        return asked.found([], [], f"{word([*tables])}: DynamoDB keeps every table in three zones of its region")
    others, untold = gathered(tables, described.replicas)
    wrong = [
        each for each, regions in others.items() if not regions and asked.recommended.choice is Choice.MULTI_REGION
    ]
    if (untold or missing) and not wrong:
        raise Undecided("; ".join((*untold, *missing)))
    return asked.found(
        [f"{each} lies in one region" for each in wrong],
        [described.update(each, "--replica-updates 'Create={RegionName=...}'") for each in wrong],
        "; ".join(f"{each} lies in {word([*regions])}, too" for each, regions in others.items()),
    )


def _of_cluster(asked: Comparison) -> Finding:
    described = asked.deployed.cluster
    zones = {each: described.value(each, "AvailabilityZone") for each in described.instances}
    readers = [each for each in zones if described.value(each, "IsClusterWriter") != TRUE]
    apart = len({*zones.values()}) > 1 and bool(readers)
    wrong, mend = [], []
    if asked.recommended.choice is not Choice.SINGLE_AZ and not apart:
        wrong = [f"all of {described.cluster} lies in {word(sorted({*zones.values()}))}"]
        engine, kind = described.get(CLUSTER, "Engine"), described.get(next(iter(zones)), "DBInstanceClass") or "..."
        mend = [
            described.aws(
                f"create-db-instance --db-instance-identifier {described.cluster}-reader --db-cluster-identifier "
                f"{described.cluster} --engine {engine} --db-instance-class {kind} --availability-zone ..."
            )
        ]
    if asked.recommended.choice is Choice.MULTI_REGION:
        told = described.named(CLUSTER)
        if not wrong and "GlobalClusterIdentifier" not in told:
            raise Undecided("the control plane does not tell the cluster's GlobalClusterIdentifier")
        if "GlobalClusterIdentifier" in told and not told["GlobalClusterIdentifier"]:
            wrong.append(f"{described.cluster} lies in one region")
            mend.append(_second_region(described))
    more = ", more than is asked for" if apart and asked.recommended.choice is Choice.SINGLE_AZ else ""
    return asked.found(wrong, mend, f"{described.cluster} lies in {word(sorted({*zones.values()}))}{more}")


def _second_region(described: Described) -> str:
    source = "--source-db-cluster-identifier arn:aws:rds:...:cluster:" + described.cluster
    return described.aws(f"create-global-cluster --global-cluster-identifier {described.cluster}-global {source}")
