"""What usually breaks a promise: known of every promise, and of nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import drill.checks
from drill.reporting import usual_causes
from drill.reporting.usual_causes import Usual, usual, usual_cause

CHECKS = Path(drill.checks.__path__[0])
NAMED = {"promise", "observation"}
"""What gives a check its name; other functions hand a name on to them."""


def promised(source: str) -> set[str]:
    """The names of promises in a module of checks: literals given to what names them, or to whoever hands them on."""
    tree = ast.parse(source)
    hands_on = {
        function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and any(_takes_a_name(each) for each in ast.walk(function))
    }
    found = set()
    for call in (each for each in ast.walk(tree) if isinstance(each, ast.Call)):
        called = call.func.id if isinstance(call.func, ast.Name) else ""
        first = call.args[:1] if called in NAMED | hands_on else []
        keywords = [each.value for each in call.keywords if each.arg == "promise"]
        found |= {each.value for each in (*first, *keywords) if isinstance(each, ast.Constant)}
    return {name for name in found if isinstance(name, str)}


def _takes_a_name(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in NAMED
        and isinstance(node.args[0], ast.Name)
    )


PROMISES = {name for path in CHECKS.rglob("*.py") for name in promised(path.read_text("utf-8"))}


def test_every_promise_that_a_check_makes_has_its_usual_cause() -> None:
    """Whoever adds a check writes down what usually breaks it, in one of the books of drill/reporting/usual_causes."""
    assert len(PROMISES) > 100
    assert not PROMISES - usual().keys()


def test_no_cause_is_kept_of_what_nobody_promises() -> None:
    """A check that goes takes its cause with it; a name that is misspelt would never be shown."""
    assert not usual().keys() - PROMISES


@pytest.mark.parametrize("name", sorted(PROMISES))
def test_cause_and_step_are_sentences_without_their_end(name: str) -> None:
    """They are put behind "usually:" and "next:", on a line of a terminal or in a cell of a page."""
    told = usual()[name]
    for sentence in (told.cause, told.step):
        assert 20 < len(sentence) < 220
        assert sentence.isascii()
        assert not sentence.endswith((".", ",", ";"))
        assert sentence == " ".join(sentence.split())


def test_both_are_one_sentence_for_who_has_room_for_one() -> None:
    """The page and Allure show cause and next step together."""
    told = usual()["recovered_within"]
    assert usual_cause("recovered_within") == f"{told.cause}; next: {told.step}"


def test_nothing_is_known_of_what_no_check_promises() -> None:
    """An experiment that came to nothing has no usual cause."""
    assert usual_cause("experiment") is None


def test_a_promise_that_stands_in_two_books_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two causes of one promise would hide one another."""
    monkeypatch.setattr(usual_causes, "BOOKS", ("cost.toml", "cost.toml"))
    with pytest.raises(ValueError, match=r"cost\.toml: within_budget: stands in another book"):
        usual.__wrapped__()


def test_a_check_without_a_cause_would_be_found() -> None:
    """The search sees a decorator's name, one that is handed on, and one among a setting's."""
    source = """
def one():
    @promise("first", limit_s=1)
    def judged(history, moments): ...

def two():
    return _handed("second")

def _handed(name):
    @observation(name)
    def judged(history): ...

three = Setting(promise="third")
"""
    assert promised(source) == {"first", "second", "third"}


def test_what_is_known_is_a_value() -> None:
    """Two sentences, and nothing else, so that a book with another key is refused when it is read."""
    with pytest.raises(TypeError):
        Usual(cause="so it is", step="do this", remark="by the way")  # type: ignore[call-arg]
