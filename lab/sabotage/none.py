"""What a defect may change, and the lab without any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from lab.control import Setup
from lab.dynamodb.defect import Defect

if TYPE_CHECKING:
    from lab.cluster import LabCluster


def _nothing(*_: object) -> None:
    """Change nothing."""


def _no_hooks(_: Path) -> dict[str, Any]:
    return {}


def _the_readers(readers: list[str], _: str | None) -> list[str]:
    return readers


def _nothing_to_heal(*_: object) -> Callable[[], None]:
    return _nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Sabotage:
    """One defect; each field's default is how a healthy lab does it.

    `zones` is how many there are, whatever is asked for; `setup` is how the APIs say that it was set up; `hooks` gives
    additions to Patroni's `postgresql` section, from the lab's folder; `arm` runs once the lab is up;
    `reader_endpoint` gives where that leads, of the readers and the writer; `switch_over` replaces the managed
    failover; `partitioned` runs when a zone has been cut off and returns what heals it; `failed_over` is told the old
    writer and the new one; `dynamodb` is what is wrong there.
    """

    name: str = "none"
    synchronous: bool = True
    zones: int | None = None
    setup: Setup = field(default_factory=Setup)
    reader_endpoint: Callable[[list[str], str | None], list[str]] = _the_readers
    endpoint_follows: bool = True
    hooks: Callable[[Path], dict[str, Any]] = _no_hooks
    arm: Callable[[LabCluster], None] = _nothing
    switch_over: Callable[[LabCluster, str, str], None] | None = None
    partitioned: Callable[[LabCluster, str], Callable[[], None]] = _nothing_to_heal
    failed_over: Callable[[LabCluster, str, str], None] = _nothing
    dynamodb: Defect = field(default_factory=Defect)


def configure(cluster: LabCluster, settings: dict[str, Any]) -> None:
    """Change the cluster's dynamic configuration, which Patroni carries to every instance."""
    from lab import patroni

    writer = cluster.layout.zone(str(cluster.writer))
    patroni.ask(cluster.layout, writer, "PATCH", "/config", settings)


def before_promotion(folder: Path, command: str) -> dict[str, Any]:
    """Have Patroni run a shell command before it promotes, once `arm_hook` was called; a failure forbids it."""
    script = folder / "pre_promote.sh"
    folder.mkdir(parents=True, exist_ok=True)
    script.write_text(f"#!/bin/sh\n[ -e {quote(str(folder / 'armed'))} ] || exit 0\n{command}\n")
    return {"pre_promote": f"/bin/sh {quote(str(script))}"}


def arm_hook(cluster: LabCluster) -> None:
    """Let what `before_promotion` set up take effect."""
    (cluster.layout.folder / "armed").touch()


def execute(cluster: LabCluster, instance: str, *statements: str) -> None:
    """Run statements in the application's database of an instance, as the administrator."""
    import psycopg

    layout = cluster.layout
    with psycopg.connect(
        host=layout.zone(instance).host,
        port=layout.ports.instance,
        user="postgres",
        password=layout.passwords.admin,
        dbname=layout.database,
        autocommit=True,
        connect_timeout=5,
    ) as connection:
        for statement in statements:
            connection.execute(statement.encode())
