"""What the cluster is told to do to itself: fail over, restart an instance. What that leads to, the loop sees."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from functools import partial

from lab import patroni, processes
from lab.control import Happening, WrongState
from lab.layout import Layout
from lab.members import Members
from lab.zone import ZoneHost

SWITCHOVER_DEADLINE_S = 30.0
RESTART_DEADLINE_S = 60.0
log = logging.getLogger("lab.commands")


class Commands:
    """Begun one at a time, and carried out in the background; `switch_over` may do it otherwise (a sabotage)."""

    def __init__(
        self,
        layout: Layout,
        zones: Mapping[str, ZoneHost],
        members: Members,
        *,
        tell: Callable[[Happening, str], None],
        switch_over: Callable[[str, str], None] | None,
    ) -> None:
        self.layout, self.zones, self.members = layout, zones, members
        self._tell = tell
        self._switch_over = switch_over or self._ask_patroni
        self._one_at_a_time = threading.Lock()

    def failover(self, target: str | None) -> None:
        """Begin a switchover to `target`, or to the promotable reader of the lowest tier."""
        with self._one_at_a_time:
            writer, succession = self.members.writer, self.members.succession
            if writer is None or succession.under_way:
                raise WrongState(f"the cluster {self.layout.name} is failing over")
            names = sorted(self.members.promotable(), key=lambda name: (self.zones[name].tier, name))
            if not names or (target and target not in names):
                raise WrongState(f"{f'{target} cannot' if target else 'no reader can'} be promoted without a loss now")
            heir = target or names[0]
            succession.ask(heir, patience_s=SWITCHOVER_DEADLINE_S)
        processes.in_background(partial(self._carry_out, writer, heir))

    def reboot(self, instance: str) -> None:
        """Begin to restart an instance in its place."""
        with self._one_at_a_time:
            answer, rebooting = self.members.answer(instance), self.members.rebooting
            if answer is None or instance in rebooting:
                raise WrongState(f"{instance} is not available")
            rebooting[instance] = answer.started
        self._tell(Happening.SHUT_DOWN, instance)
        processes.in_background(partial(self._restart, instance))

    def _carry_out(self, writer: str, heir: str) -> None:
        try:
            self._switch_over(writer, heir)
        except OSError as error:
            # The loop sees that the writer is the writer still, and tells that the failover failed.
            self.members.succession.give_up()
            log.warning("the switchover to %s failed: %s", heir, error)

    def _ask_patroni(self, writer: str, heir: str) -> None:
        zone, order = self.layout.zone(writer), {"leader": writer, "candidate": heir}
        patroni.ask(self.layout, zone, "POST", "/switchover", order, deadline_s=SWITCHOVER_DEADLINE_S)

    def _restart(self, instance: str) -> None:
        try:
            zone = self.layout.zone(instance)
            patroni.ask(self.layout, zone, "POST", "/restart", {}, deadline_s=RESTART_DEADLINE_S)
        except OSError as error:
            self.members.rebooting.pop(instance, None)
            log.warning("%s was not restarted: %s", instance, error)
