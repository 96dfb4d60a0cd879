"""What all files of access patterns share: how they are read, and how a mistake in one is told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from drill.config import toml
from drill.config.problems import Place, Remedy, first_problem, fixed, keys_of
from drill.config.section import Section
from drill.errors import ConfigError
from drill.load.parameters import KINDS

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

D = TypeVar("D", bound=Section)


def text_of(path: Path) -> str:
    """What stands in the file; ConfigError where there is none."""
    try:
        return toml.read(path)
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: the file: is not there; write it, or correct patterns in drill.toml") from error


def understood(
    kind: type[D],
    text: str,
    file: Path,
    *,
    place: Callable[[ErrorDetails], Place],
    remedies: Mapping[str, Remedy],
) -> D:
    """The text as a document of that kind; whatever is wrong is a ConfigError of one line: file, key, remedy."""
    try:
        return kind.model_validate(toml.parsed(text, file), context=file.parent)
    except ValidationError as error:
        raise ConfigError(f"{file}: {first_problem(error, place=place, remedies=remedies)}") from error


def places(document: type[Section], pattern: type[Section], **nested: type[Section]) -> Callable[[ErrorDetails], Place]:
    """Finds the keys of the table of a problem; pydantic puts a parameter's kind into the path.

    `nested` are tables within a pattern's list of that name.
    """

    def place(problem: ErrorDetails) -> Place:
        path = [str(each) for each in problem["loc"] if each != "[key]"]
        match path:
            case ["pattern", _, "parameters", _, kind, *_] if kind in KINDS:
                del path[4]
                keys = {each.name: 1 if each.name in {"low", "high"} else "..." for each in fields(KINDS[kind])}
                return Place(keys, path)
            case ["pattern", _, listed, _, *_] if listed in nested:
                return Place(keys_of(nested[listed]), path)
            case ["pattern", _, _, *_]:
                return Place(keys_of(pattern), path)
        return Place(keys_of(document), path)

    return place


def remedies(*, empty: str, kinds: Collection[str], **tables: str) -> dict[str, Remedy]:
    """By pydantic's name for the problem, before those of drill.toml.

    `empty` is said of what holds nothing, `kinds` are those of parameters that there are here, and `tables` says how to
    write what stands in a pattern's list of that name.
    """
    examples = {"parameters": '{ kind = "between", low = 1, high = 1000 }', **tables}
    known = "write one of " + ", ".join(f'kind = "{each}"' for each in kinds)

    def no_table(_problem: ErrorDetails, place: Place) -> str:
        match place.path:
            case ["pattern"]:
                return "wants a table; write [pattern.NAME] on a line of its own"
            case [_, _, listed, _] if listed in examples:
                return f"wants a table; write {examples[listed]}, or the like"
        return f"wants a table; write [{'.'.join(place.path)}] on a line of its own"

    return {
        **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), no_table),
        "union_tag_invalid": fixed(f"has no kind that we know; {known}"),
        "union_tag_not_found": fixed(f"has no kind; {known}"),
        "tuple_type": fixed("wrong type; write a list, as in [...]"),
        "too_short": fixed(empty),
        "int_parsing": fixed("wrong type; write a whole number without quotes"),
        "int_from_float": fixed("wrong type; write a whole number"),
        "float_parsing": fixed("wrong type; write a number without quotes"),
        "string_pattern_mismatch": fixed("no name for a pattern; write letters, digits, - and _ only"),
    }
