"""A schema is named safely, and why it could not be made is one line with the command that helps."""

from __future__ import annotations

import psycopg
import pytest

from drill.targets.postgres import Address
from drill.targets.schemas import drop_statement, not_made, quoted

ADDRESS = Address(host="db", port=5432, user="app", password="secret-word", dbname="shop")


@pytest.mark.parametrize(
    ("names", "written"),
    [
        (("drill_1",), '"drill_1"'),
        (("a", "b"), '"a"."b"'),
        (('odd "name"; DROP',), '"odd ""name""; DROP"'),
    ],
)
def test_names_cannot_be_anything_else(names: tuple[str, ...], written: str) -> None:
    """Whatever stands in a name, it stays a name."""
    assert quoted(*names) == written


def test_the_drop_removes_everything_or_nothing() -> None:
    """With all that is in it, and without complaint where it is gone."""
    assert drop_statement("drill_1") == 'DROP SCHEMA IF EXISTS "drill_1" CASCADE'


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (
            psycopg.errors.DuplicateSchema('schema "s" already exists'),
            (
                "the schema exists already, and was left as it is; take another name, or remove it by: "
                'DROP SCHEMA IF EXISTS "s" CASCADE'
            ),
        ),
        (
            psycopg.errors.InsufficientPrivilege("permission denied for database shop\nHINT: ask"),
            ('permission denied for database shop; let an administrator run: GRANT CREATE ON DATABASE "shop" TO "app"'),
        ),
        (psycopg.errors.DiskFull("no space left\nDETAIL: none\nHINT: buy one"), "no space left"),
        (psycopg.OperationalError(), "OperationalError"),
    ],
)
def test_why_it_could_not_be_made_is_one_line(error: psycopg.Error, end: str) -> None:
    """Its schema, its place, the server's word, and the remedy where there is one; never the password."""
    assert (
        str(not_made(error, ADDRESS, "s", "load the shop")) == f"could not load the shop in schema s at db:5432: {end}"
    )
