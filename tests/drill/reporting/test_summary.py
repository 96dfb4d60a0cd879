"""summary.json: what is written is what is read, and nothing that a gate cannot parse."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.errors import ConfigError
from drill.reporting import summary
from drill.reporting.records import ExperimentRecord, RunRecord, StageRecord
from drill.verdict import Ruling, Verdict
from tests.drill.reporting.synthetic import experiment, recovered, run

words = st.text('abc xyz\u2013±\n"\\', max_size=12)
figures = st.none() | st.integers(0, 10**7) | st.floats(allow_nan=False, allow_infinity=False)
verdicts = st.builds(
    Verdict,
    name=words,
    ruling=st.sampled_from(Ruling),
    because=words,
    objective=st.none() | words,
    measured=st.dictionaries(words, figures, max_size=3),
    evidence=st.lists(words, max_size=3).map(tuple),
)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given UTC here
stages = st.builds(StageRecord, name=words, began=moments, ended=st.none() | moments)
experiments = st.builds(
    ExperimentRecord,
    scenario=words,
    fault=words,
    phases=st.dictionaries(words, st.none() | st.floats(0, 1e6), max_size=3),
    promises=st.lists(verdicts, max_size=3).map(tuple),
    skipped=st.none() | words,
    story=words,
    repetition=st.integers(1, 9),
    began=st.none() | moments,
    ended=st.none() | moments,
    stages=st.lists(stages, max_size=3).map(tuple),
)
runs = st.builds(
    RunRecord,
    target=words,
    started=moments,
    finished=moments,
    versions=st.dictionaries(words, words, max_size=3),
    objectives=st.dictionaries(words, words, max_size=3),
    experiments=st.lists(experiments, max_size=3).map(tuple),
    kind=st.sampled_from(("lab", "aurora", "dynamodb")),
    subject=words,
    name=words,
    asked=words,
)


@given(runs)
def test_a_run_survives_being_written_and_read(record: RunRecord) -> None:
    """read(write(run)) is the run, and writing it again gives the same bytes."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "summary.json"
        summary.write(record, path)
        first = path.read_bytes()
        assert summary.read(path) == record
        summary.write(summary.read(path), path)
        assert path.read_bytes() == first


def test_the_keys_are_those_of_the_design_in_its_order(tmp_path: Path) -> None:
    """Schema 2: what the design asks for, what was skipped and where evidence lies, stages, and what the target is."""
    path = tmp_path / "summary.json"
    summary.write(run(directory=tmp_path / "failover" / "crash"), path)
    document = json.loads(path.read_text())
    assert list(document) == [
        "schema", "name", "target", "kind", "subject", "asked", "started", "finished", "versions", "objectives",
        "ruling", "experiments", "files", "digest", "signature",
    ]  # fmt: skip
    assert (document["schema"], document["ruling"]) == (2, "held")
    assert document["started"] == "2026-11-22T14:30:00Z"
    assert document["objectives"] == {"recovery_time": "60s"}
    (entry,) = document["experiments"]
    assert list(entry) == [
        "scenario", "fault", "story", "repetition", "ruling", "skipped", "directory", "began", "ended", "stages",
        "phases", "glance", "promises",
    ]  # fmt: skip
    assert (entry["directory"], entry["phases"]["recovered"]) == ("failover/crash", 2.58)
    assert list(entry["promises"][0]) == ["name", "ruling", "because", "objective", "measured", "evidence"]


def test_the_directory_moves_with_the_summary(tmp_path: Path) -> None:
    """A run that is copied elsewhere still finds its evidence beside it."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    summary.write(run(directory=here / "failover"), here / "summary.json")
    here.rename(there)
    assert summary.read(there / "summary.json").experiments[0].directory == there / "failover"


@pytest.mark.parametrize("figure", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_written_as_null(tmp_path: Path, figure: float) -> None:
    """NaN and infinity are no JSON: neither in a measurement nor in a phase do they appear."""
    path = tmp_path / "summary.json"
    summary.write(run(experiment(recovered(figure), phases={"recovered": figure})), path)
    entry = json.loads(path.read_text(), parse_constant=pytest.fail)["experiments"][0]
    assert entry["promises"][0]["measured"]["recovery_time_s"] is None
    assert entry["phases"]["recovered"] is None


def test_no_secret_is_written(tmp_path: Path) -> None:
    """A password in a reason, a finding, a version or a fault is masked."""
    path = tmp_path / "summary.json"
    leak = "password=hunter2hunter2"
    promise = recovered(None, Ruling.BROKEN, because=leak, evidence=(leak,))
    summary.write(
        replace(run(experiment(promise, fault=leak)), versions={"url": "postgresql://u:hunter2hunter2@h/d"}), path
    )
    assert "hunter2" not in path.read_text()


def test_a_text_that_is_no_unicode_is_still_written(tmp_path: Path) -> None:
    """A lone surrogate, as undecodable bytes become, ends as an escape and comes back as it was."""
    path = tmp_path / "summary.json"
    record = run(experiment(recovered(1.0, because="\udc80")))
    summary.write(record, path)
    assert summary.read(path) == record


def test_nothing_is_left_of_a_draft(tmp_path: Path) -> None:
    """The file is replaced in one step; no other file lies beside it, whether it worked or not."""
    path = tmp_path / "summary.json"
    summary.write(run(), path)
    summary.write(run(), path)
    assert list(tmp_path.iterdir()) == [path]
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        summary.write(run(), tmp_path / "taken")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["summary.json", "taken"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{", "the file: cannot be read (Expecting property name"),
        ("[]", "schema: is None, and we read 2; run the suite again"),
        ('{"schema": 1}', "schema: is 1, and we read 2; run the suite again"),
        ('{"schema": 2, "schema": 2}', "the file: cannot be read ('schema' stands there twice)"),
        ('{"schema": 2, "age": NaN}', "the file: cannot be read (NaN is no JSON)"),
        ("[" * 200_000, "the file: cannot be read (nested too deep)"),
        ('{"schema": 2}', "target: missing value; run the suite again"),
        ('{"schema": 2, "target": "lab", "started": 5}', "the file: no summary (fromisoformat"),
        (
            '{"schema": 2, "target": "lab", "started": "2026-11-22T14:30:00"}',
            "the file: no summary (2026-11-22T14:30:00 ",
        ),
        ('{"schema": 2, "target": ["lab"]}', "the file: no summary (['lab'] stands where a text belongs)"),
    ],
)
def test_a_file_that_is_no_summary_is_refused_with_a_remedy(tmp_path: Path, text: str, line: str) -> None:
    """A torn file, another schema or a missing key is a ConfigError that names the file."""
    path = tmp_path / "summary.json"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        summary.read(path)
    assert str(caught.value).startswith(f"{path}: {line}")


def test_a_part_is_read_as_the_whole_is_and_has_no_seal(tmp_path: Path) -> None:
    """What one worker saw, while others still write beside it: nothing of the folder is looked at."""
    summary.write_part(run(), tmp_path / "part-1.json")
    assert summary.read(tmp_path / "part-1.json") == run()
    assert "digest" not in json.loads((tmp_path / "part-1.json").read_text())
