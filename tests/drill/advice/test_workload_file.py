"""The file that declares a workload: what it may say, and the one line that tells what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.advice import AccessPattern, Consistency, Environment, Growth, Kind, Workload, parse, read
from drill.errors import ConfigError
from tests.drill.histories import property_test

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "workload.toml"
HEAD = 'name = "w"\nenvironment = "production"\n'
TOP = HEAD + 'traffic = "predictable"\n'
GET = '[pattern.a]\nkind = "get"\nrate_per_s = 10\n'
DAY = f"hourly = {[2] * 12 + [0] * 12}\n"


def refused(text: str) -> str:
    """The one line that refuses this text, without the name of the file."""
    with pytest.raises(ConfigError) as caught:
        parse(text, Path("w.toml"))
    line = str(caught.value)
    assert "\n" not in line
    return line.removeprefix("w.toml: ")


def test_the_worked_example_is_read() -> None:
    """docs/examples/workload.toml says nearly everything that a workload can say."""
    found = read(EXAMPLE)
    by_id, of_customer, place = found.patterns
    assert (found.name, found.environment, found.predictable) == ("orders", Environment.PRODUCTION, True)
    assert (found.latency_p95_ms, found.recovery_time_s, found.downtime_minutes_per_month) == (10.0, 60.0, 10.0)
    assert found.growth == Growth(storage_gb=40, storage_gb_per_month=2, rate_pct_per_month=3)
    assert by_id == AccessPattern(
        name="order-by-id",
        kind=Kind.GET,
        rate_per_s=300,
        peak_per_s=600,
        item_bytes=900,
        tables=("orders",),
        hottest_key_share=0.001,
    )
    assert (of_customer.consistency, of_customer.items) == (Consistency.EVENTUAL, 10)
    assert (place.kind, place.tables, place.serializable) == (Kind.TRANSACTION, ("orders", "stock"), False)


def test_most_of_it_may_be_left_out() -> None:
    """What is left out is the least demanding, and keys are not taken to be spread evenly."""
    assert parse(TOP + GET, Path("w")) == Workload(
        name="w",
        patterns=(AccessPattern(name="a", kind=Kind.GET, rate_per_s=10, peak_per_s=10),),
        predictable=True,
    )


def test_a_day_gives_the_peak() -> None:
    """The busiest hour's average, where no higher one is told; and traffic that recurs is known."""
    found = parse(HEAD + DAY + GET, Path("w"))
    assert (found.predictable, found.patterns[0].peak_per_s) == (True, 20)
    assert parse(HEAD + DAY + GET + "peak_per_s = 30", Path("w")).patterns[0].peak_per_s == 30


def test_variable_traffic_is_not_known() -> None:
    """Whoever says so is believed."""
    assert not parse(HEAD + 'traffic = "variable"\n' + GET, Path("w")).predictable


def test_a_stated_share_of_reads_may_be_rounded() -> None:
    """But not be another one."""
    assert parse("read_share = 0.96\n" + TOP + GET, Path("w"))
    assert refused("read_share = 0.94\n" + TOP + GET).startswith("read_share: 0.94, but the patterns read 1.00 of ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (GET, 'name: missing value; add name = "orders"'),
        ('name = "w"\n' + GET, 'environment: missing value; add environment = "production"'),
        (TOP, "pattern: there is none; write at least one [pattern.NAME]"),
        (TOP + "[pattern]", "pattern: there is none; write at least one [pattern.NAME]"),
        (
            HEAD + GET,
            'traffic: missing value; add traffic = "predictable" or "variable", or hourly = [24 numbers]',
        ),
        (TOP + DAY + GET, "traffic: hourly says more of it; remove traffic"),
        (HEAD + "hourly = [1, 2]\n" + GET, "hourly: has 2 numbers; write 24, one an hour from midnight on"),
        (
            HEAD + f"hourly = {[0] * 24}\n" + GET,
            "hourly: is 0 all day; write how much is asked for in each hour, in any unit",
        ),
        (HEAD + "hourly = 3\n" + GET, "hourly: wrong type; write a list, as in [...]"),
        (HEAD + 'hourly = ["1"]\n' + GET, "hourly.0: wrong type; write a number without quotes"),
        (
            'name = "w"\nenvironment = "staging"\n' + GET,
            "environment: is none that we know; write one of 'production' or 'development'",
        ),
        (
            HEAD + 'traffic = "wild"\n' + GET,
            "traffic: is none that we know; write one of 'predictable' or 'variable'",
        ),
        (
            TOP + '[pattern.a]\nkind = "scan"\nrate_per_s = 1',
            "pattern.a.kind: is none that we know; write one of 'get', 'query', 'join', 'aggregate', 'search', ",
        ),
        (TOP + '[pattern.a]\nkind = "get"', "pattern.a.rate_per_s: missing value; add rate_per_s = 100"),
        (TOP + "[pattern.a]\nrate_per_s = 1", 'pattern.a.kind: missing value; add kind = "get"'),
        (TOP + "pattern = 3", "pattern: wants a table; write [pattern.NAME] on a line of its own"),
        (TOP + "[pattern]\na = 3", "pattern.a: wants a table; write [pattern.a] on a line of its own"),
        (TOP + "growth = 3\n" + GET, "growth: wants a table; write [growth] on a line of its own"),
        (TOP + GET + "rates = 1", 'pattern.a.rates: unknown key; did you mean "rate_per_s"? known: consistency, '),
        (TOP + GET + "[needs]\nsql = true", "needs.sql: unknown key; known: ad_hoc_sql, foreign_keys"),
        (TOP + GET + "[growth]\nstorage = 1", 'growth.storage: unknown key; did you mean "storage_gb"? known: '),
        ("colour = 1\n" + TOP + GET, "colour: unknown key; known: downtime_per_month, environment, growth, "),
        (TOP + GET.replace("10", "0"), "pattern.a.rate_per_s: out of range; write a value greater than 0"),
        (TOP + GET.replace("10", "nan"), "pattern.a.rate_per_s: is no number that one can count with; "),
        (TOP + GET.replace("10", '"10"'), "pattern.a.rate_per_s: wrong type; write a number without quotes"),
        (
            TOP + GET + "peak_per_s = 9",
            "pattern.a.peak_per_s: 9 is less than 10, rate_per_s, the average; correct one of them",
        ),
        (
            HEAD + DAY + GET + "peak_per_s = 19",
            "pattern.a.peak_per_s: 19 is less than 20, the busiest hour of hourly has on average; correct one of them",
        ),
        (TOP + GET + "item_bytes = 0", "pattern.a.item_bytes: out of range; write a value greater than or equal to 1"),
        (TOP + GET + "item_bytes = 1.5", "pattern.a.item_bytes: wrong type; write a whole number without quotes"),
        (
            TOP + GET + "hottest_key_share = 1.1",
            "pattern.a.hottest_key_share: out of range; write a value less than or equal to 1",
        ),
        (TOP + GET + 'tables = "orders"', "pattern.a.tables: wrong type; write a list, as in [...]"),
        (
            TOP + GET + "serializable = true",
            'pattern.a.serializable: is about transactions; remove it, or write kind = "transaction"',
        ),
        (
            TOP + GET.replace("get", "join") + 'tables = ["orders"]',
            'pattern.a.tables: a join reads two or more, or one twice; write them all, as in ["orders", "customers"]',
        ),
        ("latency_p95 = 10\n" + TOP + GET, 'latency_p95: 10 has no unit; write "10s"'),
        (TOP + '[pattern."a b"]\nkind = "get"\nrate_per_s = 1', 'pattern."a b": no name for a pattern; write letters'),
        ("name = ", "line 1, column 8: "),
    ],
)
def test_each_mistake_is_one_line_with_key_and_remedy(text: str, line: str) -> None:
    """What is wrong, where, and what to write instead."""
    assert refused(text).startswith(line)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """With where a whole one can be seen."""
    with pytest.raises(ConfigError, match=r"docs/examples/workload\.toml"):
        read(tmp_path / "nowhere.toml")


@property_test
@given(
    st.dictionaries(
        st.sampled_from(["name", "environment", "traffic", "hourly", "pattern", "growth", "needs", "read_share", "x"]),
        st.sampled_from(['"production"', '"w"', "3", "[1]", "true", "{ a = 1 }", '{ a = { kind = "get" } }', "1e400"]),
    )
)
def test_any_text_is_a_workload_or_one_clear_line(keys: dict[str, str]) -> None:
    """Nothing else ever comes out."""
    text = "\n".join(f"{key} = {value}" for key, value in keys.items())
    found: Workload | str
    try:
        found = parse(text, Path("w.toml"))
    except ConfigError as error:
        found = str(error)
    if isinstance(found, str):
        assert found.startswith("w.toml: ")
        assert "\n" not in found
    else:
        assert found.patterns
