"""Who writes, who is read from, and who restarts: followed by looking, whoever caused it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from lab import processes, sql
from lab.control import Happening
from lab.etcd import Consensus, Etcd
from lab.fence import Fence
from lab.layout import Layout
from lab.succession import Succession
from lab.watch import Answer, InstanceWatch
from lab.zone import ZoneHost

log = logging.getLogger("lab.members")


class Members:
    """What the control plane knows of the cluster; `look` brings it up to date, in one thread.

    `tell` hears what happens to whom, `settled` the writer that works now and the one that it replaced. With
    `synchronous` a writer works only once it has its quorum.
    """

    def __init__(
        self,
        layout: Layout,
        zones: Mapping[str, ZoneHost],
        *,
        tell: Callable[[Happening, str], None],
        settled: Callable[[str, str | None], None],
        synchronous: bool,
    ) -> None:
        self.layout, self.zones, self.synchronous = layout, zones, synchronous
        self.watches = {name: InstanceWatch(layout, host.zone) for name, host in zones.items()}
        self.etcd = Etcd(layout)
        self.consensus = Consensus(leader=None, quorum=frozenset())
        self.succession = Succession(tell=tell, settled=settled, synchronous=synchronous)
        self.fence = Fence()
        self.readers: frozenset[str] = frozenset()
        self.rebooting: dict[str, object] = {}
        self._tell = tell

    def start(self) -> None:
        """Begin to ask the instances."""
        for watch in self.watches.values():
            watch.start()

    def stop(self) -> None:
        """Ask them no more."""
        for watch in self.watches.values():
            watch.stop()

    @property
    def writer(self) -> str | None:
        """The instance that is named writer."""
        return self.succession.writer

    def answer(self, instance: str) -> Answer | None:
        """What an instance said of itself a moment ago, or None."""
        return self.watches[instance].answer()

    def promotable(self) -> frozenset[str]:
        """The readers to which a failover would lose nothing; where nobody waits for readers, all that receive."""
        said = self.answer(self.writer) if self.writer else None
        if said is None:
            return frozenset()
        return self.readers.intersection(said.quorum if self.synchronous else said.standbys)

    def is_whole(self) -> bool:
        """Whether there is a writer, every other zone is a reader, and all are in the quorum."""
        others = set(self.zones) - {self.writer}
        quorum = set(self.zones) if others else set()
        return self.writer is not None and self.readers == others and self.consensus.quorum == quorum

    def look(self) -> None:
        """Take in what etcd and the instances say now."""
        with suppress(OSError):
            self.consensus = self.etcd.consensus()
        answers = {name: watch.answer() for name, watch in self.watches.items()}
        self.succession.look(self.consensus.leader, answers.get(self.consensus.leader or ""))
        self._follow_readers(answers)
        self._follow_reboots(answers)

    def _follow_readers(self, answers: Mapping[str, Answer | None]) -> None:
        """A reader joins when it has caught up, and stays as long as it answers and keeps up."""
        candidates = {name: said for name, said in answers.items() if said and name != self.writer and said.in_recovery}
        for name in self.fence.left_behind(candidates, readers=self.readers):
            log.info("%s fell behind the other readers; its clients have to go elsewhere", name)
            processes.in_background(partial(sql.end_sessions, self.layout, self.layout.zone(name)))
        self.readers = frozenset(
            name
            for name, said in candidates.items()
            if name not in self.fence.fenced and (said.streaming or not self._has_writer(answers))
            if name in self.readers or (said.streaming and (said.replayed or self.zones[name].apply_delay != "0"))
        )

    def _has_writer(self, answers: Mapping[str, Answer | None]) -> bool:
        return self.writer is not None and answers[self.writer] is not None and not self.succession.under_way

    def _follow_reboots(self, answers: Mapping[str, Answer | None]) -> None:
        for name, started in list(self.rebooting.items()):
            said = answers[name]
            if said is not None and said.started != started:
                del self.rebooting[name]
                self._tell(Happening.RESTARTED, name)
