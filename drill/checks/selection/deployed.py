"""What is deployed, as control planes tell it in table `settings`: an Aurora cluster, tables of DynamoDB, or both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from drill.advice import Advice, Choice, Decision, Recommendation
from drill.checks.promise import Finding
from drill.checks.provisioning.described import CLUSTER, Described, word
from drill.checks.tables.described import TablesDescribed, gathered
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Ruling, gravest


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """The settings, as those of a cluster and as those of tables."""

    cluster: Described
    tables: TablesDescribed

    @classmethod
    def of(cls, history: History) -> Self:
        """`Undecided` where nothing was asked."""
        return cls(cluster=Described.of(history), tables=TablesDescribed.of(history))

    @property
    def stores(self) -> tuple[Choice, ...]:
        """The databases that are there; `Undecided` where none is: a promise about nothing proves nothing."""
        engine = self.cluster.get(CLUSTER, "Engine")
        aurora = (Choice.AURORA,) if engine is not None and engine.startswith("aurora") else ()
        dynamodb = (Choice.DYNAMODB,) if self.tables.everywhere else ()
        if not (aurora or dynamodb):
            told = "" if engine is None else f", but an engine {engine!r}"
            raise Undecided(f"the control planes name neither an Aurora cluster nor a table of DynamoDB{told}")
        return aurora + dynamodb


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One database that is there and asked for, and what is recommended for it."""

    deployed: Deployed
    advice: Advice
    recommended: Recommendation

    def found(self, wrong: list[str], mend: list[str], good: str) -> Finding:
        """Held in the words of `good`, or broken by what is wrong; either with the reason of the advice."""
        asked = self.recommended
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because=f"{'; '.join(wrong) or good} ({asked.choice} is advised: {asked.because})",
            measured=dict(asked.measured),
            evidence=tuple(mend),
        )


Judges = Mapping[Choice, Callable[[Comparison], Finding]]
"""How each database is judged."""


def compared(history: History, advice: Advice, decision: Decision, judges: Judges) -> Finding:
    """Judge each database that is there and asked for; the gravest rules, and one untold hides no other that is wrong.

    `Undecided` where none is: whatever it is like, it is not what the workload asks for, and another promise says so.
    """
    deployed = Deployed.of(history)
    stores = deployed.stores
    asked = {store: told for store in stores if (told := advice.of(decision, store)) is not None}
    if not asked:
        wanted = " and ".join(advice.stores) or advice.placement.choice
        raise Undecided(f"{advice.workload} asks for {wanted}, and {' and '.join(stores)} is deployed")
    findings, untold = gathered(
        asked,
        lambda store: judges[store](Comparison(deployed=deployed, advice=advice, recommended=asked[store])),
    )
    ruling = gravest(each.ruling for each in findings.values())
    if untold and ruling is not Ruling.BROKEN:
        raise Undecided("; ".join(untold))
    return Finding(
        ruling=ruling,
        because="; ".join(each.because for each in findings.values()),
        measured={name: figure for each in findings.values() for name, figure in each.measured.items()},
        evidence=tuple(line for each in findings.values() for line in each.evidence),
    )


def tables_of(advice: Advice, deployed: Deployed) -> tuple[tuple[str, ...], list[str]]:
    """The tables that carry a workload, and why it is undecided whether they are all that do.

    Those that it names; all that there are where it names none. Others are evidence of something else: `Undecided`
    where none of those that it names is there.
    """
    there, named = deployed.tables.tables, advice.tables.get(Choice.DYNAMODB, ())
    carrying = tuple(each for each in there if each in named) if named else there
    missing = [each for each in named if each not in there]
    untold = f"{advice.workload} names {word(missing)}, and no such table was described beside {word([*there])}"
    if not carrying:
        raise Undecided(untold)
    return carrying, [untold] if missing else []
