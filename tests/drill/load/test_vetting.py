"""What the server would refuse in the middle of a load, or what writes unasked, is refused before it."""

# ruff: noqa: S608 - all of its SQL is the test's own

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from drill.errors import ConfigError, TargetError
from drill.load.parameters import Between, Choice, FromQuery, Key
from drill.load.pattern import Pattern
from drill.load.resolving import MOST_VALUES, resolve
from drill.load.vetting import vet
from tests.drill.probes.server import Server, free_port

SCHEMA = "team"
ID = {"id": Between(low=1, high=3)}


@pytest.fixture
def server(postgres: Server) -> Iterator[Server]:
    """The server with a team's own schema in it."""
    postgres.run(
        f"CREATE SCHEMA {SCHEMA}",
        f"CREATE TABLE {SCHEMA}.things (id int PRIMARY KEY, name text)",
        f"INSERT INTO {SCHEMA}.things SELECT n, 'thing ' || n FROM generate_series(1, 3) AS n",
        f"CREATE FUNCTION {SCHEMA}.sneak() RETURNS int LANGUAGE sql AS"
        f" $$INSERT INTO {SCHEMA}.things VALUES (99) RETURNING id$$",
    )
    yield postgres
    postgres.run(f"DROP SCHEMA {SCHEMA} CASCADE")


def pattern(*sql: str, **about: Any) -> Pattern:
    """A pattern of these statements."""
    return Pattern(**{"name": "p", "sql": sql, "weight": 1.0, **about})


def rows(server: Server) -> object:
    """What is in the team's table."""
    return server.run(f"SELECT * FROM {SCHEMA}.things ORDER BY id")


def refused(server: Server, *patterns: Pattern) -> str:
    """The one line that refuses them; nothing is left behind."""
    before = rows(server)
    with pytest.raises(ConfigError) as caught:
        vet(patterns, server.address, SCHEMA, file="patterns.toml")
    assert rows(server) == before
    line = str(caught.value)
    assert "\n" not in line
    return line.removeprefix("patterns.toml: pattern.")


def test_what_can_be_asked_passes_and_leaves_nothing_behind(server: Server) -> None:
    """Readers and writers, with parameters of any kind."""
    before = rows(server)
    good = (
        pattern("SELECT * FROM things WHERE id = %(id)s", parameters=ID),
        pattern("SELECT 100 %% 7", "TABLE things"),
        pattern("(SELECT name FROM things) UNION ALL VALUES ('x') LIMIT %(id)s", parameters=ID),
        pattern("INSERT INTO things VALUES (77, %(key)s)", parameters={"key": Key()}, writes=True),
        pattern("SELECT * FROM things WHERE id = %(id)s FOR UPDATE", parameters=ID, writes=True),
        pattern("SELECT sneak()", writes=True),
    )
    vet(good, server.address, SCHEMA)
    assert rows(server) == before


@pytest.mark.parametrize(
    ("bad", "line"),
    [
        (
            pattern("SELEC 1"),
            'p: statement 1: syntax error at or near "SELEC" at line 1, column 1; correct the SQL',
        ),
        (
            pattern("SELECT 1", "SELECT\n  %(id)s,\n  %(id)s FORM things", parameters=ID),
            'p: statement 2: syntax error at or near "things" at line 3, column 15; correct the SQL',
        ),
        (
            pattern("SELECT * FROM thigns"),
            'p: statement 1: relation "thigns" does not exist at line 1, column 15; correct the SQL',
        ),
        (
            pattern("SELECT '%%', nam FROM things WHERE id = %(id)s", parameters=ID),
            'p: statement 1: column "nam" does not exist at line 1, column 14; correct the SQL',
        ),
        (
            pattern("SELECT 1; DROP TABLE things"),
            "p: statement 1: is several statements in one text; write a list of them, as in sql = [..., ...]",
        ),
        (
            pattern("SELECT %(id)s; DELETE FROM things", parameters=ID, writes=True),
            "p: statement 1: is several statements in one text; write a list of them, as in sql = [..., ...]",
        ),
        (pattern("COMMIT"), 'p: statement 1: syntax error at or near "COMMIT" at line 1, column 1; correct the SQL'),
        (
            pattern("DELETE FROM things"),
            "p: statement 1: writes (delete on things), which the pattern does not say; add writes = true to it",
        ),
        (
            pattern("SELECT 1", "WITH x AS (UPDATE things SET name = 'y' RETURNING id) SELECT * FROM x"),
            "p: statement 2: writes (update on things), which the pattern does not say; add writes = true to it",
        ),
        (
            pattern("SELECT sneak()"),
            (
                "p: statement 1: writes (cannot execute INSERT in a read-only transaction), which the pattern does "
                "not say; add writes = true to it"
            ),
        ),
        (
            pattern("SELECT * FROM things FOR UPDATE"),
            (
                "p: statement 1: writes (cannot execute SELECT FOR UPDATE in a read-only transaction), which the "
                "pattern does not say; add writes = true to it"
            ),
        ),
        (
            pattern("SELECT 1 / (id - id) FROM things"),
            "p: statement 1: division by zero; correct the SQL, or its parameters",
        ),
        (
            pattern("SELECT * FROM things WHERE id = %(id)s", parameters={"id": Choice(values=("x",))}),
            'p: statement 1: invalid input syntax for type integer: "x"',
        ),
    ],
)
def test_each_mistake_is_one_line_with_pattern_and_statement(server: Server, bad: Pattern, line: str) -> None:
    """The server's own words, and the place in the team's own text."""
    assert refused(server, pattern("SELECT 1", name="fine"), bad).startswith(line)


def test_what_takes_seconds_is_no_access_pattern(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ended by the server, and refused."""
    monkeypatch.setattr("drill.load.vetting.TRIAL_S", 1)
    assert refused(server, pattern("SELECT pg_sleep(60)")) == (
        "p: statement 1: did not end within 1 s; correct the SQL, or leave it out"
    )


def test_a_schema_that_is_not_there_is_one_line(server: Server) -> None:
    """Otherwise every table in it would seem misspelt."""
    with pytest.raises(TargetError, match=r"has no schema nowhere; correct schema in drill\.toml, or create it"):
        vet((pattern("SELECT 1"),), server.address, "nowhere")


def test_what_the_role_may_not_read_is_one_line(server: Server) -> None:
    """The server's refusal is told, with the pattern."""
    server.run("CREATE ROLE stranger LOGIN", f"GRANT USAGE ON SCHEMA {SCHEMA} TO stranger")
    try:
        with pytest.raises(ConfigError, match=r"pattern\.p: statement 1: permission denied for table things; correct"):
            vet((pattern("TABLE things"),), replace(server.address, user="stranger"), SCHEMA)
    finally:
        server.run("DROP OWNED BY stranger", "DROP ROLE stranger")


def test_nobody_there_is_a_target_error(server: Server) -> None:
    """It is not the pattern's fault."""
    with pytest.raises(TargetError, match=r"could not vet the patterns at 127\.0\.0\.1:\d+: "):
        vet((pattern("SELECT 1"),), server.address.at("127.0.0.1", free_port()), SCHEMA)


def drawing(sql: str, skew: float = 0.0) -> Pattern:
    """A pattern that draws from a query."""
    return pattern("SELECT %(id)s", parameters={"id": FromQuery(sql=sql, skew=skew)})


def test_a_query_becomes_a_choice_of_what_it_finds(server: Server) -> None:
    """In its order, so that what it finds first is hot; types that we have no word for become text."""
    (resolved,) = resolve((drawing("SELECT id FROM things ORDER BY id DESC", 1.0),), server.address, SCHEMA)
    assert resolved.parameters == {"id": Choice(values=(3, 2, 1), skew=1.0)}
    (dated,) = resolve((drawing("SELECT '2026-01-01'::date"),), server.address, SCHEMA)
    assert dated.parameters == {"id": Choice(values=("2026-01-01",))}
    vet((resolved, dated), server.address, SCHEMA)


def test_without_a_query_nobody_is_asked(server: Server) -> None:
    """Patterns whose values are all known need no database."""
    plain = (pattern("SELECT %(id)s", parameters=ID),)
    assert resolve(plain, server.address.at("127.0.0.1", free_port()), SCHEMA) == plain


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT id, name FROM things", "its query has 2 columns; select one"),
        ("SELECT id FROM things WHERE id < 0", "its query found nothing to draw from"),
        ("SELECT id FROM thigns", 'its query failed: relation "thigns" does not exist; correct the query'),
        ("DELETE FROM things RETURNING id", "its query failed: cannot execute DELETE in a read-only transaction"),
        ("SELECT 1; DROP TABLE things", "its query failed: cannot insert multiple commands"),
        ("SELECT ARRAY[1]", r"its query gives values that we cannot keep \(list\); cast them to text"),
        (f"SELECT generate_series(0, {MOST_VALUES})", "its query found more than 100,000 values; add a LIMIT"),
    ],
)
def test_a_query_that_gives_no_values_is_one_line(server: Server, sql: str, words: str) -> None:
    """It names file, pattern and parameter, and nothing is changed."""
    before = rows(server)
    with pytest.raises(ConfigError, match=rf"^ours\.toml: pattern\.p\.parameters\.id: {words}") as caught:
        resolve((drawing(sql),), server.address, SCHEMA, file="ours.toml")
    assert "\n" not in str(caught.value)
    assert rows(server) == before


def test_a_query_without_end_is_given_up(server: Server) -> None:
    """The deadline is ours, and holds whatever the server does."""
    began = time.monotonic()
    with pytest.raises(TargetError, match=r"gave no answer within 0\.5 s"):
        resolve((drawing("SELECT 1 FROM pg_sleep(60)"),), server.address, SCHEMA, deadline_s=0.5)
    assert time.monotonic() - began < 30
