"""A game day from beginning to end.

    window -> rails -> announce -> run -> heal -> gate -> tell

Up to the run anything that is not as it should be is a refusal, after which nothing is broken. From then on everything
happens, whatever went wrong before it: what is broken is healed, what was found is judged, and people are told.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from drill.errors import DrillError
from drill.gameday.child import Child
from drill.gameday.command import command
from drill.gameday.message import Message, Occasion
from drill.gameday.window import described, next_opening, refusal
from drill.reporting.gate import Judgement
from drill.reporting.gate.judgement import EXIT_CODES
from drill.verdict import Ruling

REFUSED = EXIT_CODES[Ruling.UNDECIDED]
"""Nothing was broken, and nothing is known: the same as undecided."""
FAILED = 1
JUDGED = frozenset({0, FAILED})
"""The exit codes with which pytest says that it came to its end; with 1 something failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """One game day. What it reaches out with is injected, so that all of it also runs in memory.

    `rails` raises where something is not as it must be, or cannot be looked at; `heal` undoes what a run that was
    killed left, and says whether nothing is left; `judge` is the gate. Whatever these raise is told to people; `tell`
    never raises, and `everybody` is whom it tells. `environment` is that of the run.
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
    everybody: tuple[str, ...] = ()

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
            except Exception as error:  # noqa: BLE001 - who waits for it must hear why, whatever stands in the way
                return self._refused(_words(error))
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
        self.say(f"announced: {self.occasion.begins(ends=ends, stop=f'kill PID on {self.host}')}")
        nobody = "nobody; write webhook_variable or sns_topic"
        self.say(f"told: {', '.join(self.everybody) or nobody}")
        self.say("nothing was asked, told, or done")
        return REFUSED if closed else 0

    def _conducted(self) -> int:
        began, wrong = self.now(), list[str]()
        code, folder = self._ran(wrong)
        took = f"it took {round((self.now() - began).total_seconds())} s"
        if not self._healed():
            wrong.append("NOT HEALED: something is still broken; look at it, and: drill heal")
        judgement = self._judged(folder, wrong)
        found = judgement.ruling if judgement else Ruling.UNDECIDED
        if judgement and found is Ruling.HELD and code == FAILED and _all_held(judgement):
            wrong.append(f"pytest ended with {FAILED}, and all that was judged held: not everything was judged")
        # What was seen broken stays so, whatever came after it; all else is only held where nothing went wrong.
        ruling = Ruling.UNDECIDED if found is Ruling.HELD and wrong else found
        report = f"{folder.relative_to(self._home)} in {self._home} on {self.host}" if folder else ""
        told = self.occasion.ended(ruling, notes=[took, *wrong], judgement=judgement, report=report)
        self.say(str(told))
        self.tell(told)
        return EXIT_CODES[ruling]

    def _ran(self, wrong: list[str]) -> tuple[int | None, Path | None]:
        """The run's exit code, and the folder that is its own; None where it could not even be run, or left nothing."""
        day = self.occasion.day
        try:
            with NamedTemporaryFile(prefix="drill-run-") as told:
                words = command(day, self.drill_toml, tell_run=Path(told.name))
                self.say(f"run: {shlex.join(words)}")
                code = self.child.run(words, cwd=self.suites, environment=self.environment, longest_s=day.longest)
                folder = Path(os.fsdecode(told.read()))
        except Exception as error:  # noqa: BLE001 - it is announced: all that follows must happen
            wrong.append(f"the run could not be conducted: {_words(error)}")
            return None, None
        if code not in JUDGED or self.child.is_told_to_end():
            wrong.append(f"the run did not come to its end (pytest ended with {code}); its output says why")
        is_ours = folder.parent == self._home / "reports" / "runs" and folder.is_dir()
        return code, folder if is_ours else None

    @property
    def _home(self) -> Path:
        return self.drill_toml.absolute().parent

    def _healed(self) -> bool:
        try:
            return self.heal()
        except Exception as error:  # noqa: BLE001 - what was found must be judged and told all the same
            self.say(f"not healed: {_words(error)}")
            return False

    def _judged(self, folder: Path | None, wrong: list[str]) -> Judgement | None:
        """What the gate found; None where there is nothing to judge, or where it could not be."""
        if folder is None:
            return None
        try:
            return self.judge(folder)
        except Exception as error:  # noqa: BLE001 - people must be told, whatever is wrong with the evidence
            wrong.append(f"the run could not be judged: {_words(error)}")
            return None

    def _refused(self, why: str) -> int:
        self.say(f"refused: {why}")
        self.tell(self.occasion.refused(why))
        return REFUSED

    def _next(self) -> str:
        opening = next_opening(self.occasion.day.window, self.now())
        if opening is None:
            return "its window does not open within a year"
        return f"its window opens next on {opening.astimezone(self.occasion.day.window.zone):%a %Y-%m-%d %H:%M %Z}"


def _all_held(judgement: Judgement) -> bool:
    """Whether no promise explains that a test failed: neither one that warns only, nor one that is waived."""
    return all(row.ruling is Ruling.HELD for row in judgement.rows)


def _words(error: Exception) -> str:
    """One line: ours are made to be read by people, and of others the type says more than the text."""
    text = " ".join(str(error).split())
    return text if isinstance(error, DrillError) else f"{type(error).__name__}: {text}"
