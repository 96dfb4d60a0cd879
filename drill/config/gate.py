"""[gate] of drill.toml: when a run lets a release pass."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt

from drill.config.durations import Duration
from drill.config.section import Section, Text


def _day(written: object) -> object:
    """A date is written as TOML does, 2027-01-31, and in quotes by many; a time of day belongs to neither."""
    if type(written) is date:
        return written
    # Python reads "20270131" and "2027-W04-7" as well.
    if not isinstance(written, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        raise ValueError(f'"{written}" is no date; write it as 2027-01-31')
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise ValueError(f'"{written}" is no date: {error}; write it as 2027-01-31') from error


def _words(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty; write a value, or remove the line")
    return text.strip()


Glob = Annotated[Text, Field(examples=["failover/*/recovered_within"])]
Words = Annotated[Text, AfterValidator(_words)]


class Waiver(Section):
    """What is known to be broken, and let pass until a date: who answers for it, and why.

    `promise` is a glob over "scenario/fault/promise", as the gate's table spells them; the last day, in UTC, is
    included.
    """

    promise: Glob
    owner: Annotated[Words, Field(examples=["payments team"])]
    reason: Annotated[Words, Field(examples=["readers are resized next sprint"])]
    expires: Annotated[date, BeforeValidator(_day), Field(examples=["2027-01-31"])]


class GateSettings(Section):
    """Which scenarios must have been executed, how old a run may be, and which promises block.

    Every promise blocks but those that match a glob of `warn`; `block` takes back some of these. `require` are markers
    or scenarios; `worst_of` demands that the last so many runs on the target held, and not the newest alone. With
    `signed` a run without a valid signature is no evidence, whether or not a key is at hand.
    """

    require: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    target: Text | None = None
    max_age: Annotated[Duration, Field(gt=0)] = 7 * 86400.0
    warn: Annotated[tuple[Glob, ...], Field(strict=False)] = ()
    block: Annotated[tuple[Glob, ...], Field(strict=False)] = ()
    waivers: Annotated[tuple[Waiver, ...], Field(strict=False)] = ()
    worst_of: PositiveInt = 1
    signed: bool = False
