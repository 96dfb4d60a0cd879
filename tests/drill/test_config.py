"""drill.toml: what it may say, and the one line that tells what is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import drill.config
from drill.config import (
    AuroraSettings,
    Config,
    LabSettings,
    LoadSettings,
    Objectives,
    format_duration,
    load,
    parse,
    parse_duration,
)
from drill.errors import ConfigError

TABLES = "costs, gameday, gate, items, limits, load, objectives, store, target"
AURORA = '[target.s]\nkind = "aurora"\nregion = "eu-west-1"\ncluster = "orders"\n'
LOGIN = AURORA + 'user = "app"\n'
AURORA_KEYS = (
    "known: ca_bundle, cluster, dbname, endpoint_url, fis_role, iam, kind, operator_secret, profile, region, secret, "
    "tables, user"
)
OBJECTIVES = (
    "known: agreement, convergence, cost_notice, item_latency_p95, latency_p95, notice, read_outage, recovery_point, "
    "recovery_time, redundancy, refusal, region_failover, staleness, steady_again"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where drill.toml would be."""
    return tmp_path / "drill.toml"


def refused(file: Path, text: str) -> str:
    """Load this text and return the one line that refuses it, without the name of the file."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file)
    line = str(caught.value)
    assert "\n" not in line
    assert line.startswith(f"{file}: ")
    return line.removeprefix(f"{file}: ")


def test_without_a_file_there_is_a_lab_and_the_objectives_of_the_requirements(file: Path) -> None:
    """No file: a target "lab", recovery within 60 s, and limits in time and in writes."""
    config = load(file)
    assert config.target() == config.target("lab") == LabSettings()
    assert config.objectives.written() == {
        "recovery_time": "60s",
        "read_outage": "10s",
        "staleness": "1s",
        "agreement": "30s",
        "redundancy": "60s",
        "latency_p95": "10ms",
        "notice": "10s",
        "steady_again": "5s",
        "refusal": "1s",
        "item_latency_p95": "20ms",
        "region_failover": "10s",
        "recovery_point": "5s",
        "convergence": "30s",
        "cost_notice": "60s",
    }
    assert (config.limits.experiment, config.limits.max_writes, config.limits.write_rate) == (240.0, 2_000_000, 1200)
    assert (config.limits.flood_connections, config.limits.flood_duration) == (1200, 60.0)
    assert (config.costs.budget, config.costs.peak_over_average, config.costs.prices) == (1000.0, None, None)
    assert config.load == LoadSettings(
        rate=200, scale=1.0, seed=1, pool=8, patterns=None, schema=None, steady=4.0, hold=8.0, after=6.0
    )


def test_everything_that_a_target_may_say_is_read(file: Path) -> None:
    """Each key of the design has its value; a path is meant from where the file stands."""
    file.write_text(
        LOGIN + 'iam = true\ntables = ["orders"]\ndbname = "shop"\nendpoint_url = "http://localhost:5000"\n'
        'ca_bundle = "rds.pem"\nprofile = "staging"\nfis_role = "arn:aws:iam::123456789012:role/drill"\n'
        'operator_secret = "orders/admin"\n'
        '[target.broken]\nkind = "lab"\nname = "two"\nzones = 5\nfault_in = "slow-promotion"\n'
        '[objectives]\nrecovery_time = "1m30s"\nstaleness = "500ms"\n[limits]\nexperiment = "5m"\n'
    )
    config = load(file)
    assert config.target("s") == AuroraSettings(
        kind="aurora",
        region="eu-west-1",
        cluster="orders",
        user="app",
        iam=True,
        tables=("orders",),
        dbname="shop",
        endpoint_url="http://localhost:5000",
        ca_bundle=file.parent / "rds.pem",
        profile="staging",
        fis_role="arn:aws:iam::123456789012:role/drill",
        operator_secret="orders/admin",
    )
    assert config.target("broken") == LabSettings(name="two", zones=5, fault_in="slow-promotion")
    assert (config.objectives.recovery_time, config.objectives.staleness) == (90.0, 0.5)
    assert config.limits.experiment == 300.0


def test_everything_that_costs_may_say_is_read(file: Path) -> None:
    """Prices of a team's own stand in a file beside drill.toml."""
    file.write_text('[costs]\nbudget = 250\npeak_over_average = 3\nprices = "ours.toml"\n')
    said = load(file).costs
    assert (said.budget, said.peak_over_average, said.prices) == (250.0, 3.0, file.parent / "ours.toml")


def test_everything_that_the_load_may_say_is_read(file: Path) -> None:
    """A team's own patterns stand in a file beside drill.toml, and run in a schema of theirs."""
    file.write_text(
        '[load]\nrate = 50\nscale = 2\nseed = 7\npool = 4\npatterns = "ours.toml"\nschema = "public"\n'
        'steady = "10s"\nhold = "1m"\nafter = "20s"\n[limits]\nflood_connections = 300\nflood_duration = "20s"\n'
        '[objectives]\nlatency_p95 = "25ms"\n'
    )
    config = load(file)
    said = config.load
    assert (said.rate, said.scale, said.seed, said.pool) == (50, 2.0, 7, 4)
    assert (said.patterns, said.schema_name) == (file.parent / "ours.toml", "public")
    assert (said.steady, said.hold, said.after) == (10.0, 60.0, 20.0)
    assert (config.limits.flood_connections, config.limits.flood_duration) == (300, 20.0)
    assert config.objectives.latency_p95 == 0.025


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (AURORA + 'regoin = "x"', f'target.s.regoin: unknown key; did you mean "region"? {AURORA_KEYS}'),
        (
            '[target.s]\nkind = "aurora"\nregoin = "x"',
            f'target.s.regoin: unknown key; did you mean "region"? {AURORA_KEYS}',
        ),
        ("[objctives]", f'objctives: unknown key; did you mean "objectives"? known: {TABLES}'),
        ("[objectives]\nuptime = 1", f"objectives.uptime: unknown key; {OBJECTIVES}"),
        ('"a\\nb" = 1', f'"a\\nb": unknown key; known: {TABLES}'),
        (
            LOGIN + 'password = "hunter2"',
            "target.s.password: a password never stands in a file; remove it and export DRILL_PASSWORD",
        ),
        ('[target.s]\nkind = "aurora"\ncluster = "c"', 'target.s.region: missing value; add region = "eu-west-1"'),
        ('[target.s]\nregion = "x"', 'target.s: missing value; add kind = "lab", "aurora" or "dynamodb"'),
        ('[target.s]\nkind = "rds"', 'target.s: has no kind that we know; write kind = "lab", "aurora" or "dynamodb"'),
        ("target = 3", "target: wants a table; write [target.NAME] on a line of its own"),
        ("[target]\ns = 3", "target.s: wants a table; write [target.s] on a line of its own"),
        ("limits = 3", "limits: wants a table; write [limits] on a line of its own"),
        ('[target."a b"]\nkind = "lab"', 'target."a b": no name for a target; write letters, digits, - and _ only'),
        (AURORA + "user = 5", 'target.s.user: wrong type; write text in quotes, as in "..."'),
        (AURORA + 'user = ""', "target.s.user: is empty; write a value, or remove the line"),
        (LOGIN + 'iam = "yes"', "target.s.iam: wrong type; write true or false, without quotes"),
        (LOGIN + 'tables = "orders"', 'target.s.tables: wrong type; write a list, as in ["orders"]'),
        (LOGIN + "ca_bundle = 1", "target.s.ca_bundle: wrong type; write a path in quotes"),
        (
            LOGIN + 'endpoint_url = "localhost"',
            'target.s.endpoint_url: no URL; write it with its scheme, as in "https://localhost:5000"',
        ),
        (
            LOGIN + 'fis_role = "drill"',
            'target.s.fis_role: no role; write its ARN, as in "arn:aws:iam::123456789012:role/drill"',
        ),
        (
            AURORA,
            (
                'target.s: no way to log in; add secret = "...", or user = "..." with the password in '
                'DRILL_PASSWORD, or user = "..." and iam = true'
            ),
        ),
        (AURORA + "iam = true", 'target.s: iam needs a user; add user = "..."'),
        (LOGIN + 'secret = "x"', "target.s: secret and user are two ways to log in; keep one of them"),
        ('[limits]\nmax_writes = "2"', "limits.max_writes: wrong type; write a whole number without quotes"),
        ("[limits]\nmax_writes = 0", "limits.max_writes: out of range; write a value greater than 0"),
        ('[limits]\nexperiment = "0s"', "limits.experiment: out of range; write a value greater than 0"),
        ('[limits]\nflood_duration = "0s"', "limits.flood_duration: out of range; write a value greater than 0"),
        ("[load]\nrate = 0", "load.rate: out of range; write a value greater than 0"),
        ('[load]\nscale = "2"', "load.scale: wrong type; write a number without quotes"),
        ("[load]\nscale = nan", "load.scale: is no number that one can count with; write a finite one"),
        ("[load]\nhold = 8", 'load.hold: 8 has no unit; write "8s"'),
        (
            '[load]\nshema = "public"',
            (
                'load.shema: unknown key; did you mean "schema"? known: after, hold, patterns, pool, rate, scale, '
                "schema, seed, steady, workload"
            ),
        ),
        (
            '[load]\npatterns = "ours.toml"',
            'load: patterns without the schema they run in; add schema = "public"',
        ),
        (
            '[load]\nschema = "public"',
            'load: schema is where your own patterns run; add patterns = "patterns.toml", or remove schema',
        ),
        ("[objectives]\nrecovery_time = 60", 'objectives.recovery_time: 60 has no unit; write "60s"'),
        ('[objectives]\nrecovery_time = "60"', 'objectives.recovery_time: "60" has no unit; write "60s"'),
        (
            '[objectives]\nrecovery_time = "60 parsecs"',
            'objectives.recovery_time: "60 parsecs" is no duration; write it as "60s", "500ms", "2m" or "1m30s"',
        ),
        (
            "[objectives]\nrecovery_time = true",
            'objectives.recovery_time: no duration; write it in quotes with a unit, as in "60s"',
        ),
        ("x = = 3", "line 1, column 5: Invalid value; correct the line as TOML"),
        (
            "a = 1\n[target",
            "line 2, column 8: Expected ']' at the end of a table declaration; correct the line as TOML",
        ),
    ],
)
def test_each_mistake_is_one_line_with_file_key_and_remedy(file: Path, text: str, line: str) -> None:
    """Whatever is wrong, one line names the file, the dotted key and what to write instead."""
    assert refused(file, text) == line


def test_a_file_that_is_no_text_is_refused(file: Path) -> None:
    """Bytes that are no UTF-8 are a ConfigError as well."""
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"cannot be read .*; make it readable UTF-8 text"):
        load(file)


def test_an_unknown_target_is_answered_with_the_known_ones() -> None:
    """A name close to a known one is suggested; all known names are listed."""
    config = Config(targets={"lab": LabSettings(), "staging": LabSettings()})
    with pytest.raises(ConfigError) as caught:
        config.target("stagign")
    assert str(caught.value) == (
        'drill.toml: target.stagign: no such target; did you mean "staging"? known: lab, staging'
    )


def test_options_replace_objectives_and_the_last_one_wins() -> None:
    """`--objective NAME=DURATION` changes that objective only, in a new configuration."""
    config = Config()
    changed = config.with_objectives(["recovery_time=10s", "staleness=250ms", "recovery_time=30s"])
    assert changed.objectives == Objectives(recovery_time=30.0, staleness=0.25)
    assert config.objectives == Objectives()


@pytest.mark.parametrize(
    ("option", "line"),
    [
        ("recovry_time=3s", f'recovry_time: no such objective; did you mean "recovery_time"? {OBJECTIVES}'),
        ("recovery_time", "recovery_time: missing value; write recovery_time=60s"),
        ("recovery_time=30", 'recovery_time: "30" has no unit; write "30s"'),
    ],
)
def test_a_wrong_option_is_one_line_with_option_key_and_remedy(option: str, line: str) -> None:
    """An option is answered as a file is, and names itself."""
    with pytest.raises(ConfigError) as caught:
        Config().with_objectives([option])
    assert str(caught.value) == f"--objective {option}: {line}"


def test_the_password_comes_from_the_environment_that_is_passed_in() -> None:
    """DRILL_PASSWORD before PGPASSWORD; neither is a ConfigError with a remedy."""
    target = AuroraSettings(kind="aurora", region="r", cluster="c", user="app")
    assert target.login == "password"
    assert target.password({"PGPASSWORD": "pg", "DRILL_PASSWORD": "ours"}) == "ours"
    assert target.password({"PGPASSWORD": "pg", "DRILL_PASSWORD": ""}) == "pg"
    with pytest.raises(ConfigError, match=r"environment: DRILL_PASSWORD or PGPASSWORD: not set.*; export"):
        target.password({})


def test_the_three_ways_to_log_in_are_told_apart() -> None:
    """A secret, a token of IAM, or a password."""
    common = {"kind": "aurora", "region": "r", "cluster": "c"}
    assert AuroraSettings.model_validate(common | {"secret": "s"}).login == "secret"
    assert AuroraSettings.model_validate(common | {"user": "u", "iam": True}).login == "iam"


def test_settings_cannot_be_changed() -> None:
    """Whoever wants other objectives makes a new configuration."""
    with pytest.raises(ValidationError, match="frozen"):
        Objectives().recovery_time = 1.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("60s", 60),
        ("500ms", 0.5),
        ("2m", 120),
        ("1m30s", 90),
        ("1.5s", 1.5),
        ("1h", 3600),
        (" 0s ", 0),
        ("1s5ms", 1.005),
    ],
)
def test_durations_are_read_as_people_write_them(text: str, seconds: float) -> None:
    """Hours, minutes, seconds and milliseconds, in this order."""
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "60", "s", "-1s", "30s1m", "1 s", "1e3s", "1us", "60S", "9" * 400 + "s", "\u0661s"]
)
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    """Never guess a unit, an order or a sign."""
    with pytest.raises(ValueError, match=r"; write "):
        parse_duration(text)


@given(st.floats(min_value=0, max_value=1e9))
def test_a_duration_survives_being_written_and_read(seconds: float) -> None:
    """parse_duration(format_duration(x)) is x, to the last bit."""
    assert parse_duration(format_duration(seconds)) == seconds


@given(st.sampled_from([-1.0, float("inf"), float("nan"), 1e10]))
def test_what_is_no_duration_is_not_written(seconds: float) -> None:
    """A negative, infinite or missing duration has no spelling."""
    with pytest.raises(ValueError, match="no duration"):
        format_duration(seconds)


@given(st.text())
def test_any_text_is_a_configuration_or_one_clear_line(text: str) -> None:
    """No text makes `parse` raise anything but a ConfigError of one line."""
    try:
        parse(text, Path("drill.toml"))
    except ConfigError as error:
        assert re.fullmatch(r"drill\.toml: [^\n]+: [^\n]+; [^\n]+", str(error))  # noqa: PT017 - most texts are refused


def test_every_public_name_exists() -> None:
    """`__all__` says what the room offers, and nothing else."""
    assert all(hasattr(drill.config, name) for name in drill.config.__all__)
