"""A promise that rests on one setting of every table, and of every replica of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drill.checks.promise import Finding, observation
from drill.checks.provisioning.described import word
from drill.checks.tables.described import TablesDescribed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What must be so, and how to mend it.

    `good` and `bad` say in words what a value means, with `{subject}` and `{value}`; `mend` gives the commands that
    make a table or a replica what it must be.
    """

    promise: str
    objective: str
    name: str
    holds: Callable[[str], bool]
    good: str
    bad: str
    mend: Callable[[TablesDescribed, str], tuple[str, ...]]


def of_tables(setting: Setting) -> Check:
    """Judge every table and replica; one that is wrong breaks it, one that does not tell leaves it undecided else."""

    @observation(setting.promise, objective=setting.objective)
    def judged(history: History) -> Finding:
        described = TablesDescribed.of(history)
        values = {each: described.get(each, setting.name) for each in (*described.tables, *described.everywhere)}
        wrong = {each: value for each, value in values.items() if value is not None and not setting.holds(value)}
        silent = [each for each, value in values.items() if value is None]
        if wrong:
            return Finding(
                ruling=Ruling.BROKEN,
                because="; ".join(setting.bad.format(subject=each, value=value) for each, value in wrong.items()),
                measured={"tables": len(values), "wrong_tables": len(wrong)},
                evidence=tuple(line for each in wrong for line in setting.mend(described, each)),
            )
        if silent:
            raise Undecided(f"the control plane does not tell {setting.name} of {word(silent)}")
        told = ", ".join(sorted({value for value in values.values() if value}))
        return Finding(
            ruling=Ruling.HELD,
            because=setting.good.format(subject=word(list(values)), value=told),
            measured={"tables": len(values), "wrong_tables": 0},
        )

    return judged
