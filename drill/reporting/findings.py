"""What was found, in order of gravity, for a terminal: broken, undecided, skipped; what was held is only counted.

Of each broken promise: what was expected, what was seen, where the evidence lies, what usually causes it, and what to
look at next. What usually causes it is said once a promise, however many experiments broke it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.text import Text

from drill.reporting.records import ExperimentRecord, RunRecord
from drill.reporting.usual_causes import usual
from drill.verdict import Ruling, Verdict

Say = Callable[[str], str]
Line = tuple[Text, int]
"""A line, and how far it is indented."""

EVIDENCE_LINES = 5
INDENT = 4
SEEN = "seen: "
"""What was seen is a list: its lines stand below each other, behind these words."""
STYLES = {Ruling.HELD: "green", Ruling.UNDECIDED: "yellow", Ruling.BROKEN: "bold red"}
DRAWN = ("timeline.svg", "ramp.svg", "history.parquet")
PAGE = "index.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The findings of a run; `say` spells every word, `folder` is the run's, as the reader would type it."""

    run: RunRecord
    say: Say
    folder: Path | None = None
    _explained: set[str] = field(default_factory=set)

    def lines(self) -> Iterator[Line]:
        """All of them."""
        for ruling in (Ruling.BROKEN, Ruling.UNDECIDED):
            for record in self.run.executed:
                if ruling is Ruling.UNDECIDED and not record.promises:
                    yield self._headline(ruling, f"{record.title}: nothing was judged")
                    yield from self._evidence(record)
                for promise in record.promises:
                    if promise.ruling is ruling:
                        yield from self._finding(record, promise)
        for record in self.run.experiments:
            if record.skipped is not None:
                yield Text(self.say(f"skipped {record.title}: {record.skipped}"), style="dim"), 0
        yield from self._held()

    def _finding(self, record: ExperimentRecord, promise: Verdict) -> Iterator[Line]:
        yield self._headline(promise.ruling, f"{record.title}: {promise.name}: {promise.because}")
        if promise.ruling is Ruling.BROKEN:
            yield self._line("expected", expected(promise))
        for number, line in enumerate(evidence(promise)):
            yield (Text(self.say(line)), INDENT + len(SEEN)) if number else self._line("seen", line)
        yield from self._evidence(record)
        if promise.ruling is Ruling.BROKEN:
            yield from self._usual(promise.name)

    def _usual(self, name: str) -> Iterator[Line]:
        told = usual().get(name)
        if told is not None and name not in self._explained:
            self._explained.add(name)
            yield self._line("usually", told.cause)
            yield self._line("next", told.step)

    def _evidence(self, record: ExperimentRecord) -> Iterator[Line]:
        where = "; ".join(self._places(record))
        if where:
            yield self._line("evidence", where)

    def _places(self, record: ExperimentRecord) -> Iterator[str]:
        """The folder of an experiment, as the reader would type it, and what lies in it; then its place on the page."""
        if self.folder is None or record.directory is None:
            return
        if record.directory.is_dir() and any(record.directory.iterdir()):
            scenario, fault = record.directory.parts[-2:]
            files = [name for name in DRAWN if (record.directory / name).exists()]
            yield f"{self.folder / scenario / fault}{': ' if files else ''}{', '.join(files)}"
        if (record.directory.parents[1] / PAGE).exists():
            number = next(number for number, each in enumerate(self.run.experiments, 1) if each is record)
            yield f"{self.folder / PAGE}#experiment-{number}"

    def _held(self) -> Iterator[Line]:
        executed = self.run.executed
        promises = [promise for record in executed for promise in record.promises]
        held = sum(each.ruling is Ruling.HELD for each in promises)
        whole = sum(each.ruling is Ruling.HELD for each in executed)
        if held:
            yield self._headline(
                Ruling.HELD,
                f"{held:,} of {len(promises):,} promises, in {whole} of {len(executed)} experiments all of them",
            )

    def _headline(self, ruling: Ruling, words: str) -> Line:
        return Text.assemble((str(ruling).upper(), STYLES[ruling]), " ", self.say(words)), 0

    def _line(self, about: str, words: str) -> Line:
        return Text.assemble((f"{about}: ", "dim"), self.say(words)), INDENT


def expected(promise: Verdict) -> str:
    """The promise in its own words, with its objective where it has one: `recovered within: 60 s`."""
    words = promise.name.replace("_", " ")
    return words if promise.objective is None else f"{words}: {promise.objective}"


def evidence(promise: Verdict) -> Iterator[str]:
    """Its findings, a few of them; how many more there are is said."""
    yield from promise.evidence[:EVIDENCE_LINES]
    more = len(promise.evidence) - EVIDENCE_LINES
    if more > 0:
        yield f"and {more} more in summary.json"
