"""Writes Allure's results as allure-pytest does, but for what must stay secret: rather a word too many masked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from allure_commons import hookimpl
from allure_commons.model2 import Parameter, Status
from attrs import asdict

from drill.reporting.files import write_atomically
from drill.reporting.secrets import redact
from drill.secrets import MASK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHORTEST = 4
"""Letters of a parameter's value that is masked wherever else it stands; a shorter one stands in many words."""


F = TypeVar("F", bound="Callable[..., None]")


def _hook(function: F) -> F:
    """Mark a hook of Allure's, whose own marker has no types."""
    marked: F = hookimpl(function)
    return marked


class SecretiveLogger:
    """Stands in for allure_commons.logger.AllureFileLogger, in the same folder, by the same hooks.

    `opening` is called once, before the first file is written. Text is redacted, whatever its name; what is no UTF-8
    (a picture, Parquet) is left as it is.
    """

    def __init__(self, folder: Path, opening: Callable[[], None] = lambda: None) -> None:
        self._folder = folder
        self._opening: Callable[[], None] | None = opening

    @_hook
    def report_result(self, result: Any) -> None:
        """Write what became of a test."""
        self._write_item(result)

    @_hook
    def report_container(self, container: Any) -> None:
        """Write what became of its fixtures, but for what pytest itself did without a name when it put them away."""
        container.afters = [each for each in container.afters if not _is_nameless(each)]
        self._write_item(container)

    @_hook
    def report_globals(self, globals_item: Any) -> None:
        """Write what is about no single test."""
        self._write_item(globals_item)

    @_hook
    def report_attached_file(self, source: str, file_name: str) -> None:
        """Write a copy of a file."""
        self._attach(file_name, Path(source).read_bytes())

    @_hook
    def report_attached_data(self, body: str | bytes, file_name: str) -> None:
        """Write what was attached without a file."""
        self._attach(file_name, body.encode("utf-8", "backslashreplace") if isinstance(body, str) else body)

    def _write_item(self, item: Any) -> None:
        secrets = set(_secrets(item))
        document = asdict(
            item,
            filter=lambda _, value: bool(value) or value is False,
            value_serializer=lambda instance, field, value: _masked(instance, field, value, secrets),
        )
        self._write(item.file_pattern.format(prefix=uuid4()), json.dumps(document, ensure_ascii=False))

    def _attach(self, name: str, content: bytes) -> None:
        try:
            self._write(name, redact(content.decode("utf-8")))
        except UnicodeDecodeError:
            self._write(name, content)

    def _write(self, name: str, content: str | bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._opening:
            opening, self._opening = self._opening, None
            opening()
        if isinstance(content, str):
            write_atomically(self._folder / name, content)
        else:
            (self._folder / name).write_bytes(content)


def _is_nameless(step: Any) -> bool:
    """Whether it tells nobody anything: a finalizer that is a lambda, and passed."""
    return str(step.name).endswith("::<lambda>") and step.status == Status.PASSED


def _masked(instance: Any, field: Any, value: Any, secrets: set[str]) -> Any:
    """Mask each text by itself, so that JSON stays JSON; a parameter is judged by its name, too."""
    if not isinstance(value, str):
        return value
    if isinstance(instance, Parameter) and field.name == "value" and _is_secret(instance):
        return MASK
    for secret in secrets:
        value = value.replace(secret, MASK)
    return redact(value)


def _secrets(item: Any) -> Iterator[str]:
    """Find the values of secret parameters, of steps as well: pytest puts them into names and tracebacks, too."""
    for parameter in getattr(item, "parameters", ()):
        if _is_secret(parameter) and len(bare := str(parameter.value).strip("'\"")) >= SHORTEST:
            yield bare
    for below in ("steps", "befores", "afters"):
        for each in getattr(item, below, ()):
            yield from _secrets(each)


def _is_secret(parameter: Any) -> bool:
    told = f"{parameter.name}={parameter.value}"
    return redact(told) != told
