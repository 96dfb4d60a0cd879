"""A game day from beginning to end.

    window -> rails -> announce -> run -> heal -> gate -> tell

Up to the run anything that is not as it should be is a refusal, after which nothing is broken. From then on everything
happens, whatever went wrong before it: what is broken is healed, what was found is judged, and people are told.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from drill.errors import DrillError
from drill.gameday.child import Child
from drill.gameday.command import command
from drill.gameday.message import Message, Occasion
from drill.gameday.window import described, next_opening, refusal
from drill.reporting.gate import Judgement
from drill.reporting.gate.judgement import EXIT_CODES
from drill.reporting.run_directory import slug
from drill.verdict import Ruling

REFUSED = EXIT_CODES[Ruling.UNDECIDED]
"""Nothing was broken, and nothing is known: the same as undecided."""
JUDGED = frozenset({0, 1})
"""The exit codes with which pytest says that it came to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """One game day. What it reaches out with is injected, so that all of it also runs in memory.

    `rails` raises DrillError where something is not as it must be; `heal` undoes what a run that was killed left, and
    says whether nothing is left; `judge` is the gate; `tell` never raises. `environment` is that of the run.
    """

    occasion: Occasion
    drill_toml: Path
    suites: Path
    environment: Mapping[str, str]
    child: Child
    rails: Callable[[], None]
    heal: Callable[[], bool]
    judge: Callable[[Path], Judgement]
    tell: Callable[[Message], None]
    say: Callable[[str], None]
    now: Callable[[], datetime]
    stop: str
    host: str

    def run(self) -> int:
        """Conduct it; 0 held, 1 broken, 2 undecided or refused."""
        day = self.occasion.day
        closed = refusal(day.window, self.now())
        if closed:
            self.say(f"refused: {closed}; {self._next()}")
            return REFUSED
        with self.child.listening():
            try:
                self.rails()
            except DrillError as error:
                return self._refused(str(error))
            if self.child.is_told_to_end():
                return self._refused("it was ended before it began")
            ends = self.now().astimezone(day.window.zone) + timedelta(seconds=day.longest)
            self.tell(self.occasion.begins(ends=ends, stop=self.stop))
            if self.child.is_told_to_end():
                return self._refused("it was ended before it began")
            return self._conducted()

    def plan(self) -> int:
        """Say what would be done, and do nothing; 0 where it could begin now."""
        day = self.occasion.day
        closed = refusal(day.window, self.now())
        ends = self.now().astimezone(day.window.zone) + timedelta(seconds=day.longest)
        self.say(f"window: {described(day.window)}")
        self.say(f"now: refused: {closed}; {self._next()}" if closed else "now: it may begin")
        self.say(f"run: {shlex.join(command(day, self.drill_toml))}")
        self.say(f"announced: {self.occasion.begins(ends=ends, stop=self.stop)}")
        self.say("nothing was asked, told, or done")
        return REFUSED if closed else 0

    def _conducted(self) -> int:
        day, before = self.occasion.day, set(self._runs())
        began = self.now()
        words = command(day, self.drill_toml)
        self.say(f"run: {shlex.join(words)}")
        code = self.child.run(words, cwd=self.suites, environment=self.environment, longest_s=day.longest)
        notes = [f"it took {round((self.now() - began).total_seconds())} s"]
        ruling = Ruling.HELD
        if code not in JUDGED or self.child.is_told_to_end():
            ruling = Ruling.UNDECIDED
            notes.append(f"the run did not come to its end (pytest ended with {code}); its output says why")
        if not self._healed():
            ruling = Ruling.UNDECIDED
            notes.append("NOT HEALED: something is still broken; look at it, and: drill heal")
        folder = next((each for each in sorted(self._runs(), reverse=True) if each not in before), None)
        judgement = self._judged(folder, notes)
        found = judgement.ruling if judgement else Ruling.UNDECIDED
        # What was seen broken stays so, whatever came after it; all else is only held where nothing went wrong.
        ruling = found if found is not Ruling.HELD else ruling
        report = f"{folder.relative_to(self._home)} in {self._home} on {self.host}" if folder else ""
        told = self.occasion.ended(ruling, notes=notes, judgement=judgement, report=report)
        self.say(str(told))
        self.tell(told)
        return EXIT_CODES[ruling]

    @property
    def _home(self) -> Path:
        return self.drill_toml.absolute().parent

    def _healed(self) -> bool:
        try:
            return self.heal()
        except DrillError as error:
            self.say(f"not healed: {error}")
            return False

    def _judged(self, folder: Path | None, notes: list[str]) -> Judgement | None:
        """What the gate found, or None and a note where it could find nothing."""
        if folder is None:
            return None
        try:
            return self.judge(folder)
        except Exception as error:  # noqa: BLE001 - people must be told, whatever is wrong with the evidence
            notes.append(f"the run could not be judged: {type(error).__name__}: {error}")
            return None

    def _runs(self) -> list[Path]:
        """The folders of the runs on this target; nobody else can have a new one, since a target is locked."""
        return [
            each
            for each in (self._home / "reports" / "runs").glob(f"*-{slug(self.occasion.day.target)}*")
            if each.is_dir()
        ]

    def _refused(self, why: str) -> int:
        self.say(f"refused: {why}")
        self.tell(self.occasion.refused(why))
        return REFUSED

    def _next(self) -> str:
        opening = next_opening(self.occasion.day.window, self.now())
        if opening is None:
            return "its window does not open within a year"
        return f"its window opens next on {opening.astimezone(self.occasion.day.window.zone):%a %Y-%m-%d %H:%M %Z}"
