"""What is written for Allure holds no secret, and is what allure-pytest would have written but for that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from allure_commons import model2
from allure_commons.logger import AllureFileLogger
from hypothesis import given
from hypothesis import strategies as st

from drill.reporting.allure.logger import SecretiveLogger

PNG = b"\x89PNG\r\n\x1a\n\x00\xff"


@pytest.fixture
def logger(tmp_path: Path) -> SecretiveLogger:
    """One that writes into the test's own folder."""
    return SecretiveLogger(tmp_path)


def written(folder: Path, pattern: str = "*-result.json") -> dict[str, Any]:
    """The one that there is."""
    (path,) = folder.glob(pattern)
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def test_it_writes_what_allures_own_would(tmp_path: Path) -> None:
    """The same document under the same kind of name, for a result without secrets."""
    result = model2.TestResult(
        name="lässt nichts aus",
        status="failed",
        statusDetails=model2.StatusDetails(message="2 of 41,207 are lost", known=False),
        labels=[model2.Label(name="epic", value="DynamoDB")],
        steps=[model2.TestStepResult(name="steady state", start=1, stop=2)],
        start=1,
        stop=3,
    )
    AllureFileLogger(tmp_path / "theirs").report_result(result)
    SecretiveLogger(tmp_path / "ours").report_result(result)
    assert written(tmp_path / "ours") == written(tmp_path / "theirs")


def test_what_pytest_puts_away_without_a_name_is_no_step(logger: SecretiveLogger, tmp_path: Path) -> None:
    """It tells nobody anything, unless it failed."""

    def after(name: str, status: str = "passed") -> model2.TestAfterResult:
        return model2.TestAfterResult(name=name, status=status)

    named, failed = after("lab::stop"), after("judge::<lambda>", "failed")
    logger.report_container(model2.TestResultContainer(afters=[after("judge::<lambda>"), named, failed]))
    assert [each["name"] for each in written(tmp_path, "*-container.json")["afters"]] == [named.name, failed.name]


def test_no_text_of_a_result_holds_a_secret(logger: SecretiveLogger, tmp_path: Path) -> None:
    """Message, traceback, names of steps, parameters: each is redacted by itself, so that JSON stays JSON."""
    logger.report_result(
        model2.TestResult(
            name="postgresql://app:one-of-them@orders",
            statusDetails=model2.StatusDetails(
                message="password='two-of-them'", trace='E  {"password": "three-of-them"}'
            ),
            steps=[model2.TestStepResult(name="PGPASSWORD=four-of-them")],
            parameters=[model2.Parameter(name="url", value="'postgresql://app:five-of-them@orders'")],
        )
    )
    assert "-of-them" not in json.dumps(written(tmp_path))
    assert written(tmp_path)["statusDetails"]["message"] == "password=***"


def test_a_parameter_is_judged_by_its_name_and_masked_wherever_it_stands(
    logger: SecretiveLogger, tmp_path: Path
) -> None:
    """Pytest puts a parameter's value into the name of the test, and into the traceback as well."""
    logger.report_result(
        model2.TestResult(
            name="test_login[hunter-of-bears]",
            statusDetails=model2.StatusDetails(message="nobody let hunter-of-bears in"),
            parameters=[
                model2.Parameter(name="password", value="'hunter-of-bears'"),
                model2.Parameter(name="user", value="'app'"),
            ],
        )
    )
    found = written(tmp_path)
    assert found["name"] == "test_login[***]"
    assert found["statusDetails"]["message"] == "nobody let *** in"
    assert found["parameters"] == [{"name": "password", "value": "***"}, {"name": "user", "value": "'app'"}]


def test_the_parameter_of_a_step_is_masked_as_well(logger: SecretiveLogger, tmp_path: Path) -> None:
    """However deep it lies."""
    inner = model2.TestStepResult(name="log in", parameters=[model2.Parameter(name="api_key", value="swordfish")])
    logger.report_result(
        model2.TestResult(name="swordfish", steps=[model2.TestStepResult(name="outer", steps=[inner])])
    )
    assert "swordfish" not in json.dumps(written(tmp_path))


def test_a_short_secret_does_not_mask_every_word(logger: SecretiveLogger, tmp_path: Path) -> None:
    """Its own place is enough: what stands in many words says nothing."""
    logger.report_result(model2.TestResult(name="a test", parameters=[model2.Parameter(name="password", value="'a'")]))
    assert written(tmp_path)["name"] == "a test"
    assert written(tmp_path)["parameters"][0]["value"] == "***"


@given(secret=st.text(st.characters(categories=["L", "N"]), min_size=4).map(lambda text: f"#{text}#"), around=st.text())
def test_no_secret_parameter_is_ever_written(
    secret: str, around: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever it is, and whatever stands around it."""
    folder = tmp_path_factory.mktemp("results")
    SecretiveLogger(folder).report_result(
        model2.TestResult(
            name=f"{around}{secret}", parameters=[model2.Parameter(name="db_password", value=f"'{secret}'")]
        )
    )
    assert secret not in json.dumps(written(folder), ensure_ascii=False)


def test_fixtures_and_what_is_about_no_test_are_redacted(logger: SecretiveLogger, tmp_path: Path) -> None:
    """They are files of their own."""
    broken = model2.TestBeforeResult(name="target", statusDetails=model2.StatusDetails(message="password=swordfish"))
    logger.report_container(model2.TestResultContainer(befores=[broken]))
    logger.report_globals(model2.Globals(errors=[model2.StatusDetails(message="password=swordfish")]))
    text = "".join(path.read_text() for path in tmp_path.iterdir())
    assert text.count("password=***") == 2
    assert "swordfish" not in text


def test_attached_text_is_redacted_whatever_its_name(logger: SecretiveLogger, tmp_path: Path) -> None:
    """From a file or not, as text or as bytes, called JSON or not."""
    (tmp_path / "source").write_text("password=swordfish")
    logger.report_attached_file(str(tmp_path / "source"), "1-attachment.svg")
    logger.report_attached_data("password=swordfish", "2-attachment.txt")
    logger.report_attached_data(b"password=swordfish", "3-attachment.json")
    assert {path.read_text() for path in tmp_path.glob("*-attachment.*")} == {"password=***"}


def test_what_is_no_text_stays_as_it_is(logger: SecretiveLogger, tmp_path: Path) -> None:
    """A picture would be one no more."""
    logger.report_attached_data(PNG, "1-attachment.png")
    assert (tmp_path / "1-attachment.png").read_bytes() == PNG


def test_what_cannot_be_utf_8_is_written_all_the_same(logger: SecretiveLogger, tmp_path: Path) -> None:
    """A lone surrogate, as file names may hold."""
    logger.report_attached_data("\udcff", "1-attachment.txt")
    logger.report_result(model2.TestResult(name="\udcff"))
    assert (tmp_path / "1-attachment.txt").read_text() == "\\udcff"
    assert written(tmp_path)["name"] == "\udcff"


def test_the_folder_is_opened_once_before_the_first_file(tmp_path: Path) -> None:
    """And not at all by a run that writes nothing."""
    seen: list[int] = []
    logger = SecretiveLogger(tmp_path / "results", lambda: seen.append(len(list((tmp_path / "results").iterdir()))))
    assert not (tmp_path / "results").exists()
    logger.report_attached_data("one", "1-attachment.txt")
    logger.report_attached_data("two", "2-attachment.txt")
    assert seen == [0]
