"""An application whose region is silent reads and writes in the other one, soon and for good."""

from __future__ import annotations

import pytest

from drill.checks.replication import turns_to_the_other_region_within
from drill.verdict import Ruling
from tests.drill.checks.load.stories import between
from tests.drill.checks.replication.stories import HEALED_S, HERE, THERE, TURNED_S, region_loss

check = turns_to_the_other_region_within(5.0)


def test_in_time() -> None:
    """Counted to the first answer of the other region after which nearly all are served."""
    verdict = check(region_loss().told())
    assert verdict.ruling is Ruling.HELD
    assert verdict.measured["reads_turned_s"] == pytest.approx(TURNED_S, abs=0.05)
    assert verdict.measured["writes_turned_s"] == pytest.approx(TURNED_S, abs=0.05)


def test_too_late() -> None:
    """A limit is a limit."""
    assert turns_to_the_other_region_within(0.5)(region_loss().told()).ruling is Ruling.BROKEN


@pytest.mark.parametrize("endpoint", ["reader", "writer"])
def test_one_kind_never_turns(endpoint: str) -> None:
    """Who reads there and cannot write has not turned, nor has who writes there and cannot read."""
    failed = {"outcome": "failed", "cause": "silent", "server": None}
    story = region_loss().change(
        "requests", failed, lambda row: row["endpoint"] == endpoint and between(0, HEALED_S)(row)
    )
    verdict = check(story.told())
    assert verdict.ruling is Ruling.BROKEN
    assert "never were served in the other region" in verdict.because


def test_back_and_forth() -> None:
    """What falls back again has not turned for good: the last stretch counts."""
    story = region_loss().change("requests", {"outcome": "failed", "server": None}, between(3.0, 3.5))
    verdict = check(story.told())
    assert verdict.ruling is Ruling.HELD
    assert float(verdict.measured["reads_turned_s"] or 0) == pytest.approx(3.5, abs=0.3)
    assert turns_to_the_other_region_within(2.0)(story.told()).ruling is Ruling.BROKEN


def test_a_straggler() -> None:
    """One request in a hundred that fails is no outage."""
    story = region_loss()
    for row in [row for row in story.tables["requests"] if between(2, 6)(row)][::100]:
        row.update({"outcome": "unknown", "cause": "silent", "server": None})
    assert check(story.told()).ruling is not Ruling.BROKEN


def test_the_silent_region_answers() -> None:
    """A region that answers is not silent, and nobody had to turn."""
    story = region_loss().change("requests", {"server": HERE}, between(2.0, 3.0))
    verdict = check(story.told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert "answered 50 requests while it was to be silent" in verdict.because


def test_healed_before_the_limit() -> None:
    """Who had less time than the objective grants cannot have failed it."""
    never = {"outcome": "failed", "server": None}
    story = region_loss().change("requests", never, between(0, HEALED_S))
    assert turns_to_the_other_region_within(10.0)(story.told()).ruling is Ruling.UNDECIDED
    assert check(story.told()).ruling is Ruling.BROKEN


def test_served_elsewhere_before() -> None:
    """Who never used the region that fell silent has not turned."""
    story = region_loss().change("requests", {"server": THERE})
    verdict = check(story.told())
    assert verdict.ruling is Ruling.UNDECIDED
    assert "was not served by us-east-1 before" in verdict.because


def test_undecided() -> None:
    """Without requests of both kinds, and without a word of who answered, nothing is known."""
    reads_only = region_loss().without("requests", lambda row: row["endpoint"] == "writer")
    assert check(reads_only.told()).ruling is Ruling.UNDECIDED
    silent = region_loss().change("requests", {"server": None})
    assert check(silent.told()).ruling is Ruling.UNDECIDED
    assert check(region_loss().forget("requests").told()).ruling is Ruling.UNDECIDED
