"""What must be true before a game day begins, beyond its window: looked at without touching anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from drill.config import Config, GameDay, LabSettings
from drill.errors import ConfigError, Halted, NotHealed, TargetError
from drill.gameday.alarms import Alarms, State
from drill.journal import Journal
from drill.reporting.seal import KEY_VARIABLE, key_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Rails:
    """`doctor` looks at a target by its name, and says whether nothing is missing there.

    `lacking` says why the game day's words would run nothing; see drill/gameday/selection.py.
    """

    config: Config
    day: GameDay
    home: Path
    environment: Mapping[str, str]
    doctor: Callable[[str], bool]
    say: Callable[[str], None]
    lacking: Callable[[], str] = lambda: ""

    def check(self) -> None:
        """Pass in silence; DrillError says in one line what stands in the way, and what to do."""
        self._nothing_left_broken()
        self._something_is_selected()
        self._it_can_be_signed()
        self._no_alarm_rings()
        if not self.doctor(self.day.target):
            raise TargetError(f"something is missing on the target; see above, or: drill doctor {self._target}")

    @property
    def _target(self) -> str:
        return f"--target {self.day.target}"

    def _nothing_left_broken(self) -> None:
        orphans = Journal(folder=self.home / ".drill" / "journal").orphans()
        if orphans:
            listed = "; ".join(str(entry) for entry in orphans.values())
            raise NotHealed(f"an earlier run did not live to undo what it did: {listed}. Undo it first: drill heal")

    def _something_is_selected(self) -> None:
        why = self.lacking()
        if why:
            raise ConfigError(f"{why}; look at scenarios and only of the game day, as: pytest --markers")

    def _it_can_be_signed(self) -> None:
        """What is broken for evidence that the gate then refuses was broken for nothing."""
        if self.config.gate.signed and key_in(self.environment) is None:
            raise ConfigError(
                f"environment: {KEY_VARIABLE}: not set, and [gate] demands a signature; export {KEY_VARIABLE}"
            )

    def _no_alarm_rings(self) -> None:
        """A lab of the run's own has none yet: they are made with it."""
        settings = self.config.target(self.day.target)
        if not self.day.stop_alarms or isinstance(settings, LabSettings):
            return
        found = Alarms.beside(settings, self.day.stop_alarms, self.environment).look()
        ringing = [str(each) for each in found if each.state is State.RINGING]
        if ringing:
            raise Halted("; ".join(ringing))
        for alarm in found:
            self.say(f"stop condition: {alarm}")
