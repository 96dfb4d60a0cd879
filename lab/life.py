"""Bring a lab up, look at it, and take it down; all that a user of the lab needs from Python."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from lab import layout as layouts
from lab import processes, programs, sabotage
from lab.errors import AlreadyRunning, LabError, NotRunning, StartFailed
from lab.layout import (
    AURORA,
    DYNAMODB,
    READER_HOST,
    REGION,
    REGION_HOST,
    REPLICA_REGION,
    SERVICES,
    WRITER_HOST,
    Layout,
)
from lab.space import require_space

START_DEADLINE_S = 120.0
STOP_DEADLINE_S = 15.0

_started: dict[Path, subprocess.Popen[bytes]] = {}
"""The labs that this process started; their processes are its children until `down` has waited for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """A lab that is up: all that one needs to reach it, and no password.

    Of a lab without Aurora, `endpoint_url`, `cluster`, `writer` and `reader` are empty and `port` is 0, since nothing
    listens there. `dynamodb_endpoint_url` is None without DynamoDB.
    """

    name: str
    folder: Path
    endpoint_url: str
    region: str
    cluster: str
    database: str
    user: str
    secret: str
    writer: str
    reader: str
    port: int
    ca_file: Path
    fault_in: str | None
    services: tuple[str, ...] = SERVICES
    dynamodb_endpoint_url: str | None = None
    dynamodb_region: str = REGION
    replica_region: str = REPLICA_REGION
    started_in_s: float | None = None

    @property
    def conninfo(self) -> str:
        """How libpq reaches the writer, but for the password, which is in the secret."""
        from psycopg.conninfo import make_conninfo  # a third of a second, which only who prints it need wait for

        return make_conninfo(
            host=self.writer,
            port=self.port,
            dbname=self.database,
            user=self.user,
            sslmode="verify-full",
            sslrootcert=str(self.ca_file),
        )

    def as_json(self) -> str:
        """One line of JSON for scripts."""
        return json.dumps(asdict(self), default=str)


def up(
    name: str = "lab",
    *,
    zones: int = 3,
    fault_in: str | None = None,
    endpoint_lag_s: float = 0.0,
    api_port: int = 0,
    services: Sequence[str] = SERVICES,
    progress: Callable[[str], None] = lambda _: None,
) -> Lab:
    """Start a lab, or some of its services, and return when it is healthy; it outlives the caller.

    LabError says why not, in one line; then nothing is left behind.
    """
    defect = sabotage.named(fault_in)
    prefix: list[str] = []
    if AURORA in services:
        prefix = programs.as_ordinary_user()
        programs.postgres_bin()
        programs.etcd()
    planned = Layout.plan(
        name,
        zones=defect.zones or zones,
        fewest_zones=defect.zones or 2,
        fault_in=fault_in,
        endpoint_lag_s=endpoint_lag_s,
        api_port=api_port,
        services=services,
    )
    require_space(planned.folder)
    began_s = time.monotonic()
    command = [*prefix, *programs.python("lab.serve", str(planned.folder))]
    with _starting():
        _claim(planned.folder)
        try:
            planned.save()
            _started[planned.folder] = processes.start(command, folder=planned.folder, log="serve.log")
        except OSError as error:
            down(name)
            raise StartFailed(f"cannot start in {planned.folder}: {error.strerror}") from error
    try:
        _follow(planned.folder, _started[planned.folder], progress)
    except BaseException:
        down(name)
        raise
    return _described(planned, started_in_s=round(time.monotonic() - began_s, 2))


def status(name: str = "lab") -> Lab:
    """The lab of that name; NotRunning where there is none that is up."""
    layout = Layout.load(layouts.folder_of(name))
    if not (layout.folder / "ready").exists() or _server(layout.folder) is None:
        raise NotRunning(f"the lab {name!r} is not up: `python -m lab down --name {name}` clears what is left of it")
    return _described(layout)


def down(name: str = "lab") -> bool:
    """End every process of the lab and remove its folder; False where there was nothing.

    Works on what is left of a lab, too, whoever of it was killed. LabError where it cannot be ended; what is no
    lab's is left alone.
    """
    try:
        folder = layouts.folder_of(name)
    except LabError:
        return False  # no lab can have such a name
    if not folder.exists():
        return False
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / "lab.json").exists()):
        raise LabError(f"{folder} is no lab's, it holds no lab.json: remove it yourself, or choose another --name")
    try:
        _end(folder)
        _remove(folder)
    except OSError as error:
        raise LabError(f"the lab {name!r} cannot be ended: {error}") from error
    return True


def _end(folder: Path) -> None:
    server = _server(folder)
    with suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
        # One that is not up yet has nothing to undo, and would hear of it only once it is.
        if server is not None and (folder / "ready").exists():
            server.send_signal(signal.SIGTERM)
            server.wait(STOP_DEADLINE_S)
    processes.kill(folder)
    if ours := _started.pop(folder, None):
        ours.wait(STOP_DEADLINE_S)


def _remove(folder: Path) -> None:
    """Remove the folder, `lab.json` last: until then, what is left is known as a lab's."""
    with suppress(FileNotFoundError):  # somebody else takes it down, too
        for each in sorted(folder.iterdir(), key=lambda path: path.name == "lab.json"):
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        folder.rmdir()


def names() -> list[str]:
    """Every lab that has a folder."""
    return sorted(path.parent.name for path in layouts.home().glob("*/lab.json"))


@contextmanager
def running(name: str, **how: Any) -> Iterator[Lab]:
    """A lab for the length of a block."""
    try:
        yield up(name, **how)
    finally:
        down(name)


@contextmanager
def _starting() -> Iterator[None]:
    """Hold off others who start a lab, or two of one name would each take the other's folder for a dead one's."""
    home = layouts.home()
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(home, os.O_RDONLY)
    except OSError as error:
        raise StartFailed(f"cannot make {home}: {error.strerror}; set LAB_HOME to a folder of yours") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _claim(folder: Path) -> None:
    """Make the folder ours; a lab that is up keeps it, what is left of a dead one is cleared away."""
    if folder.exists():
        if _server(folder) is not None:
            raise AlreadyRunning(f"the lab {folder.name!r} is up: choose another --name, or take it down first")
        down(folder.name)
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise StartFailed(f"cannot make {folder}: {error.strerror}; set LAB_HOME to a folder of yours") from error


def _server(folder: Path) -> psutil.Process | None:
    """The process that is the lab."""
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.cmdline()[-2:] == ["lab.serve", str(folder)]:
                return process
        except psutil.Error:
            continue
    return None


def _follow(folder: Path, process: subprocess.Popen[bytes], progress: Callable[[str], None]) -> None:
    """Pass on how far it got, until it is ready or has failed."""
    told = 0

    def settled() -> bool:
        nonlocal told
        said = (folder / "progress").read_text().splitlines() if (folder / "progress").exists() else []
        for line in said[told:]:
            progress(line)
        told = len(said)
        return (folder / "ready").exists() or process.poll() is not None

    try:
        processes.wait_until(settled, deadline_s=START_DEADLINE_S, what="the lab to come up", pause_s=0.05)
    except TimeoutError as error:
        raise StartFailed(f"the lab did not come up: {error}; {_last_words(folder)}") from error
    if not (folder / "ready").exists():
        raise StartFailed(f"the lab did not come up: {_last_words(folder)}")


def _last_words(folder: Path) -> str:
    """Why it failed, or the end of its log; the folder will be gone."""
    failed = folder / "failed"
    if failed.exists():
        return failed.read_text()
    lines = (folder / "serve.log").read_text().strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _described(layout: Layout, *, started_in_s: float | None = None) -> Lab:
    aurora, dynamodb = AURORA in layout.services, DYNAMODB in layout.services
    return Lab(
        name=layout.name,
        folder=layout.folder,
        endpoint_url=f"http://{REGION_HOST}:{layout.ports.api}" if aurora else "",
        region=REGION,
        cluster=layout.name if aurora else "",
        database=layout.database,
        user=layout.user,
        secret=layout.secret,
        writer=WRITER_HOST if aurora else "",
        reader=READER_HOST if aurora else "",
        port=layout.ports.postgres if aurora else 0,
        ca_file=layout.ca_file,
        fault_in=layout.fault_in,
        services=layout.services,
        dynamodb_endpoint_url=f"http://{REGION_HOST}:{layout.ports.dynamodb}" if dynamodb else None,
        started_in_s=started_in_s,
    )


__all__ = ["Lab", "LabError", "down", "names", "running", "status", "up"]
