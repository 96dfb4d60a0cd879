"""The examples for pipelines: each is what its service takes, and hands the gate's exit code on."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from drill.cli import main
from tests.drill.reporting.gate.made import BROKEN, HELD, UNDECIDED, made

CI = Path(__file__).parents[2] / "docs" / "ci"
BIN = Path(sys.executable).parent
KEY = "a key of the release team"
SCHEMAS = {
    "github-actions.yml": ("--builtin-schema", "vendor.github-workflows"),
    "gitlab-ci.yml": ("--builtin-schema", "vendor.gitlab-ci"),
    "buildspec.yml": ("--schemafile", str(Path(__file__).with_name("buildspec.schema.json"))),
}


def example(name: str) -> Any:
    """What the file says."""
    return yaml.safe_load((CI / name).read_text())


def on_github() -> list[list[str]]:
    """A shell a step, as a runner starts it: https://docs.github.com/actions (jobs.<job_id>.steps[*].shell)."""
    shells = {None: ["bash", "-e"], "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}
    steps = [step for step in example("github-actions.yml")["jobs"]["failover"]["steps"] if "run" in step]
    return [[*shells[step.get("shell")], "-c", step["run"]] for step in steps]


def on_gitlab() -> list[list[str]]:
    """One shell for all of them, which ends with the first that fails."""
    job = example("gitlab-ci.yml")["failover"]
    return [["bash", "-eo", "pipefail", "-c", "\n".join([*job["before_script"], *job["script"]])]]


def on_codebuild() -> list[list[str]]:
    """A command after the other, until one fails."""
    phases = example("buildspec.yml")["phases"].values()
    return [["sh", "-c", command] for phase in phases for command in phase["commands"]]


SERVICES = {"github-actions.yml": on_github, "gitlab-ci.yml": on_gitlab, "buildspec.yml": on_codebuild}


def valid(path: Path, name: str) -> bool:
    """Whether the service's schema takes it."""
    ask = [BIN / "check-jsonschema", *SCHEMAS[name], path]
    return subprocess.run(ask, check=False, capture_output=True).returncode == 0


def carried_out(folder: Path, commands: list[list[str]], *, pytest_says: int, key: str = KEY) -> int:
    """The exit code of the job: `python` stands in for pip and pytest, the gate and the shells are real."""
    tools = folder / "bin"
    tools.mkdir()
    (tools / "drill").symlink_to(BIN / "drill")
    stand_in = (
        f'#!/bin/sh\ncase "$*" in *"-m pytest"*) exit {pytest_says};; *"-m pip install"*) exit 0;; esac\nexit 9\n'
    )
    (tools / "python").write_text(stand_in)
    (tools / "python").chmod(0o755)
    environment = {
        "PATH": f"{tools}:/usr/bin:/bin",
        "DRILL_SIGNING_KEY": key,
        "GITHUB_STEP_SUMMARY": str(folder / "step-summary.md"),
        "AWS_TOKEN": "a token",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(folder / ".aws-token"),
    }
    for command in commands:
        code = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True).returncode
        if code:
            return code
    return 0


def prepared(folder: Path, *experiments: Any, key: str = KEY) -> None:
    """What pytest would have left: a run of a minute ago on staging, signed."""
    name = "20261123T100000Z-staging"
    finished = datetime.now(UTC) - timedelta(minutes=1)
    made(folder / "reports" / "runs" / name, *experiments, finished=finished, key=key, target="staging", kind="aurora")
    (folder / "reports" / "latest").symlink_to(f"runs/{name}")


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_what_its_service_takes(name: str) -> None:
    """By the schema of the service; for CodeBuild, which publishes none, by the keys that AWS documents."""
    assert valid(CI / name, name)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("github-actions.yml", "runs-on:", "run-on:"),
        ("gitlab-ci.yml", "when: always", "when: evermore"),
        ("buildspec.yml", "file-format: JUNITXML", "file-format: JUNIT"),
    ],
)
def test_a_slip_would_be_noticed(tmp_path: Path, name: str, right: str, wrong: str) -> None:
    """The schemas can say no."""
    text = (CI / name).read_text()
    assert right in text
    (tmp_path / name).write_text(text.replace(right, wrong))
    assert not valid(tmp_path / name, name)


@pytest.mark.parametrize("commands", SERVICES.values(), ids=SERVICES)
@pytest.mark.parametrize(
    ("experiments", "pytest_says", "code"),
    [
        ((HELD,), 0, 0),
        ((HELD, BROKEN), 1, 1),
        ((HELD, UNDECIDED), 1, 2),
        ((HELD,), 3, 1),  # the shell's, of the step before the gate
        ((HELD,), 4, 1),
    ],
    ids=["held", "broken", "undecided", "pytest crashed", "pytest was misused"],
)
def test_the_ruling_is_what_the_pipeline_sees(
    tmp_path: Path, commands: Callable[[], list[list[str]]], experiments: tuple[Any, ...], pytest_says: int, code: int
) -> None:
    """The gate's own exit code where pytest judged; where it did not, the gate is not even asked about older runs."""
    prepared(tmp_path, *experiments)
    assert carried_out(tmp_path, commands(), pytest_says=pytest_says) == code
    assert (tmp_path / "reports" / "latest" / "gate.json").exists() == (pytest_says < 2)


@pytest.mark.parametrize("commands", SERVICES.values(), ids=SERVICES)
def test_a_run_that_left_nothing_does_not_pass(tmp_path: Path, commands: Callable[[], list[list[str]]]) -> None:
    """Whatever pytest says."""
    assert carried_out(tmp_path, commands(), pytest_says=1) == 2


@pytest.mark.parametrize(
    ("signed_by", "key", "code"), [("another", KEY, 2), (KEY, "", 4)], ids=["forged", "the secret was not handed on"]
)
def test_a_run_that_nobody_can_vouch_for_does_not_pass(tmp_path: Path, signed_by: str, key: str, code: int) -> None:
    """Neither one that somebody without the key wrote, nor any where the pipeline has no key to check with."""
    prepared(tmp_path, HELD, key=signed_by)
    assert carried_out(tmp_path, on_gitlab(), pytest_says=0, key=key) == code


def test_what_is_kept_is_there(tmp_path: Path) -> None:
    """The paths of JUnit and of evidence that each service is told lead to files; GitHub's summary shows the table."""
    prepared(tmp_path, HELD)
    assert carried_out(tmp_path, on_github(), pytest_says=0) == 0
    assert "HELD: exit code 0" in (tmp_path / "step-summary.md").read_text()
    (upload,) = (step for step in example("github-actions.yml")["jobs"]["failover"]["steps"] if "artifact" in str(step))
    gitlab = example("gitlab-ci.yml")["failover"]["artifacts"]
    gate = example("buildspec.yml")["reports"]["gate"]
    for pattern in (gitlab["reports"]["junit"], f"{gate['base-directory']}/{gate['files'][0]}"):
        assert [found.name for found in tmp_path.glob(pattern)] == ["gate.xml"]
    for folder in (upload["with"]["path"], gitlab["paths"][0], example("buildspec.yml")["artifacts"]["base-directory"]):
        assert list((tmp_path / folder).glob("*/summary.json"))
    assert upload["if"] == gitlab["when"] + "()" == "always()"


def test_the_options_that_they_use_are_the_gates(capsys: pytest.CaptureFixture[str]) -> None:
    """An option that the gate loses is noticed here, and not in a pipeline at night."""
    with pytest.raises(SystemExit):
        main(["gate", "--help"])
    helped = capsys.readouterr().out
    for commands in SERVICES.values():
        words = shlex.split(" ".join(command[-1] for command in commands()).split("drill gate")[1])
        assert all(word in helped for word in words if word.startswith("--"))
