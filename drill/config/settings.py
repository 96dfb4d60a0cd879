"""The tables of drill.toml: what a target, the objectives, the limits and the load may say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    PositiveInt,
    ValidationInfo,
    model_validator,
)

from drill.config.durations import Duration, format_duration
from drill.config.gameday import GameDay
from drill.config.gate import GateSettings
from drill.config.section import Section, Text
from drill.config.store import StoreSettings
from drill.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSWORD_VARIABLES = ("DRILL_PASSWORD", "PGPASSWORD")
"""Where a password may stand, in this order. Never in a file."""


class LabSettings(Section):
    """The embedded lab, started on demand; `fault_in` names a defect that it is started with."""

    kind: Literal["lab"] = "lab"
    name: Text | None = None
    zones: Annotated[int, Field(ge=1, le=9)] = 3
    fault_in: Text | None = None


def _http(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError('no URL; write it with its scheme, as in "https://localhost:5000"')
    return url


def _role(arn: str) -> str:
    if not (arn.startswith("arn:aws") and ":iam::" in arn and ":role/" in arn):
        raise ValueError('no role; write its ARN, as in "arn:aws:iam::123456789012:role/drill"')
    return arn


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    """Read a path as meant from where the file stands, wherever we were started."""
    folder = info.context if isinstance(info.context, Path) else Path()
    return folder / path.expanduser()


class AuroraSettings(Section):
    """An Aurora PostgreSQL cluster and DynamoDB tables, on AWS or behind `endpoint_url`.

    Exactly one way to log in: `secret`; `user`, with the password in the environment; `user` and `iam`.
    Without `dbname` the secret's or the cluster's own is meant. `operator_secret` is the administrator's, for the
    slots that are reserved for him; without one the secret is meant that RDS manages for the cluster.
    """

    kind: Literal["aurora"]
    region: Annotated[Text, Field(examples=["eu-west-1"])]
    cluster: Annotated[Text, Field(examples=["orders-staging"])]
    tables: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    secret: Text | None = None
    operator_secret: Text | None = None
    user: Text | None = None
    iam: bool = False
    dbname: Text | None = None
    endpoint_url: Annotated[str, AfterValidator(_http)] | None = None
    ca_bundle: Annotated[Path, Field(strict=False), AfterValidator(_beside_the_file)] | None = None
    profile: Text | None = None
    fis_role: Annotated[str, AfterValidator(_role)] | None = None

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> Self:
        if self.secret and (self.user or self.iam):
            other = "user" if self.user else "iam"
            raise ValueError(f"secret and {other} are two ways to log in; keep one of them")
        if self.iam and not self.user:
            raise ValueError('iam needs a user; add user = "..."')
        if not (self.secret or self.user):
            raise ValueError(
                'no way to log in; add secret = "...", or user = "..." with the password in '
                f'{PASSWORD_VARIABLES[0]}, or user = "..." and iam = true'
            )
        return self

    @property
    def login(self) -> Literal["secret", "iam", "password"]:
        """Which of the three ways to log in the target uses."""
        if self.secret:
            return "secret"
        return "iam" if self.iam else "password"

    def password(self, environment: Mapping[str, str]) -> str:
        """Find the password of `user` in the environment, which only fixtures and cli may read."""
        for variable in PASSWORD_VARIABLES:
            if environment.get(variable):
                return environment[variable]
        names = " or ".join(PASSWORD_VARIABLES)
        raise ConfigError(
            f'environment: {names}: not set, and user "{self.user}" of cluster "{self.cluster}" needs a '
            f"password; export {PASSWORD_VARIABLES[0]}, or name a secret in drill.toml"
        )


class DynamoDBSettings(Section):
    """DynamoDB tables, on AWS or behind `endpoint_url`; `replica_region` is where they have their other replica."""

    kind: Literal["dynamodb"]
    region: Annotated[Text, Field(examples=["eu-west-1"])]
    tables: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    replica_region: Annotated[Text, Field(examples=["eu-central-1"])] | None = None
    endpoint_url: Annotated[str, AfterValidator(_http)] | None = None
    profile: Text | None = None
    fis_role: Annotated[str, AfterValidator(_role)] | None = None

    @model_validator(mode="after")
    def _two_regions(self) -> Self:
        if self.replica_region == self.region:
            raise ValueError(f"replica_region is the region itself, {self.region}; name the other one, or remove it")
        return self


TargetSettings = Annotated[LabSettings | AuroraSettings | DynamoDBSettings, Field(discriminator="kind")]
"""What one `[target.NAME]` says."""


class Objectives(Section):
    """What must be reached, each in seconds; the names are those of drill.toml, where the unit is written."""

    recovery_time: Duration = 60.0
    read_outage: Duration = 10.0
    staleness: Duration = 1.0
    agreement: Duration = 30.0
    redundancy: Duration = 60.0
    latency_p95: Duration = 0.010
    notice: Duration = 10.0
    steady_again: Duration = 5.0
    refusal: Duration = 1.0
    item_latency_p95: Duration = 0.020
    region_failover: Duration = 10.0
    recovery_point: Duration = 5.0
    convergence: Duration = 30.0
    cost_notice: Duration = 60.0

    def written(self) -> dict[str, str]:
        """Each objective as drill.toml would say it: {"recovery_time": "60s", ...}."""
        return {name: format_duration(getattr(self, name)) for name in type(self).model_fields}


LONGEST_S = 1500.0
"""A fault ends by itself after half an hour; what is judged must have ended before."""


class Limits(Section):
    """Where an experiment ends at the latest: seconds, writes, and writes per second; and how large a flood may be."""

    experiment: Annotated[Duration, Field(gt=0, le=LONGEST_S)] = 240.0
    max_writes: PositiveInt = 2_000_000
    write_rate: PositiveInt = 1200
    flood_connections: PositiveInt = 1200
    flood_duration: Annotated[Duration, Field(gt=0, le=LONGEST_S)] = 60.0


class LoadSettings(Section):
    """What is asked of the application under test, and how long: `rate` requests a second, `pool` connections.

    The shop at `scale` and `seed`, unless `patterns` names a file with a team's own access patterns; those run in
    `schema`, which is theirs. `workload` names a file that declares what the database was chosen for. `steady`, `hold`
    and `after` are seconds before, under and after a fault.
    """

    rate: Annotated[PositiveInt, Field(le=100_000)] = 200
    scale: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 1.0
    seed: Annotated[int, Field(ge=0)] = 1
    pool: Annotated[PositiveInt, Field(le=10_000)] = 8
    patterns: Annotated[Path, Field(strict=False), AfterValidator(_beside_the_file)] | None = None
    workload: Annotated[Path, Field(strict=False), AfterValidator(_beside_the_file)] | None = None
    schema_name: Text | None = Field(default=None, alias="schema")
    steady: Annotated[Duration, Field(gt=0, le=LONGEST_S)] = 4.0
    hold: Annotated[Duration, Field(gt=0, le=LONGEST_S)] = 8.0
    after: Annotated[Duration, Field(gt=0, le=LONGEST_S)] = 6.0

    @model_validator(mode="after")
    def _patterns_and_their_schema(self) -> Self:
        if self.patterns and not self.schema_name:
            raise ValueError('patterns without the schema they run in; add schema = "public"')
        if self.schema_name and not self.patterns:
            raise ValueError('schema is where your own patterns run; add patterns = "patterns.toml", or remove schema')
        return self


class ItemSettings(Section):
    """What is asked of an application on DynamoDB: `rate` requests a second, each answered within `deadline`.

    The shop's items, unless `patterns` names a file with a team's own access patterns, on the target's own tables.
    `steady`, `hold` and `after` are seconds before, under and after a fault.
    """

    rate: Annotated[PositiveInt, Field(le=100_000)] = 100
    seed: Annotated[int, Field(ge=0)] = 1
    patterns: Annotated[Path, Field(strict=False), AfterValidator(_beside_the_file)] | None = None
    deadline: Annotated[Duration, Field(gt=0, le=LONGEST_S)] = 3.0
    steady: Annotated[Duration, Field(gt=0, le=LONGEST_S)] = 2.0
    hold: Annotated[Duration, Field(gt=0, le=LONGEST_S)] = 4.0
    after: Annotated[Duration, Field(gt=0, le=LONGEST_S)] = 3.0


class CostSettings(Section):
    """What a month may cost in USD, and prices beside those that come with drill.

    `peak_over_average` says how much more is asked in the busiest minute of a month than on average; where the shop's
    own patterns run, its own is meant.
    """

    budget: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1000.0
    peak_over_average: Annotated[float, Field(ge=1, allow_inf_nan=False)] | None = None
    prices: Annotated[Path, Field(strict=False), AfterValidator(_beside_the_file)] | None = None


NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
"""What a target or a game day may be called."""


class Document(Section):
    """All of drill.toml."""

    target: dict[Annotated[str, Field(pattern=NAME)], TargetSettings] = Field(default={})
    objectives: Objectives = Objectives()
    limits: Limits = Limits()
    load: LoadSettings = LoadSettings()
    items: ItemSettings = ItemSettings()
    costs: CostSettings = CostSettings()
    gate: GateSettings = GateSettings()
    gameday: dict[Annotated[str, Field(pattern=NAME)], GameDay] = Field(default={})
    store: StoreSettings = StoreSettings()
