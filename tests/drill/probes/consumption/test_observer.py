"""Who watches the spending lets the other one watch, and adds the bill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import pytest

from drill.errors import ProbeError
from drill.history import Anchor
from drill.probes.consumption import SpendingObserver
from drill.tables import typed_table

ROW: dict[str, Any] = {"service": "aurora", "resource": "lab", "item": "cluster io", "unit": "million", "quantity": 1.0}


@dataclass
class Counted:
    """I/O that somebody counted; broken where `fails`."""

    fails: bool = False

    def table(self) -> pl.DataFrame:
        """One row."""
        if self.fails:
            raise ProbeError("counting I/O broke down")
        return typed_table("consumption", [ROW | {"from_ns": 0, "to_ns": 1, "source": "counters"}])


@dataclass
class Other:
    """Notes what it is asked, and knows one setting."""

    asked: list[str] = field(default_factory=list)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note it."""
        self.asked.append("begins")
        yield
        self.asked.append("ends")

    def look(self, moment: str) -> None:
        """Note it."""
        self.asked.append(moment)

    def examine(self) -> None:
        """Note it."""
        self.asked.append("examines")

    def tables(self) -> Mapping[str, pl.DataFrame]:
        """One setting."""
        return {"settings": typed_table("settings", [{"subject": "application", "name": "a", "value": "1"}])}

    def anchor(self) -> Anchor:
        """Any."""
        return Anchor(monotonic_ns=0, wall_ns=0, error_ns=0)


def observed(other: Other, *, fails: bool = False) -> tuple[SpendingObserver, list[tuple[int, int]]]:
    """An observer of spending, and what it asked the bill about; its clock tells 10, 20, ..."""
    asked: list[tuple[int, int]] = []
    clock = iter(range(10, 100, 10))

    def spent(from_ns: int, to_ns: int) -> Mapping[str, pl.DataFrame]:
        asked.append((from_ns, to_ns))
        return {"settings": typed_table("settings", [{"subject": "cluster", "name": "Region", "value": "us-east-1"}])}

    @contextmanager
    def counting() -> Iterator[Any]:
        yield Counted(fails=fails)

    observer = SpendingObserver(beside=other, counting=counting, spent=spent, now_ns=lambda: next(clock))
    return observer, asked


def test_the_other_one_watches_as_ever() -> None:
    """Each turn is handed on, in order; the bill is asked for from the beginning to the end, once that is done."""
    other = Other()
    observer, asked = observed(other)
    with observer.watching():
        observer.look("before")
        observer.look("during")
    observer.examine()
    assert other.asked == ["begins", "before", "during", "ends", "examines"]
    assert asked == [(10, 20)]


def test_what_both_have_seen_is_one_table() -> None:
    """Settings of both stand together, and what was counted beside them."""
    observer, _ = observed(Other())
    with observer.watching():
        pass
    observer.examine()
    tables = observer.tables()
    assert tables["settings"]["subject"].cast(pl.String).to_list() == ["application", "cluster"]
    assert tables["consumption"].height == 1


def test_a_bill_with_gaps_proves_nothing() -> None:
    """Where counting broke down, so does the experiment."""
    observer, _ = observed(Other(), fails=True)
    with pytest.raises(ProbeError, match="counting I/O broke down"), observer.watching():
        pass
