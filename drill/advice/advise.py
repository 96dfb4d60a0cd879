"""All rules, applied in the order of the decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from drill.advice.figures import Figures
from drill.advice.recommendation import Choice, Decision, Recommendation
from drill.advice.rules import availability, capacity, heat, item_size, scaling, store, transaction_size
from drill.advice.workload import Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What a workload asks for.

    `stores` are those that it is placed in, none where its needs contradict; `tables` are those that its patterns name
    for each store, in order, none where they name none.
    """

    workload: str
    stores: tuple[Choice, ...]
    recommendations: tuple[Recommendation, ...]
    tables: Mapping[Choice, tuple[str, ...]] = field(default_factory=dict)

    def of(self, decision: Decision, store: Choice | None = None) -> Recommendation | None:
        """The recommendation on that decision for that store; None where there is none."""
        return next((each for each in self.recommendations if (each.decision, each.store) == (decision, store)), None)

    @property
    def placement(self) -> Recommendation:
        """Decision 1."""
        return self.recommendations[0]


def advise(workload: Workload, figures: Figures | None = None) -> Advice:
    """Decide for a workload; a store is decided on by the part of the workload that it carries."""
    figures = figures or Figures()
    placed = store(workload, figures)
    rest = (each for choice, part in placed.parts for each in _of_part(part, choice, figures))
    return Advice(
        workload=workload.name,
        stores=tuple(choice for choice, _ in placed.parts),
        recommendations=(placed.recommendation, *rest),
        tables={choice: _tables(part) for choice, part in placed.parts},
    )


def _tables(part: Workload) -> tuple[str, ...]:
    return tuple(dict.fromkeys(table for each in part.patterns for table in each.tables))


def _of_part(part: Workload, store: Choice, figures: Figures) -> Iterator[Recommendation]:
    for rule in (capacity, availability, scaling):
        yield rule(part, store, figures)
    if store is Choice.DYNAMODB:
        yield from (each for rule in (heat, item_size, transaction_size) if (each := rule(part, figures)))
