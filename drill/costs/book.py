"""A price book: what one unit of an item costs in a region, since when that is known, and from where."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, ValidationError, model_validator

from drill.config import toml
from drill.config.problems import REMEDIES, Place, first_problem, fixed, keys_of, nearest
from drill.config.section import Section, Text
from drill.costs.items import ITEMS, unit_of
from drill.errors import ConfigError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

SHIPPED = "prices.toml"


def _page(url: str) -> str:
    if not url.startswith("https://"):
        raise ValueError('no page that one can look at; write its address, as in "https://aws.amazon.com/..."')
    return url


def _item(name: str) -> str:
    if unit_of(name) is None:
        raise ValueError(f'"{name}" is no item that is paid for; {nearest(name, [*ITEMS, "db.CLASS"])}')
    return name


class PriceSection(Section):
    """One price as a file says it; only `note` may be left out."""

    region: Annotated[Text, Field(examples=["us-east-1"])]
    item: Annotated[Text, AfterValidator(_item), Field(examples=["read request units"])]
    unit: Annotated[Text, Field(examples=["million"])]
    usd: Annotated[float, Field(ge=0, allow_inf_nan=False, examples=[0.125])]
    day: Annotated[date, Field(alias="date", examples=["2026-11-22"])]
    source: Annotated[Text, AfterValidator(_page), Field(examples=["https://aws.amazon.com/..."])]
    note: Text | None = None

    @model_validator(mode="after")
    def _counted_right(self) -> PriceSection:
        wanted = unit_of(self.item)
        if self.unit != wanted:
            raise ValueError(f'{self.item} in {self.region} is counted by the {wanted}; write unit = "{wanted}"')
        return self


class PriceDocument(Section):
    """All of the file."""

    price: Annotated[tuple[PriceSection, ...], Field(strict=False, min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one `unit` of an item costs in a region; `note` says what is to be known of the figure."""

    region: str
    item: str
    unit: str
    usd: float
    day: date
    source: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBook:
    """Prices by region and item; `file` is for messages."""

    prices: Mapping[tuple[str, str], Price] = field(default_factory=dict)
    file: str = SHIPPED

    def price(self, region: str, item: str) -> Price:
        """Look one up; a ConfigError names region, item and file, and the line to add. Never guesses."""
        found = self.find(region, item)
        if found is None:
            raise ConfigError(f"{self.file}: {region}: {item}: no such price; {_remedy(region, item)}")
        return found

    def find(self, region: str, item: str) -> Price | None:
        """The same; None where there is none."""
        return self.prices.get((region, item))

    def require(self, region: str, items: Iterable[str]) -> None:
        """Let pass only where each of them has a price; ConfigError as `price` raises it."""
        for item in items:
            self.price(region, item)

    def extended_by(self, other: PriceBook) -> PriceBook:
        """This book with the other's prices before its own."""
        return PriceBook(prices={**self.prices, **other.prices}, file=other.file)


@lru_cache(maxsize=1)
def shipped() -> PriceBook:
    """The book that comes with the package."""
    return parse(files("drill.costs").joinpath(SHIPPED).read_text(encoding="utf-8"), Path("drill/costs") / SHIPPED)


def read(path: Path | None) -> PriceBook:
    """The shipped book, extended by a file of somebody's own where one is named.

    Whatever is wrong with the file is a ConfigError of one line: file, key, remedy.
    """
    if path is None:
        return shipped()
    try:
        text = toml.read(path)
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: the file: is not there; write it, or correct costs.prices in drill.toml") from error
    return shipped().extended_by(parse(text, path))


def parse(text: str, file: Path) -> PriceBook:
    """Understand a text as `read` does; a price that stands twice is a ConfigError."""
    try:
        document = PriceDocument.model_validate(toml.parsed(text, file))
    except ValidationError as error:
        raise ConfigError(f"{file}: {first_problem(error, place=_place, remedies=_REMEDIES)}") from error
    found: dict[tuple[str, str], Price] = {}
    for each in document.price:
        if (each.region, each.item) in found:
            raise ConfigError(f"{file}: price: {each.item} in {each.region} stands there twice; remove one of them")
        found[each.region, each.item] = Price(**dict(each))
    return PriceBook(prices=found, file=str(file))


def _remedy(region: str, item: str) -> str:
    line = {"region": region, "item": item, "unit": unit_of(item) or "...", "usd": "...", "date": "2026-11-22"}
    said = ", ".join(f"{key} = {value if key in {'usd', 'date'} else json.dumps(value)}" for key, value in line.items())
    entry = f'price = [{{ {said}, source = "https://..." }}]'
    return f'write {entry} into a file of your own, and [costs] prices = "my-prices.toml" into drill.toml'


def _place(problem: ErrorDetails) -> Place:
    path = [str(each) for each in problem["loc"] if each != "[key]"]
    return Place(keys_of(PriceSection if len(path) > 1 else PriceDocument), path)


def _missing(problem: ErrorDetails, place: Place) -> str:
    """As anywhere, but that a date stands without quotes."""
    return "missing value; add date = 2026-11-22" if place.path[-1] == "date" else REMEDIES["missing"](problem, place)


_LINE = '{ region = "us-east-1", item = "cluster io", unit = "million", usd = 0.2, ... }'
_REMEDIES = {
    "missing": _missing,
    "model_type": fixed(f"is no price; write {_LINE}"),
    "model_attributes_type": fixed(f"is no price; write {_LINE}"),
    "greater_than_equal": fixed("is negative; a price is 0 or more"),
    "date_type": fixed("wrong type; write a date without quotes, as in 2026-11-22"),
    "too_short": fixed("is empty; write at least one price"),
    "tuple_type": fixed("wrong type; write a list, as in [{ region = ... }]"),
}
"""By pydantic's name for the problem, before those of drill.toml."""
