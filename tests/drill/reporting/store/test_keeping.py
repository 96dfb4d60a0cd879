"""What a run that ends does with its store: nothing that goes wrong there is worth the run."""

from __future__ import annotations

import shutil

import pytest

from drill.cli import main
from drill.config import StoreSettings
from drill.reporting.store import S3, earlier, keep
from tests.drill.reporting.store.conftest import Make
from tests.drill.reporting.trends.runs import recovery

DOWN = StoreSettings(url="s3://evidence", endpoint_url="http://127.0.0.1:9", region="us-east-1")


@pytest.fixture
def settings(bucket: S3, s3_url: str, monkeypatch: pytest.MonkeyPatch) -> StoreSettings:
    """What drill.toml says of the bucket, with credentials in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "drill")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "drill")
    return StoreSettings(url=str(bucket), endpoint_url=s3_url, region="us-east-1")


def test_a_run_is_kept_where_drill_toml_says(settings: StoreSettings, bucket: S3, make: Make) -> None:
    """And the line says where; without a store there is none."""
    folder = make()
    assert keep(folder, settings) == f"kept at {bucket}/{folder.name}"
    assert bucket.names() == (folder.name,)
    assert keep(folder, StoreSettings()) is None


def test_a_run_that_cannot_be_kept_is_said_in_a_line(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the folder it lies in; whatever it is that went wrong."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "drill")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "drill")
    folder = make()
    line = keep(folder, DOWN)
    assert line is not None
    assert line.startswith(f"not kept: s3://evidence/{folder.name}: ")
    assert line.endswith(f"; it lies in {folder}")
    assert "\n" not in line
    shutil.rmtree(folder)
    assert str(keep(folder, DOWN)).startswith("not kept: ")


def test_earlier_runs_come_from_here_and_there(settings: StoreSettings, bucket: S3, make: Make) -> None:
    """Each once, newest last; of the target alone."""
    folders = [make(day, recovery(float(day))) for day in range(4)]
    for folder in folders[:3]:
        bucket.push(folder)
    bucket.push(make(5, target="staging"))
    reports = folders[0].parents[1]
    shutil.rmtree(folders[0])
    found = earlier(reports, settings, target="lab")
    assert [each.name for each in found] == [folder.name for folder in folders]
    assert earlier(reports, settings, target="lab", last=2) == found[-2:]


def test_a_store_that_is_down_costs_a_comparison_and_no_run(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies here is found all the same."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "drill")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "drill")
    folder = make()
    assert [each.name for each in earlier(folder.parents[1], DOWN, target="lab")] == [folder.name]
    assert earlier(folder / "nowhere", DOWN, target="lab") == ()


def test_trends_are_told_of_what_was_kept(
    settings: StoreSettings, bucket: S3, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the command, from the bucket that drill.toml names."""
    folder = make(0, recovery(1.3))
    for day in range(1, 6):
        bucket.push(make(day, recovery(1.3 + day / 100)))
    bucket.push(folder)
    bucket.push(make(6, recovery(20.1)))
    drill_toml = folder.parent / "drill.toml"
    drill_toml.write_text(f'[store]\nurl = "{bucket}"\nendpoint_url = "{settings.endpoint_url}"\nregion = "us-east-1"')
    assert main(["--drill-toml", str(drill_toml), "trends"]) == 1
    assert "recovery time: 20.1 s after 1.325 s (median of 6 runs)" in capsys.readouterr().out
