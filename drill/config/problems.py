"""One line for what is wrong in drill.toml: the file, the key, and what to write instead."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

from drill.config.settings import (
    PASSWORD_VARIABLES,
    AuroraSettings,
    Document,
    LabSettings,
    Limits,
    Objectives,
    Section,
)

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_SECTIONS: dict[str, type[Section]] = {
    "lab": LabSettings,
    "aurora": AuroraSettings,
    "objectives": Objectives,
    "limits": Limits,
}


def nearest(name: str, known: Iterable[str]) -> str:
    """'did you mean "x"? known: x, y' for a name that is none of the known ones."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    meant = f'did you mean "{close[0]}"? ' if close else ""
    return f"{meant}known: {', '.join(names)}"


def first_problem(error: ValidationError) -> str:
    """'key: what is wrong; remedy'. A key we do not know comes first: it explains why another is missing.

    Never shows the value of an unknown key, which may be a password.
    """
    found = error.errors(include_url=False)
    worst = min(found, key=lambda each: each["type"] != "extra_forbidden")
    section, path = _place(worst)
    remedy = _REMEDIES.get(worst["type"], _as_pydantic_says)
    return f"{_dotted(path)}: {remedy(worst, section, path)}"


def _dotted(path: list[str]) -> str:
    """Join a path as TOML would write it, so that a strange key stays on one line."""
    return ".".join(key if re.fullmatch(r"[\w-]+", key) else json.dumps(key) for key in path)


def _place(problem: ErrorDetails) -> tuple[type[Section], list[str]]:
    """Find the table of a problem, and its dotted key; pydantic puts a target's kind into the path."""
    path = [str(each) for each in problem["loc"] if each != "[key]"]
    if path[:1] == ["target"] and len(path) > 2:
        kind = path.pop(2)
        return _SECTIONS[kind], path
    return _SECTIONS.get(path[0] if len(path) > 1 else "", Document), path


Remedy = Callable[["ErrorDetails", type[Section], list[str]], str]
"""From a problem, its table and its path to 'what is wrong; what to write'."""


def _as_pydantic_says(problem: ErrorDetails, _section: type[Section], _path: list[str]) -> str:
    return f"{problem['msg'][0].lower()}{problem['msg'][1:]}; write another value"


def _out_of_range(problem: ErrorDetails, _section: type[Section], _path: list[str]) -> str:
    return problem["msg"].replace("Input should be", "out of range; write a value")


def _as_we_said(problem: ErrorDetails, _section: type[Section], _path: list[str]) -> str:
    return str(problem["ctx"]["error"])


def _unknown_key(_problem: ErrorDetails, section: type[Section], path: list[str]) -> str:
    if "password" in path[-1].lower():
        return f"a password never stands in a file; remove it and export {PASSWORD_VARIABLES[0]}"
    return f"unknown key; {nearest(path[-1], section.model_fields)}"


def _missing(_problem: ErrorDetails, section: type[Section], path: list[str]) -> str:
    examples = section.model_fields[path[-1]].examples or ["..."]
    return f"missing value; add {path[-1]} = {json.dumps(examples[0])}"


def _no_table(_problem: ErrorDetails, _section: type[Section], path: list[str]) -> str:
    example = [*path, "NAME"] if path == ["target"] else path
    return f"wants a table; write [{_dotted(example)}] on a line of its own"


def _fixed(words: str) -> Remedy:
    return lambda _problem, _section, _path: words


_REMEDIES: dict[str, Remedy] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "value_error": _as_we_said,
    "dict_type": _no_table,
    "model_type": _no_table,
    "model_attributes_type": _no_table,
    "union_tag_invalid": _fixed('has no kind that we know; write kind = "lab" or kind = "aurora"'),
    "union_tag_not_found": _fixed('missing value; add kind = "lab" or kind = "aurora"'),
    "string_type": _fixed('wrong type; write text in quotes, as in "..."'),
    "int_type": _fixed("wrong type; write a whole number without quotes"),
    "bool_type": _fixed("wrong type; write true or false, without quotes"),
    "tuple_type": _fixed('wrong type; write a list, as in ["orders"]'),
    "path_type": _fixed("wrong type; write a path in quotes"),
    "greater_than": _out_of_range,
    "greater_than_equal": _out_of_range,
    "less_than_equal": _out_of_range,
    "string_too_short": _fixed("is empty; write a value, or remove the line"),
    "string_pattern_mismatch": _fixed("no name for a target; write letters, digits, - and _ only"),
}
"""By pydantic's name for the problem."""
