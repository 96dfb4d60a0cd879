"""A run that is broken stays so, whatever one place of its summary is made to say."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from drill.config import GateSettings
from drill.reporting import seal
from drill.reporting.gate import judged
from drill.reporting.records import StageRecord
from drill.verdict import Ruling
from tests.drill.reporting.gate.made import BROKEN, HELD, NOW, SKIPPED, made

GONE = object()
INSTEAD = (GONE, None, False, 1e300, "held", "2026-11-23T11:00:00", [], {})
SEAL = ("files", "digest", "signature")


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a document, from the outside in."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield (*path, key)
        yield from places(each, (*path, key))


def with_instead(document: dict[str, Any], path: tuple[str | int, ...], instead: Any) -> dict[str, Any]:
    """The document with something else at one place."""
    changed = copy.deepcopy(document)
    *way, last = path
    here: Any = changed
    for key in way:
        here = here[key]
    if instead is GONE:
        del here[last]
    else:
        here[last] = copy.deepcopy(instead)
    return changed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run in which one experiment held, one broke, and one was skipped."""
    stage = StageRecord(name="injecting", began=NOW - timedelta(hours=2), ended=NOW - timedelta(hours=1))
    timed = replace(BROKEN, began=stage.began, ended=stage.ended, stages=(stage,), glance={"requests": 4})
    return made(tmp_path / "run", HELD, timed, SKIPPED)


def rulings(folder: Path, documents: Iterator[dict[str, Any]]) -> set[Ruling]:
    """What the gate rules of each; it never raises."""
    found = set()
    for document in documents:
        (folder / "summary.json").write_text(json.dumps(document))
        found.add(judged(folder, GateSettings(), now=NOW).ruling)
    return found


def test_one_change_is_always_found(folder: Path) -> None:
    """Without a key, and wherever it is: the run is no evidence any more."""
    sealed = json.loads((folder / "summary.json").read_text())
    changed = (
        document
        for path in places(sealed)
        for instead in INSTEAD
        if (document := with_instead(sealed, path, instead)) != sealed and path != ("signature",)
    )
    assert rulings(folder, changed) == {Ruling.UNDECIDED}


def test_no_one_change_makes_a_broken_run_hold_even_where_the_digests_are_computed_anew(folder: Path) -> None:
    """What a run says of itself, it says more than once; only who changes all of it, and has the key, is believed."""
    sealed = json.loads((folder / "summary.json").read_text())
    bare = {name: value for name, value in sealed.items() if name not in SEAL}
    changed = (seal.sealed(with_instead(bare, path, instead), folder) for path in places(bare) for instead in INSTEAD)
    found = rulings(folder, changed)
    assert Ruling.HELD not in found
    assert Ruling.BROKEN in found
