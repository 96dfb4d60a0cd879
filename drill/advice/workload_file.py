"""The file in which a team declares its workload, checked to the last key before anything is advised.

name = "orders"
environment = "production"
traffic = "predictable"

[pattern.order-by-id]
kind = "get"
rate_per_s = 300
peak_per_s = 900

docs/examples/workload.toml is a whole one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, ValidationError

from drill.advice.demand import read_share
from drill.advice.workload import AccessPattern, Consistency, Environment, Growth, Kind, Workload
from drill.config import Duration, toml
from drill.config.problems import Place, first_problem, fixed, keys_of
from drill.config.section import Section, Text
from drill.errors import ConfigError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

HOURS = 24
SHARES_AGREE_WITHIN = 0.05
"""A stated share of reads is rounded; one that is further from what the patterns say is a mistake in one of them."""

Rate = Annotated[float, Field(gt=0, le=10**9, allow_inf_nan=False, examples=[100])]
Amount = Annotated[float, Field(ge=0, le=10**12, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=10**9)]


class PatternSection(Section):
    """What one `[pattern.NAME]` says; everything but `kind` and `rate_per_s` may be left out."""

    kind: Annotated[Kind, Field(strict=False, examples=["get"])]
    rate_per_s: Rate
    peak_per_s: Rate | None = None
    item_bytes: Count = 1024
    items_per_request: Count = 1
    consistency: Annotated[Consistency, Field(strict=False)] = Consistency.STRONG
    tables: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    serializable: bool = False
    hottest_key_share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] | None = None


class GrowthSection(Section):
    """What `[growth]` says."""

    storage_gb: Amount = 0.0
    storage_gb_per_month: Amount = 0.0
    rate_pct_per_month: Annotated[float, Field(ge=-99, le=1000, allow_inf_nan=False)] = 0.0


class NeedsSection(Section):
    """What `[needs]` says."""

    foreign_keys: bool = False
    ad_hoc_sql: bool = False


class WorkloadDocument(Section):
    """All of the file."""

    name: Annotated[Text, Field(examples=["orders"])]
    environment: Annotated[Environment, Field(strict=False, examples=["production"])]
    traffic: Literal["predictable", "variable"] | None = None
    hourly: Annotated[
        tuple[Annotated[float, Field(strict=True, ge=0, le=10**9, allow_inf_nan=False)], ...] | None,
        Field(strict=False),
    ] = None
    latency_p95: Annotated[Duration, Field(gt=0)] | None = None
    downtime_per_month: Duration | None = None
    recovery_time: Duration | None = None
    read_share: Share | None = None
    pattern: Annotated[
        dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")], PatternSection],
        Field(examples=["..."]),
    ]
    growth: GrowthSection = GrowthSection()
    needs: NeedsSection = NeedsSection()


def read(path: Path) -> Workload:
    """The workload that a file declares. Whatever is wrong is a ConfigError of one line: file, key, remedy."""
    try:
        text = toml.read(path)
    except FileNotFoundError as error:
        example = "write it, as docs/examples/workload.toml shows, or name another"
        raise ConfigError(f"{path}: the file: is not there; {example}") from error
    return parse(text, path)


def parse(text: str, file: Path) -> Workload:
    """Understand a text as `read` does; `file` is for messages."""
    try:
        document = WorkloadDocument.model_validate(toml.parsed(text, file), context=file.parent)
    except ValidationError as error:
        raise ConfigError(f"{file}: {first_problem(error, place=_place, remedies=_REMEDIES)}") from error
    problem = _mismatch(document)
    if problem:
        raise ConfigError(f"{file}: {problem}")
    workload = _workload(document)
    stated, found = document.read_share, read_share(workload)
    if stated is not None and abs(stated - found) > SHARES_AGREE_WITHIN:
        raise ConfigError(
            f"{file}: read_share: {stated:g}, but the patterns read {found:.2f} of their requests at the peak; "
            "correct one of them, or leave read_share out"
        )
    return workload


def _workload(document: WorkloadDocument) -> Workload:
    hourly, away_s, p95_s = document.hourly or (), document.downtime_per_month, document.latency_p95
    return Workload(
        name=document.name,
        patterns=tuple(_pattern(name, each, hourly) for name, each in document.pattern.items()),
        environment=document.environment,
        predictable=bool(hourly) or document.traffic == "predictable",
        hourly=hourly,
        growth=Growth(
            storage_gb=document.growth.storage_gb,
            storage_gb_per_month=document.growth.storage_gb_per_month,
            rate_pct_per_month=document.growth.rate_pct_per_month,
        ),
        latency_p95_ms=None if p95_s is None else 1000 * p95_s,
        downtime_minutes_per_month=None if away_s is None else away_s / 60,
        recovery_time_s=document.recovery_time,
        foreign_keys=document.needs.foreign_keys,
        ad_hoc_sql=document.needs.ad_hoc_sql,
    )


def _pattern(name: str, section: PatternSection, hourly: tuple[float, ...]) -> AccessPattern:
    return AccessPattern(
        name=name,
        kind=section.kind,
        rate_per_s=section.rate_per_s,
        peak_per_s=section.peak_per_s or section.rate_per_s * _busiest(hourly),
        item_bytes=section.item_bytes,
        items=section.items_per_request,
        consistency=section.consistency,
        tables=section.tables,
        serializable=section.serializable,
        hottest_key_share=section.hottest_key_share,
    )


def _busiest(hourly: tuple[float, ...]) -> float:
    """How much more the busiest hour has than the average one."""
    return max(hourly) * len(hourly) / sum(hourly) if hourly else 1.0


def _mismatch(document: WorkloadDocument) -> str | None:
    """'key: what is wrong; remedy' where what is said does not belong together."""
    if not document.pattern:
        return "pattern: there is none; write at least one [pattern.NAME]"
    if document.hourly is None and document.traffic is None:
        return 'traffic: missing value; add traffic = "predictable" or "variable", or hourly = [24 numbers]'
    if document.hourly is not None:
        if document.traffic is not None:
            return "traffic: hourly says more of it; remove traffic"
        if len(document.hourly) != HOURS:
            return f"hourly: has {len(document.hourly)} numbers; write {HOURS}, one an hour from midnight on"
        if not sum(document.hourly):
            return "hourly: is 0 all day; write how much is asked for in each hour, in any unit"
    return next(
        (f"pattern.{name}.{problem}" for name, each in document.pattern.items() if (problem := _odd(each, document))),
        None,
    )


def _odd(section: PatternSection, document: WorkloadDocument) -> str | None:
    least = section.rate_per_s * _busiest(document.hourly or ())
    if section.peak_per_s is not None and section.peak_per_s < least * (1 - 1e-9):
        what = "the busiest hour of hourly has on average" if document.hourly else "rate_per_s, the average"
        return f"peak_per_s: {section.peak_per_s:g} is less than {least:g}, {what}; correct one of them"
    if section.serializable and section.kind is not Kind.TRANSACTION:
        return f'serializable: is about transactions; remove it, or write kind = "{Kind.TRANSACTION}"'
    if section.kind is Kind.JOIN and len(section.tables) == 1:
        return 'tables: a join reads two or more, or one twice; write them all, as in ["orders", "customers"]'
    return None


def _place(problem: ErrorDetails) -> Place:
    """Find the keys of the table of a problem."""
    path = [str(each) for each in problem["loc"] if each != "[key]"]
    match path:
        case ["pattern", _, _, *_]:
            return Place(keys_of(PatternSection), path)
        case ["growth", _, *_]:
            return Place(keys_of(GrowthSection), path)
        case ["needs", _, *_]:
            return Place(keys_of(NeedsSection), path)
    return Place(keys_of(WorkloadDocument), path)


def _no_table(_problem: ErrorDetails, place: Place) -> str:
    example = "pattern.NAME" if place.path == ["pattern"] else ".".join(place.path)
    return f"wants a table; write [{example}] on a line of its own"


def _none_of(problem: ErrorDetails, _place: Place) -> str:
    return f"is none that we know; write one of {problem['ctx']['expected']}"


def _missing(_problem: ErrorDetails, place: Place) -> str:
    key = place.path[-1]
    if place.path == ["pattern"]:
        return "there is none; write at least one [pattern.NAME]"
    return f"missing value; add {key} = {json.dumps(place.known.get(key, '...'))}"


_REMEDIES = {
    "missing": _missing,
    "dict_type": _no_table,
    "model_type": _no_table,
    "model_attributes_type": _no_table,
    "enum": _none_of,
    "literal_error": _none_of,
    "tuple_type": fixed("wrong type; write a list, as in [...]"),
    "int_from_float": fixed("wrong type; write a whole number"),
    "string_pattern_mismatch": fixed("no name for a pattern; write letters, digits, - and _ only"),
}
"""By pydantic's name for the problem, before those of drill.toml."""
