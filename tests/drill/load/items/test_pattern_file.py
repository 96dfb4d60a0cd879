"""A team's own file of patterns: what it may say, and the one line that tells what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill.errors import ConfigError
from drill.load.items.pattern_file import parse, read

EXAMPLE = Path(__file__).parents[4] / "docs" / "examples" / "item-patterns.toml"
HEAD = '[pattern.p]\nweight = 1\noperation = "get_item"\n'
ARGUMENTS = 'arguments = { TableName = "t", Key = { id = { S = "a" } } }\n'
ASKS = 'arguments = { TableName = "t", Key = { id = { S = "{id}" } } }\n'


def refused(text: str) -> str:
    """The one line that refuses this text, without the name of the file."""
    with pytest.raises(ConfigError) as caught:
        parse(text, Path("items.toml"))
    line = str(caught.value)
    assert "\n" not in line
    return line.removeprefix("items.toml: ")


def test_the_worked_example_is_read() -> None:
    """docs/examples/item-patterns.toml says everything that a pattern can say."""
    by_id, of_customer, place = read(EXAMPLE)
    assert (by_id.operation, by_id.weight, by_id.p95_ms, by_id.writes) == ("get_item", 50.0, 20.0, False)
    assert of_customer.arguments["Limit"] == 10
    assert place.writes
    assert place.puts[0].item == "order-{fresh}"


def test_most_of_it_may_be_left_out() -> None:
    """An operation, its arguments and a weight are a pattern: it reads, and its p95 shall be 20 ms."""
    (pattern,) = parse(HEAD + ARGUMENTS, Path("x"))
    assert (pattern.name, pattern.p95_ms, pattern.writes, pattern.puts) == ("p", 20.0, False, ())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "pattern: missing value; add pattern = "),
        ("[pattern]", "pattern: there is none; write at least one [pattern.NAME]"),
        (HEAD + ARGUMENTS + "sql = 1", "pattern.p.sql: unknown key; "),
        (HEAD + ARGUMENTS + "weigth = 1", 'pattern.p.weigth: unknown key; did you mean "weight"? '),
        (HEAD, "pattern.p.arguments: missing value"),
        (HEAD + 'arguments = { TableName = "t" }', 'pattern.p.arguments: Missing required parameter in input: "Key"'),
        (
            HEAD + 'arguments = { TableName = "t", Keys = 1 }',
            'pattern.p.arguments: Missing required parameter in input: "Key"',
        ),
        (
            HEAD + 'arguments = { TableName = "t", Key = { id = { N = 3 } } }',
            "pattern.p.arguments: Invalid type for parameter Key.id.N, value: 3",
        ),
        (HEAD + ASKS, "pattern.p.arguments: nothing says what {id} is; add parameters.id = { kind"),
        (
            HEAD + ARGUMENTS + "parameters.id = { kind = 'between', low = 1, high = 2 }",
            "pattern.p.parameters.id: stands in no argument; use it there, or remove it (write {id})",
        ),
        (HEAD + ASKS + "parameters.id = { kind = 'guess' }", "pattern.p.parameters.id: has no kind that we know; "),
        (
            HEAD + ASKS + "parameters.id = { kind = 'query', sql = 'SELECT 1' }",
            'pattern.p.parameters.id: kind = "query" asks in SQL; write its values, as in kind = "choice"',
        ),
        (
            HEAD + 'arguments = { TableName = "t", Key = { id = { S = "{" } } }',
            'pattern.p.arguments: a lone { in "{"; write {name} for a value, {{ for a brace',
        ),
        (HEAD + ARGUMENTS + "writes = true", "pattern.p.writes: get_item only reads; remove writes = true"),
        (HEAD + ARGUMENTS + "puts = [{ item = 'a' }]", "pattern.p.puts.0.table: missing value"),
        (HEAD + ARGUMENTS + "puts = [{ table = 't', item = 'a' }]", "pattern.p.puts: a pattern that only reads"),
        (
            HEAD.replace("get_item", "put_item") + 'arguments = { TableName = "t", Item = { id = { S = "a" } } }',
            "pattern.p.operation: put_item writes, which the pattern does not say; add writes = true to it",
        ),
        (
            HEAD.replace("get_item", "drop_table") + ARGUMENTS,
            'pattern.p.operation: "drop_table" is none that we know; write one of get_item, ',
        ),
        (HEAD + ARGUMENTS + "weight = 0", "line 5, column"),
        (HEAD.replace("weight = 1", "weight = 0") + ARGUMENTS, "pattern.p.weight: out of range; "),
    ],
)
def test_what_is_wrong_is_one_line(text: str, line: str) -> None:
    """It names the key, what is wrong with it, and what to write instead."""
    assert refused(text).startswith(line)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(ConfigError, match=r"no\.toml: the file: is not there"):
        read(tmp_path / "no.toml")
