"""One line for what is wrong in a file: the key, what is wrong with it, and what to write instead."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from drill.config.gameday import GameDay, Window
from drill.config.gate import GateSettings, Waiver
from drill.config.section import Section
from drill.config.settings import (
    PASSWORD_VARIABLES,
    AuroraSettings,
    CostSettings,
    Document,
    DynamoDBSettings,
    ItemSettings,
    LabSettings,
    Limits,
    LoadSettings,
    Objectives,
)
from drill.config.store import StoreSettings

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_SECTIONS: dict[str, type[Section]] = {
    "lab": LabSettings,
    "aurora": AuroraSettings,
    "dynamodb": DynamoDBSettings,
    "objectives": Objectives,
    "limits": Limits,
    "load": LoadSettings,
    "items": ItemSettings,
    "costs": CostSettings,
    "gate": GateSettings,
    "store": StoreSettings,
}


class Place(NamedTuple):
    """Where a problem is: the keys that its table may have, each with an example, and its dotted path."""

    known: Mapping[str, object]
    path: list[str]


Remedy = Callable[["ErrorDetails", Place], str]
"""From a problem and its place to 'what is wrong; what to write'."""


def nearest(name: str, known: Iterable[str]) -> str:
    """'did you mean "x"? known: x, y' for a name that is none of the known ones."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    meant = f'did you mean "{close[0]}"? ' if close else ""
    return f"{meant}known: {', '.join(names)}"


def keys_of(section: type[Section]) -> dict[str, object]:
    """A table's keys, called as in the file, which is not always how Python calls them; each with an example."""
    return {
        each.alias or name: each.examples[0] if each.examples else "..." for name, each in section.model_fields.items()
    }


def place_in_drill_toml(problem: ErrorDetails) -> Place:
    """Find the table of a problem, and its dotted key; pydantic puts a target's kind into the path."""
    path = [str(each) for each in problem["loc"] if each != "[key]"]
    if path[:1] == ["target"] and len(path) > 2:
        kind = path.pop(2)
        return Place(keys_of(_SECTIONS[kind]), path)
    if path[:1] == ["gameday"] and len(path) > 2:
        return Place(keys_of(Window if path[2] == "window" and len(path) > 3 else GameDay), path)
    if path[:2] == ["gate", "waivers"] and len(path) > 3:
        return Place(keys_of(Waiver), path)
    return Place(keys_of(_SECTIONS.get(path[0] if len(path) > 1 else "", Document)), path)


def first_problem(
    error: ValidationError,
    *,
    place: Callable[[ErrorDetails], Place] = place_in_drill_toml,
    remedies: Mapping[str, Remedy] | None = None,
) -> str:
    """'key: what is wrong; remedy'. A key we do not know comes first: it explains why another is missing.

    Never shows the value of an unknown key, which may be a password. `remedies` go before those of REMEDIES.
    """
    found = error.errors(include_url=False)
    worst = min(found, key=lambda each: each["type"] not in _UNKNOWN_KEY)
    where = place(worst)
    remedy = {**REMEDIES, **(remedies or {})}.get(worst["type"], _as_pydantic_says)
    return f"{_dotted(where.path)}: {remedy(worst, where)}"


def fixed(words: str) -> Remedy:
    """The same words, whatever the place."""
    return lambda _problem, _place: words


def _dotted(path: list[str]) -> str:
    """Join a path as TOML would write it, so that a strange key stays on one line."""
    return ".".join(key if re.fullmatch(r"[\w-]+", key) else json.dumps(key) for key in path)


def _as_pydantic_says(problem: ErrorDetails, _place: Place) -> str:
    return f"{problem['msg'][0].lower()}{problem['msg'][1:]}; write another value"


def _out_of_range(problem: ErrorDetails, _place: Place) -> str:
    return problem["msg"].replace("Input should be", "out of range; write a value")


def _as_we_said(problem: ErrorDetails, _place: Place) -> str:
    return str(problem["ctx"]["error"])


def _unknown_key(_problem: ErrorDetails, place: Place) -> str:
    if "password" in place.path[-1].lower():
        return f"a password never stands in a file; remove it and export {PASSWORD_VARIABLES[0]}"
    return f"unknown key; {nearest(place.path[-1], place.known)}"


def _missing(_problem: ErrorDetails, place: Place) -> str:
    key = place.path[-1]
    return f"missing value; add {key} = {json.dumps(place.known.get(key, '...'))}"


def _no_table(_problem: ErrorDetails, place: Place) -> str:
    example = [*place.path, "NAME"] if place.path == ["target"] else place.path
    return f"wants a table; write [{_dotted(example)}] on a line of its own"


_UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")

REMEDIES: dict[str, Remedy] = {
    **dict.fromkeys(_UNKNOWN_KEY, _unknown_key),
    "missing": _missing,
    "value_error": _as_we_said,
    "finite_number": fixed("is no number that one can count with; write a finite one"),
    "dict_type": _no_table,
    "model_type": _no_table,
    "model_attributes_type": _no_table,
    "union_tag_invalid": fixed('has no kind that we know; write kind = "lab", "aurora" or "dynamodb"'),
    "union_tag_not_found": fixed('missing value; add kind = "lab", "aurora" or "dynamodb"'),
    "string_type": fixed('wrong type; write text in quotes, as in "..."'),
    "int_type": fixed("wrong type; write a whole number without quotes"),
    "float_type": fixed("wrong type; write a number without quotes"),
    "bool_type": fixed("wrong type; write true or false, without quotes"),
    "tuple_type": fixed('wrong type; write a list, as in ["orders"]'),
    "path_type": fixed("wrong type; write a path in quotes"),
    "greater_than": _out_of_range,
    "greater_than_equal": _out_of_range,
    "less_than_equal": _out_of_range,
    "string_too_short": fixed("is empty; write a value, or remove the line"),
    "string_pattern_mismatch": fixed("no name for a target; write letters, digits, - and _ only"),
}
"""By pydantic's name for the problem."""
