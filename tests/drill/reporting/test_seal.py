"""The seal: a run is as it was left, or the gate is told what is not."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.errors import ConfigError
from drill.reporting import seal
from tests.drill.reporting.gate.made import BROKEN, HELD, changed, made

KEY = "a key of the release team"
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
documents = st.dictionaries(st.text(max_size=5), values, max_size=4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run with two experiments, signed."""
    return made(tmp_path / "run", HELD, BROKEN, key=KEY)


def problems(folder: Path, key: str | None = None) -> tuple[str, ...]:
    """What speaks against it."""
    return seal.verify(folder / "summary.json", key)


def resealed(folder: Path, change: Callable[[dict[str, Any]], object], key: str | None = None) -> None:
    """What a saboteur leaves who changes the summary and computes every digest anew."""
    path = folder / "summary.json"
    document = json.loads(path.read_text())
    change(document)
    bare = {name: value for name, value in document.items() if name not in {"files", "digest", "signature"}}
    path.write_text(json.dumps(seal.sealed(bare, folder, key=key)))


def test_nothing_speaks_against_a_run_that_was_left_alone(folder: Path) -> None:
    """With the key that it was signed by, and without any."""
    assert problems(folder) == problems(folder, KEY) == ()


def test_every_file_is_listed_but_the_summary_and_the_rulings_on_it(folder: Path) -> None:
    """Drafts are hidden, and none of the run; a ruling is written after the seal."""
    for name in ("gate.json", "gate.xml", ".summary.json-draft"):
        (folder / name).write_text("later")
    (folder / "failover" / "gate.json").write_text("evidence of that name")
    document = seal.sealed({}, folder)
    assert sorted(document["files"]) == [
        "failover/0-crash-of-the-writer/history.parquet",
        "failover/1-zone-loss/history.parquet",
        "failover/gate.json",
        "validation.md",
    ]


def test_a_run_can_be_copied_elsewhere(folder: Path, tmp_path: Path) -> None:
    """Nothing that the seal holds depends on the place."""
    shutil.copytree(folder, tmp_path / "elsewhere" / "another-name")
    assert problems(tmp_path / "elsewhere" / "another-name", KEY) == ()


def test_the_layout_of_the_file_does_not_matter(folder: Path) -> None:
    """Whoever formats the JSON, or sorts its keys, alters nothing."""
    path = folder / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text()), sort_keys=True, ensure_ascii=True))
    assert problems(folder, KEY) == ()


@given(documents, st.none() | st.just(KEY))
def test_what_is_sealed_verifies_after_it_was_written_and_read(document: dict[str, Any], key: str | None) -> None:
    """Whatever JSON can say comes back as it was sealed: floats, surrogates, keys in any order."""
    sealed = seal.sealed(document, Path("/nonexistent"), key=key)
    read = seal.parsed(json.dumps(sealed, ensure_ascii=False))
    assert seal.problems(read, Path("/nonexistent"), key) == ()


@given(documents, documents)
def test_two_documents_share_a_digest_only_if_they_are_equal(one: dict[str, Any], other: dict[str, Any]) -> None:
    """The canonical form is one to one, as JSON sees it."""
    digests = [seal.sealed(each, Path("/nonexistent"))["digest"] for each in (one, other)]
    spelled = [json.dumps(each, sort_keys=True) for each in (one, other)]
    reserved = {"files", "digest", "signature"}
    if not reserved & {*one, *other}:
        assert (digests[0] == digests[1]) == (spelled[0] == spelled[1])


def _flip(folder: Path) -> None:
    path = folder / "failover" / "1-zone-loss" / "history.parquet"
    content = bytearray(path.read_bytes())
    content[500] ^= 1
    path.write_bytes(content)


def _link(folder: Path) -> None:
    path = folder / "validation.md"
    path.rename(folder.parent / "moved.md")
    path.symlink_to(folder.parent / "moved.md")


def _pipe(folder: Path) -> None:
    (folder / "validation.md").unlink()
    os.mkfifo(folder / "validation.md")


DAMAGE = {
    "one bit of a history": (_flip, "'failover/1-zone-loss/history.parquet': is not the file that was sealed"),
    "a file is gone": (lambda folder: (folder / "validation.md").unlink(), "'validation.md': is missing"),
    "a file is cut": (lambda folder: (folder / "validation.md").write_text("cri"), "is not the file that was sealed"),
    "a link to the same content": (_link, "'validation.md': is reached by a symbolic link"),
    "a pipe that would never end": (_pipe, "'validation.md': is no file"),
    "a word of the summary": (
        lambda folder: changed(folder, lambda document: document.update(target="production")),
        "summary.json: was altered after it was sealed",
    ),
    "an experiment is taken out": (
        lambda folder: changed(folder, lambda document: document["experiments"].pop()),
        "summary.json: was altered after it was sealed",
    ),
    "no digest": (
        lambda folder: changed(folder, lambda document: document.pop("digest")),
        "summary.json: was altered after it was sealed",
    ),
    "a digest that is no text": (
        lambda folder: changed(folder, lambda document: document.update(digest=7)),
        "summary.json: was altered after it was sealed",
    ),
    "no files": (
        lambda folder: changed(folder, lambda document: document.pop("files")),
        "summary.json: is not sealed",
    ),
    "a file is taken off the list": (
        lambda folder: changed(folder, lambda document: document["files"].popitem()),
        "summary.json: was altered after it was sealed",
    ),
    "a number beyond all": (
        lambda folder: (folder / "summary.json").write_text('{"files": {}, "n": 1e999}'),
        "summary.json: cannot be what was sealed",
    ),
    "a key that stands twice": (
        lambda folder: (folder / "summary.json").write_text('{"files": {}, "files": {}}'),
        "summary.json: cannot be read ('files' stands there twice)",
    ),
    "half a summary": (
        lambda folder: (folder / "summary.json").write_text((folder / "summary.json").read_text()[:900]),
        "summary.json: cannot be read",
    ),
}


@pytest.mark.parametrize(("damage", "words"), DAMAGE.values(), ids=DAMAGE)
def test_whatever_was_changed_is_noticed_and_named(folder: Path, damage: Callable[[Path], object], words: str) -> None:
    """Without a key as with one, by a line that says what."""
    damage(folder)
    for key in (None, KEY):
        assert any(words in line for line in problems(folder, key)), problems(folder, key)


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/hostname", "a/../../secret", "./validation.md", "failover//x", "", "a\0b", "..", "."]
)
def test_no_name_leads_out_of_the_run(folder: Path, name: str) -> None:
    """Nothing outside is opened, or believed, however its digest reads."""
    (folder.parent / "secret").write_text("x")
    path = folder / "summary.json"
    document = json.loads(path.read_text())
    document["files"][name] = "0" * 64
    assert f"{name!r}: is no path within the run" in seal.problems(document, folder)


def test_who_computes_every_digest_anew_is_noticed_by_a_key_only(folder: Path) -> None:
    """A digest finds corruption; only a signature finds intent."""
    resealed(folder, lambda document: document["experiments"].pop())
    assert problems(folder) == ()
    (line,) = problems(folder, KEY)
    assert line.startswith("summary.json: is not signed, and DRILL_SIGNING_KEY demands it")


def test_a_signature_by_another_key_is_none(folder: Path) -> None:
    """And one from before the change is none either."""
    assert "its signature is not by this" in problems(folder, "another key")[0]
    resealed(folder, lambda document: document["experiments"].pop(), key="another key")
    assert "its signature is not by this" in problems(folder, KEY)[0]


def test_the_signature_covers_the_digest(folder: Path) -> None:
    """A signature cannot be carried over to another digest."""
    changed(folder, lambda document: document.update(digest="0" * 64))
    assert any("its signature is not by this" in line for line in problems(folder, KEY))


def test_files_that_came_later_are_told_from_those_of_the_run(folder: Path) -> None:
    """They are no corruption; who reads them as evidence is warned."""
    (folder / "notes.txt").write_text("by hand")
    assert problems(folder, KEY) == ()
    assert seal.unlisted(json.loads((folder / "summary.json").read_text()), folder) == ("notes.txt",)


def test_a_missing_summary_is_a_problem_and_no_exception(tmp_path: Path) -> None:
    """Whoever verifies is told, whatever there is."""
    (line,) = seal.verify(tmp_path / "summary.json")
    assert line.startswith("summary.json: cannot be read")


def test_a_key_is_what_the_environment_holds() -> None:
    """Without the newline that a file or an editor put behind it."""
    assert seal.key_in({}) is None
    assert seal.key_in({"DRILL_SIGNING_KEY": "a key"}) == seal.key_in({"DRILL_SIGNING_KEY": "a key\n"}) == "a key"


@pytest.mark.parametrize("key", ["", "  ", "\n"])
def test_a_key_that_is_set_and_empty_is_neither_a_key_nor_the_absence_of_one(key: str) -> None:
    """A pipeline whose secret is gone would otherwise take any run for signed enough."""
    with pytest.raises(ConfigError, match="is set, and empty"):
        seal.key_in({"DRILL_SIGNING_KEY": key})
