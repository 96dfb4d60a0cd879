"""What a rule has to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Decision(StrEnum):
    """What there is to decide; the first four are those of the requirements, in their order."""

    STORE = "database type"
    CAPACITY = "capacity model"
    AVAILABILITY = "availability"
    SCALING = "scaling"
    HEAT = "partition-key heat"
    ITEM_SIZE = "item size"
    TRANSACTION_SIZE = "transaction size"


class Choice(StrEnum):
    """What there is to choose from."""

    DYNAMODB = "DynamoDB"
    AURORA = "Aurora"
    BOTH = "Aurora and DynamoDB"
    CONTRADICTION = "none: the needs contradict each other"

    ON_DEMAND = "on-demand"
    SERVERLESS = "serverless"
    PROVISIONED = "provisioned"

    SINGLE_AZ = "single-AZ"
    MULTI_AZ = "multi-AZ"
    MULTI_REGION = "multi-region"

    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"

    FITS = "fits"
    TOO_MUCH = "does not fit"
    UNTOLD = "not told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """One decision, made: why, which figure it rests on, and what would turn it.

    `store` is the database that it concerns, Aurora or DynamoDB; None for the choice between them. `measured` maps a
    name that carries its unit to its figure.
    """

    decision: Decision
    choice: Choice
    because: str
    rests_on: str
    would_change: str
    store: Choice | None = None
    measured: Mapping[str, float] = field(default_factory=dict)
