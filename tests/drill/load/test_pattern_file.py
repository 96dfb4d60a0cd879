"""A team's own pattern file: what it may say, and the one line that tells what is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.errors import ConfigError
from drill.load.parameters import Between, Choice, Fresh, FromQuery, Key, Recent
from drill.load.pattern import Pattern
from drill.load.pattern_file import parse, read
from tests.drill.histories import property_test

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "patterns.toml"
HEAD = "[pattern.p]\nweight = 1\n"
READ = HEAD + 'sql = "SELECT %(id)s"\n'
KINDS = 'write one of kind = "between", kind = "recent", kind = "choice", kind = "query", kind = "fresh", kind = "key"'


def refused(text: str) -> str:
    """The one line that refuses this text, without the name of the file."""
    with pytest.raises(ConfigError) as caught:
        parse(text, Path("patterns.toml"))
    line = str(caught.value)
    assert "\n" not in line
    return line.removeprefix("patterns.toml: ")


def test_the_worked_example_is_read() -> None:
    """docs/examples/patterns.toml says everything that a pattern can say."""
    by_email, of_customer, pay = read(EXAMPLE)
    assert by_email == Pattern(
        name="customer-by-email",
        sql=("SELECT id, name FROM customers WHERE email = %(email)s",),
        parameters={"email": FromQuery(sql="SELECT email FROM customers ORDER BY id LIMIT 10000", skew=0.8)},
        weight=30.0,
        p95_ms=10.0,
    )
    assert of_customer.parameters == {
        "customer": Between(low=1, high=20_000, skew=0.8),
        "status": Choice(values=("open", "shipped")),
    }
    assert (len(pay.sql), pay.writes, pay.works_s) == (2, True, 0.005)
    assert pay.parameters == {"order": Recent(low=1, high=200_000), "payment": Fresh(), "key": Key()}


def test_most_of_it_may_be_left_out() -> None:
    """A statement and a weight are a pattern: it reads, and its p95 shall be 10 ms."""
    assert parse('[pattern.a]\nsql = "SELECT 1"\nweight = 2', Path("x")) == (
        Pattern(name="a", sql=("SELECT 1",), weight=2.0, p95_ms=10.0, writes=False, works_s=0.0),
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 'pattern: missing value; add pattern = "..."'),
        ("pattern = 1", "pattern: wants a table; write [pattern.NAME] on a line of its own"),
        ("[pattern]", "pattern: there is none; write at least one [pattern.NAME]"),
        ("[patterns.p]", 'patterns: unknown key; did you mean "pattern"? known: pattern'),
        (
            '[pattern.p]\nsql = "SELECT 1"',
            "pattern.p.weight: missing value; add weight = 1",
        ),
        (HEAD, 'pattern.p.sql: missing value; add sql = "SELECT ... WHERE id = %(id)s"'),
        (HEAD + "sql = []", "pattern.p.sql: is empty; write at least one"),
        (HEAD + 'sql = ""', "pattern.p.sql.0: is empty; write a value, or remove the line"),
        (HEAD + "sql = 5", "pattern.p.sql: wrong type; write a list, as in [...]"),
        (
            '[pattern.p]\nweight = 0\nsql = "SELECT 1"',
            "pattern.p.weight: out of range; write a value greater than 0",
        ),
        (
            '[pattern.p]\nweight = "5"\nsql = "SELECT 1"',
            "pattern.p.weight: wrong type; write a number without quotes",
        ),
        (
            READ + "wieght = 2",
            'pattern.p.wieght: unknown key; did you mean "weight"? known: p95, parameters, sql, weight, works, writes',
        ),
        (READ + "p95 = 10", 'pattern.p.p95: 10 has no unit; write "10s"'),
        (READ + 'p95 = "0s"', "pattern.p.p95: out of range; write a value greater than 0"),
        (READ + 'writes = "yes"', "pattern.p.writes: wrong type; write true or false, without quotes"),
        (
            READ,
            (
                "pattern.p.sql: statement 1: nothing says what %(id)s is; "
                'add parameters.id = { kind = "between", low = 1, high = 1000 }, or the like'
            ),
        ),
        (
            READ + 'parameters.id = { kind = "key" }\nparameters.idd = { kind = "key" }',
            (
                "pattern.p.parameters.idd: stands in no statement; use it there, or remove it "
                '(did you mean "id"? known: id)'
            ),
        ),
        (
            HEAD + 'sql = "SELECT 1"\nparameters.ix = { kind = "key" }',
            "pattern.p.parameters.ix: stands in no statement; use it there, or remove it (write %(ix)s)",
        ),
        (
            HEAD + 'sql = ["SELECT 1", "SELECT 5 % 2"]',
            (
                'pattern.p.sql: statement 2: a lone % in "SELECT 5 % 2"; '
                "write %(name)s for a value, %% for a percent sign"
            ),
        ),
        (
            READ + "parameters.id = 5",
            'pattern.p.parameters.id: wants a table; write { kind = "between", low = 1, high = 1000 }, or the like',
        ),
        (
            READ + "parameters = 5",
            "pattern.p.parameters: wants a table; write [pattern.p.parameters] on a line of its own",
        ),
        ("[pattern]\np = 1", "pattern.p: wants a table; write [pattern.p] on a line of its own"),
        (READ + "parameters.id = { low = 1 }", f"pattern.p.parameters.id: has no kind; {KINDS}"),
        (
            READ + 'parameters.id = { kind = "betwixt" }',
            f"pattern.p.parameters.id: has no kind that we know; {KINDS}",
        ),
        (
            READ + 'parameters.id = { kind = "between", low = 1 }',
            "pattern.p.parameters.id.high: missing value; add high = 1",
        ),
        (
            READ + 'parameters.id = { kind = "between", low = 1, hihg = 2 }',
            'pattern.p.parameters.id.hihg: unknown key; did you mean "high"? known: form, high, kind, low, skew',
        ),
        (
            READ + 'parameters.id = { kind = "between", low = 2, high = 1 }',
            "pattern.p.parameters.id: low = 2 is above high = 1; write the smaller one as low",
        ),
        (
            READ + 'parameters.id = { kind = "between", low = "a", high = 1 }',
            "pattern.p.parameters.id.low: wrong type; write a whole number without quotes",
        ),
        (
            READ + 'parameters.id = { kind = "between", low = 1, high = 2, skew = -1 }',
            "pattern.p.parameters.id.skew: out of range; write a value greater than or equal to 0",
        ),
        (
            READ + 'parameters.id = { kind = "choice", values = [] }',
            "pattern.p.parameters.id: no values to choose from; write at least one, as in values = [1]",
        ),
        (
            READ + 'parameters.id = { kind = "choice", values = [2026-01-01] }',
            "pattern.p.parameters.id.values.0: no value that can be kept; write text, a number, true or false",
        ),
        (
            '[pattern."a b"]\nsql = "SELECT 1"\nweight = 1',
            'pattern."a b": no name for a pattern; write letters, digits, - and _ only',
        ),
    ],
)
def test_each_mistake_is_one_line_with_file_key_and_remedy(text: str, line: str) -> None:
    """Whatever is wrong, one line names the file, the pattern, the key and what to write instead."""
    assert refused(text) == line


def test_a_name_that_stands_there_twice_is_refused() -> None:
    """Neither of the two silently wins."""
    line = refused(READ + READ)
    assert re.fullmatch(r"line \d+, column \d+: Cannot declare \('pattern', 'p'\) twice; correct .*", line), line


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """It was named in drill.toml, so that it is missed."""
    with pytest.raises(ConfigError, match=r"none\.toml: the file: is not there; write it, or correct patterns in"):
        read(tmp_path / "none.toml")


@property_test
@given(st.text())
def test_any_text_is_patterns_or_one_clear_line(text: str) -> None:
    """No text makes `parse` raise anything but a ConfigError of one line."""
    for each in (text, READ + text):
        try:
            parse(each, Path("patterns.toml"))
        except ConfigError as error:
            assert re.fullmatch(r"patterns\.toml: [^\n]+: [^\n]+; [^\n]+", str(error))  # noqa: PT017 - most are refused
