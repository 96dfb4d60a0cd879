"""A promise that rests on one setting: of the cluster, or of each of its instances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drill.checks.promise import Finding, observation
from drill.checks.provisioning.described import CLUSTER, Described, word
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Figure, Ruling


def _nothing(_: str) -> Mapping[str, Figure]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What must be so, and how to mend it.

    `good` and `bad` say in words what a value means, with `{subject}` and `{value}`; `mend` gives the commands that
    make the subject what it must be.
    """

    promise: str
    objective: str
    name: str
    holds: Callable[[str], bool]
    good: str
    bad: str
    mend: Callable[[Described, str], tuple[str, ...]]
    measured: Callable[[str], Mapping[str, Figure]] = _nothing


def of_cluster(setting: Setting) -> Check:
    """Judge the cluster's own setting."""

    @observation(setting.promise, objective=setting.objective)
    def judged(history: History) -> Finding:
        described = Described.of(history)
        value = described.value(CLUSTER, setting.name)
        held = setting.holds(value)
        words = setting.good if held else setting.bad
        return Finding(
            ruling=Ruling.HELD if held else Ruling.BROKEN,
            because=words.format(subject=described.cluster, value=value),
            measured=setting.measured(value),
            evidence=() if held else setting.mend(described, described.cluster),
        )

    return judged


def of_instances(setting: Setting) -> Check:
    """Judge every instance; one that is wrong breaks it, one that does not tell leaves it undecided otherwise."""

    @observation(setting.promise, objective=setting.objective)
    def judged(history: History) -> Finding:
        described = Described.of(history)
        values = {each: described.get(each, setting.name) for each in described.instances}
        wrong = {each: value for each, value in values.items() if value is not None and not setting.holds(value)}
        silent = [each for each, value in values.items() if value is None]
        if wrong:
            return Finding(
                ruling=Ruling.BROKEN,
                because="; ".join(setting.bad.format(subject=each, value=value) for each, value in wrong.items()),
                evidence=tuple(line for each in wrong for line in setting.mend(described, each)),
            )
        if silent:
            raise Undecided(f"the control plane does not tell {setting.name} of {word(silent)}")
        return Finding(
            ruling=Ruling.HELD,
            because=setting.good.format(subject=word(list(values)), value=next(iter(values.values()))),
        )

    return judged
