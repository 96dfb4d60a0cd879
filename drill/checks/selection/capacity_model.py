"""Decision 2: on demand or provisioned."""

from __future__ import annotations

from math import ceil

from drill.advice import Advice, Choice, Decision
from drill.checks.promise import Finding, observation
from drill.checks.provisioning.described import word
from drill.checks.selection.deployed import Comparison, compared, tables_of
from drill.checks.tables.described import ON_DEMAND, PROVISIONED, gathered
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check

SERVERLESS = "db.serverless"
"""The class of an instance of Aurora Serverless v2."""


def capacity_model_fits_the_workload(advice: Advice) -> Check:
    """Every table and every instance is paid for in the way that the workload's traffic asks for."""

    @observation("capacity_model_fits_the_workload", objective=f"as {advice.workload} asks for")
    def judged(history: History) -> Finding:
        return compared(history, advice, Decision.CAPACITY, {Choice.DYNAMODB: _of_tables, Choice.AURORA: _of_instances})

    return judged


def _of_tables(asked: Comparison) -> Finding:
    tables, missing = tables_of(asked.advice, asked.deployed)
    described, wanted = asked.deployed.tables, asked.recommended.choice is Choice.PROVISIONED
    mode = PROVISIONED if wanted else ON_DEMAND
    provisioned, untold = gathered(tables, described.is_provisioned)
    wrong = [each for each, is_so in provisioned.items() if is_so is not wanted]
    if (untold or missing) and not wrong:
        raise Undecided("; ".join((*untold, *missing)))
    change = f"--billing-mode {mode}"
    if wanted:
        # How the demand divides among tables is not declared: each gets room for all of it, to begin with.
        read, write = (max(1, ceil(asked.recommended.measured[f"peak_{each}_units"])) for each in ("read", "write"))
        change += f" --provisioned-throughput ReadCapacityUnits={read},WriteCapacityUnits={write}"
    return asked.found(
        [f"{each} is {ON_DEMAND if wanted else PROVISIONED}, not {mode}" for each in wrong],
        [described.update(each, change) for each in wrong],
        f"{word([*provisioned])} {'is' if len(provisioned) == 1 else 'are'} {mode}",
    )


def _of_instances(asked: Comparison) -> Finding:
    described = asked.deployed.cluster
    kinds = {each: described.value(each, "DBInstanceClass") for each in described.instances}
    serverless = asked.recommended.choice is Choice.SERVERLESS
    wrong = [each for each, kind in kinds.items() if (kind == SERVERLESS) is not serverless]
    size = SERVERLESS if serverless else "db.r8g.large"
    mend = [described.modify_instance(each, f"--db-instance-class {size}") for each in wrong]
    if wrong and serverless:
        limits = "--serverless-v2-scaling-configuration MinCapacity=0.5,MaxCapacity=16"
        mend.insert(0, described.modify_cluster(limits))
    return asked.found(
        [f"{each} is {kinds[each]}, not {asked.recommended.choice}" for each in wrong],
        mend,
        f"{word([*kinds])} {'is' if len(kinds) == 1 else 'are'} {word(sorted({*kinds.values()}))}",
    )
