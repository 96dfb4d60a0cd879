"""Whether a pattern could be sent at all: a request is made of it and held against boto3's own model of DynamoDB.

Nothing is asked of anybody: the model lies in botocore.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.session import Session
from botocore.validate import ParamValidator

from drill.errors import ConfigError
from drill.load.items.pattern import OPERATIONS, READS, WRITES, ItemPattern
from drill.load.items.workload import item_requests
from drill.load.parameters import FromQuery
from drill.targets.repeating import operation_of


class _Whatever(dict[str, str]):
    """Every table is called as it is named."""

    def __missing__(self, name: str) -> str:
        return name


def vet(pattern: ItemPattern, where: str) -> None:
    """Refuse what boto3 would refuse, and what writes without saying so, by a ConfigError of one line.

    Whether its tables are there, and have such keys, only DynamoDB can tell.
    """
    problem = _operation(pattern) or _parameters(pattern) or _arguments(pattern)
    if problem:
        raise ConfigError(f"{where}.{problem}")


def _operation(pattern: ItemPattern) -> str | None:
    if pattern.operation not in OPERATIONS:
        return f'operation: "{pattern.operation}" is none that we know; write one of {", ".join(OPERATIONS)}'
    if pattern.operation in WRITES and not pattern.writes:
        return f"operation: {pattern.operation} writes, which the pattern does not say; add writes = true to it"
    if pattern.operation in READS and pattern.writes:
        return f"writes: {pattern.operation} only reads; remove writes = true"
    return "puts: a pattern that only reads puts nothing; remove it" if pattern.puts and not pattern.writes else None


def _parameters(pattern: ItemPattern) -> str | None:
    for name, parameter in pattern.parameters.items():
        if isinstance(parameter, FromQuery):
            return f'parameters.{name}: kind = "query" asks in SQL; write its values, as in kind = "choice"'
    return None


def _arguments(pattern: ItemPattern) -> str | None:
    request = next(item_requests((pattern,), _Whatever(), seed=1, run="vet"))
    report = ParamValidator().validate(request.arguments, _shape(pattern.operation))
    if report.has_errors():
        first = " ".join(report.generate_report().splitlines()[0].split())
        return f"arguments: {first}; write what boto3's {pattern.operation} takes"
    return None


@cache
def _shape(method: str) -> Any:
    return _model().operation_model(operation_of(method)).input_shape


@cache
def _model() -> Any:
    return Session().get_service_model("dynamodb")
