"""A game day from beginning to end, in memory: what is refused, what is done whatever happens, and what rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from drill.config import GameDay, GateSettings, Window
from drill.errors import Halted, NotHealed
from drill.gameday.child import Child
from drill.gameday.conduct import Conduct
from drill.gameday.message import Message, Occasion
from drill.reporting.gate import Effect, Group, Judgement, Row
from drill.verdict import Ruling

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Hands(Child):
    """All that a game day reaches out with: what was done, in order, and what comes of it.

    The run itself leaves a folder where it leaves one, and says that it is its own unless it `says` something else; it
    may be told to end meanwhile, and `others` may leave theirs.
    """

    home: Path
    done: list[str] = field(default_factory=list)
    told: list[Message] = field(default_factory=list)
    code: int = 0
    leaves: str | None = "20261123T100000Z-lab"
    says: str | None = None
    others: tuple[str, ...] = ()
    ruling: Ruling = Ruling.HELD
    effect: Effect | None = None
    heals: bool = True
    ends_when: str = ""
    environments: list[Mapping[str, str]] = field(default_factory=list)
    rails_say: Exception | None = None
    run_says: Exception | None = None
    heal_says: Exception | None = None
    judge_says: Exception | None = None

    def does(self, what: str) -> None:
        """Note it; somebody may end it all at this very moment."""
        self.done.append(what)
        if what == self.ends_when:
            self._told_to_end = True

    def rails(self) -> None:
        """Look at the rails."""
        self.does("rails")
        if self.rails_say:
            raise self.rails_say

    def run(self, command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], longest_s: float) -> int:
        """Be the run."""
        assert cwd == self.home
        assert longest_s == 7200
        assert command[1:3] == ["-m", "pytest"]
        self.environments.append(environment)
        self.does("run")
        if self.run_says:
            raise self.run_says
        for folder in filter(None, (self.leaves, *self.others)):
            (self.home / "reports" / "runs" / folder).mkdir(parents=True)
        own = str(self.home / "reports" / "runs" / self.leaves) if self.leaves else ""
        (told,) = [Path(each.partition("=")[2]) for each in command if each.startswith("--tell-run=")]
        told.write_text(own if self.says is None else self.says)
        return self.code

    def heal(self) -> bool:
        """Undo what was left."""
        self.does("heal")
        if self.heal_says:
            raise self.heal_says
        return self.heals

    def judge(self, folder: Path) -> Judgement:
        """Be the gate."""
        self.does(f"judge {folder.name}")
        if self.judge_says:
            raise self.judge_says
        effect = self.effect or (Effect.HOLDS if self.ruling is Ruling.HELD else Effect.BLOCKS)
        row = Row(
            scenario="failover",
            fault="crash",
            promise="recovered_within",
            ruling=self.ruling,
            effect=effect,
            because="33 s of 30 s",
            held=0,
            times=1,
        )
        groups = (Group(scenario="failover", fault="crash", times=1, rows=(row,)),)
        return Judgement(folder=folder, policy=GateSettings(), now=MONDAY, believed=True, groups=groups)

    def tell(self, message: Message) -> None:
        """Tell people."""
        self.does("tell")
        self.told.append(message)


@pytest.fixture
def hands(tmp_path: Path, say: Callable[[str], None]) -> Hands:
    """With which everything goes well."""
    return Hands(home=tmp_path, say=say)


def conduct(hands: Hands, *, now: datetime = MONDAY) -> Conduct:
    """A game day that these hands conduct."""
    window = Window(blackouts=(date(2026, 11, 24),))
    day = GameDay(target="lab", scenarios=("failover",), window=window, webhook_variable="HOOK")
    return Conduct(
        occasion=Occasion(name="weekly", day=day, target="lab", objectives={}),
        drill_toml=hands.home / "drill.toml",
        suites=hands.home,
        environment={"PATH": "/bin"},
        child=hands,
        rails=hands.rails,
        heal=hands.heal,
        judge=hands.judge,
        tell=hands.tell,
        say=hands.say,
        now=lambda: now,
        stop="kill 1",
        host="runner",
    )


def test_everything_in_its_order(hands: Hands, said: list[str]) -> None:
    """Nobody is surprised: announced before, told after, healed before it is judged."""
    assert conduct(hands).run() == 0
    assert hands.done == ["rails", "tell", "run", "heal", "judge 20261123T100000Z-lab", "tell"]
    begins, ends = hands.told
    assert begins.title == "Game day weekly begins on lab"
    assert ends.title == "Game day weekly on lab: HELD"
    assert ends.lines[-1] == f"report: reports/runs/20261123T100000Z-lab in {hands.home} on runner"
    assert said[-1] == str(ends)


@pytest.mark.parametrize("ruling", list(Ruling))
def test_the_gate_rules(hands: Hands, ruling: Ruling) -> None:
    """0 held, 1 broken, 2 undecided."""
    hands.ruling, hands.code = ruling, int(ruling is not Ruling.HELD)
    assert conduct(hands).run() == {Ruling.HELD: 0, Ruling.BROKEN: 1, Ruling.UNDECIDED: 2}[ruling]
    assert hands.told[-1].title.endswith(ruling.upper())


@pytest.mark.parametrize("effect", [Effect.WARNS, Effect.WAIVED])
@pytest.mark.parametrize("ruling", [Ruling.BROKEN, Ruling.UNDECIDED])
def test_what_the_policy_lets_pass_explains_a_failure(hands: Hands, ruling: Ruling, effect: Effect) -> None:
    """Pytest ended with 1 because of just that."""
    hands.ruling, hands.effect, hands.code = ruling, effect, 1
    assert conduct(hands).run() == 0
    assert not any("not everything was judged" in line for line in hands.told[-1].lines)


def test_a_failure_that_nothing_explains_is_no_pass(hands: Hands) -> None:
    """Something failed, and whatever was judged held: it was something else."""
    hands.code = 1
    assert conduct(hands).run() == 2
    assert hands.told[-1].title == "Game day weekly on lab: UNDECIDED"
    assert "pytest ended with 1, and all that was judged held: not everything was judged" in hands.told[-1].lines


@pytest.mark.parametrize("now", [SUNDAY, datetime(2026, 11, 23, 20, 0, tzinfo=UTC)])
def test_outside_its_window_nothing_is_done(hands: Hands, said: list[str], now: datetime) -> None:
    """Nobody is even told, since nobody expects it; why, and when it may next."""
    assert conduct(hands, now=now).run() == 2
    assert hands.done == []
    (line,) = said
    assert line.startswith("refused: it is ")
    assert line.endswith(
        "its window opens next on Mon 2026-11-23 09:00 UTC"
        if now == SUNDAY
        else "its window opens next on Wed 2026-11-25 09:00 UTC"  # the day between is a blackout date
    )


def test_a_rail_that_is_missing_is_a_refusal(hands: Hands, said: list[str]) -> None:
    """Nothing is broken, and those who wait for it hear why."""
    hands.rails_say = Halted("alarm errors rings: 7 of 1")
    assert conduct(hands).run() == 2
    assert hands.done == ["rails", "tell"]
    assert hands.told[0].lines == ("alarm errors rings: 7 of 1", "Nothing was broken.")
    assert said == ["refused: alarm errors rings: 7 of 1"]


def test_rails_that_cannot_be_looked_at_are_a_refusal(hands: Hands, said: list[str]) -> None:
    """Whatever they trip over, it is no finding about the database, and people hear of it on one line."""
    hands.rails_say = ConnectionError("nobody answers\n  at 10.0.0.1")
    assert conduct(hands).run() == 2
    assert hands.done == ["rails", "tell"]
    assert hands.told[0].lines == ("ConnectionError: nobody answers at 10.0.0.1", "Nothing was broken.")
    assert said == ["refused: ConnectionError: nobody answers at 10.0.0.1"]


@pytest.mark.parametrize("when", ["rails", "tell"])
def test_who_ends_it_before_it_began_prevents_it(hands: Hands, when: str) -> None:
    """While the rails were looked at, or people told."""
    hands.ends_when = when
    assert conduct(hands).run() == 2
    assert "run" not in hands.done
    assert hands.told[-1].lines[0] == "it was ended before it began"


def test_who_ends_it_midway_gets_no_pass(hands: Hands) -> None:
    """However well it looks, and whatever its exit code: not all was seen. It heals, and is judged, all the same."""
    hands.ends_when = "run"
    assert conduct(hands).run() == 2
    assert hands.done[2:] == ["run", "heal", "judge 20261123T100000Z-lab", "tell"]


@pytest.mark.parametrize("code", [2, 3, 4, 5, -9, -15])
def test_a_run_that_did_not_come_to_its_end_is_no_pass(hands: Hands, code: int) -> None:
    """What was seen may hold; what was not seen is not known."""
    hands.code = code
    assert conduct(hands).run() == 2
    assert any(f"pytest ended with {code}" in line for line in hands.told[-1].lines)


def test_what_was_seen_broken_stays_so(hands: Hands) -> None:
    """Although the run was ended."""
    hands.code, hands.ruling = 2, Ruling.BROKEN
    assert conduct(hands).run() == 1


def test_without_a_run_there_is_no_evidence(hands: Hands) -> None:
    """Nothing is judged: least of all what an earlier game day left, which held."""
    (hands.home / "reports" / "runs" / "20261116T100000Z-lab").mkdir(parents=True)
    hands.leaves, hands.code = None, 5
    assert conduct(hands).run() == 2
    assert hands.done == ["rails", "tell", "run", "heal", "tell"]
    assert "there is no evidence" in hands.told[-1].lines


def test_a_run_that_cannot_even_be_started_is_told(hands: Hands) -> None:
    """It was announced: what might be broken is healed, and people hear of it."""
    hands.run_says = FileNotFoundError("no such interpreter")
    assert conduct(hands).run() == 2
    assert hands.done == ["rails", "tell", "run", "heal", "tell"]
    assert "the run could not be conducted: FileNotFoundError: no such interpreter" in hands.told[-1].lines


OTHERS = ("20261123T100000Z-lab-2", "20261123T100000Z-lab-eu", "20261123T100001Z-lab")
"""A lab is a run's own, so that others run on the target of that name meanwhile; and names begin alike."""


def test_what_others_leave_meanwhile_is_none_of_ours(hands: Hands) -> None:
    """Though it is newer: the run says which folder is its own."""
    hands.others = OTHERS
    assert conduct(hands).run() == 0
    assert "judge 20261123T100000Z-lab" in hands.done


@pytest.mark.parametrize("says", ["", "/nowhere/reports/runs/20261123T100000Z-lab", "reports/runs", "."])
def test_a_run_that_says_nothing_of_use_is_no_evidence(hands: Hands, says: str) -> None:
    """Whatever others left, however well it looks."""
    hands.leaves, hands.others, hands.says = None, OTHERS, says
    assert conduct(hands).run() == 2
    assert hands.done == ["rails", "tell", "run", "heal", "tell"]
    assert "there is no evidence" in hands.told[-1].lines


def test_a_folder_that_is_not_there_is_no_evidence(hands: Hands) -> None:
    """It may have been there when the run said so."""
    hands.leaves, hands.says = None, str(hands.home / "reports" / "runs" / "20261123T100000Z-lab")
    assert conduct(hands).run() == 2
    assert "there is no evidence" in hands.told[-1].lines


def test_what_cannot_be_healed_is_told_and_no_pass(hands: Hands) -> None:
    """Somebody must look."""
    hands.heals = False
    assert conduct(hands).run() == 2
    assert any(line.startswith("NOT HEALED") for line in hands.told[-1].lines)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NotHealed("the journal cannot be read"), "the journal cannot be read"),
        (ConnectionError("nobody answers"), "ConnectionError: nobody answers"),
    ],
    ids=["one of ours", "another"],
)
def test_healing_that_fails_is_told_and_no_pass(hands: Hands, said: list[str], error: Exception, words: str) -> None:
    """As when nothing can be reached any more; what was found is judged all the same."""
    hands.heal_says = error
    assert conduct(hands).run() == 2
    assert hands.done[2:] == ["run", "heal", "judge 20261123T100000Z-lab", "tell"]
    assert f"not healed: {words}" in said
    assert any(line.startswith("NOT HEALED") for line in hands.told[-1].lines)


def test_a_gate_that_fails_is_told_and_no_pass(hands: Hands) -> None:
    """People hear of it, rather than nothing."""
    hands.judge_says = OSError("no space left")
    assert conduct(hands).run() == 2
    assert any("could not be judged: OSError: no space left" in line for line in hands.told[-1].lines)


def test_a_plan_does_nothing(hands: Hands, said: list[str]) -> None:
    """It says what would be run, and announced; 2 where it could not begin now."""
    assert conduct(hands).plan() == 0
    assert conduct(hands, now=SUNDAY).plan() == 2
    assert hands.done == []
    assert any("-m pytest -m failover --target=lab" in line for line in said)
    assert any("to end it: kill PID on" in line for line in said)
    assert said[-1] == "nothing was asked, told, or done"


def test_a_plan_says_who_would_be_told(hands: Hands, said: list[str]) -> None:
    """And that it is nobody, with what to write."""
    conduct(hands).plan()
    assert "told: nobody; write webhook_variable or sns_topic" in said
    replace(conduct(hands), everybody=("the webhook at hooks.example.com", "the topic arn")).plan()
    assert "told: the webhook at hooks.example.com, the topic arn" in said
