"""A lab comes up or says why not, and nothing is left of it when it is down."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from lab import life, processes
from lab.errors import AlreadyRunning, LabError, NotRunning, StartFailed
from lab.layout import Layout
from lab.space import require_space
from tests.lab.real import Real

DEADLINE_S = 60.0


@pytest.fixture
def labs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of all labs of the test's own."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    yield tmp_path
    assert life.names() == []
    assert processes.below(tmp_path) == []


def nothing_left(folder: Path) -> bool:
    """Whether neither a process nor a file of a lab is there; a command line would name the folder."""
    named = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and str(folder) in " ".join(process.cmdline()):
                named.append(process)
    return not named and not processes.below(folder) and not folder.exists()


@pytest.mark.lab
def test_a_lab_describes_itself(real: Real) -> None:
    """All that one needs to reach it, the same from `up` and from `status`, and no password."""
    described = life.status(real.lab.name)
    told = json.loads(described.as_json())
    assert {**told, "started_in_s": None} == {**json.loads(real.lab.as_json()), "started_in_s": None}
    assert told["endpoint_url"].startswith("http://127.0.0.1:")
    assert real.secret["password"] not in described.as_json()
    assert real.lab.started_in_s is not None
    assert 0 < real.lab.started_in_s < life.START_DEADLINE_S
    assert real.lab.name in life.names()


@pytest.mark.lab
def test_a_name_is_taken_while_its_lab_is_up(real: Real) -> None:
    """A second one is refused, and the first one knows nothing of it."""
    with pytest.raises(AlreadyRunning, match="choose another --name"):
        life.up(real.lab.name)
    real.await_whole()


@pytest.mark.lab
@pytest.mark.usefixtures("real")
def test_the_port_of_another_lab_is_taken(real: Real, labs: Path) -> None:
    """One line says so, and nothing is left behind."""
    port = int(real.lab.endpoint_url.rpartition(":")[2])
    with pytest.raises(StartFailed, match=f"127.0.0.1:{port} is in use"):
        life.up("t-taken", api_port=port)
    assert list(labs.iterdir()) == []


@pytest.mark.lab
def test_a_lab_whose_starter_and_server_were_killed_is_taken_down(tmp_path: Path, labs: Path) -> None:
    """When readers are on their way everything runs: etcd, forwarders, Patroni and PostgreSQL in every zone."""
    folder = labs / "t-killed"
    command = [sys.executable, "-m", "lab", "up", "--name", "t-killed"]
    with (tmp_path / "said").open("wb") as said:
        starter = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)
    try:
        progress = folder / "progress"
        processes.wait_until(
            lambda: progress.exists() and "readers" in progress.read_text(), deadline_s=DEADLINE_S, what="the readers"
        )
        starter.kill()
        starter.wait(DEADLINE_S)
        (server,) = (each for each in processes.below(folder) if each.cmdline()[-2:] == ["lab.serve", str(folder)])
        server.kill()
        server.wait(DEADLINE_S)
        assert {"etcd", "postgres"} <= {each.name() for each in processes.below(folder)}
        with pytest.raises(NotRunning, match="lab down --name t-killed"):
            life.status("t-killed")
        (labs / "said").unlink()
    finally:
        assert life.down("t-killed") is True
    assert nothing_left(folder)
    assert life.down("t-killed") is False


@pytest.mark.lab
def test_what_is_left_of_a_dead_lab_is_cleared_and_an_interrupted_start_leaves_nothing(labs: Path) -> None:
    """The next `up` of that name begins from nothing; Ctrl-C while it comes up ends it at once."""
    Layout.plan("t-dead").save()
    folder = labs / "t-dead"
    (folder / "zone-a").mkdir()
    (folder / "zone-a" / "stale").touch()
    (folder / "ready").touch()
    stray = processes.start([sys.executable, "-c", "import signal; signal.pause()"], folder=folder, log="stray.log")

    def interrupt(_: str) -> None:
        assert stray.poll() is not None
        assert not (folder / "zone-a" / "stale").exists()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        life.up("t-dead", progress=interrupt)
    assert nothing_left(folder)
    assert stray.wait(DEADLINE_S) == -signal.SIGKILL


@pytest.mark.lab
def test_one_of_two_who_start_a_lab_at_once_is_refused(labs: Path) -> None:
    """Neither takes the other's folder for that of a dead one."""
    together, ended = threading.Barrier(2), list[BaseException]()
    refused = threading.Event()

    def interrupt(_: str) -> None:
        refused.wait(DEADLINE_S)
        raise KeyboardInterrupt

    def begin() -> None:
        together.wait(DEADLINE_S)
        try:
            life.up("t-race", progress=interrupt)
        except (LabError, KeyboardInterrupt) as error:
            ended.append(error)
            refused.set()

    threads = [threading.Thread(target=begin) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(DEADLINE_S)
    assert [type(each) for each in ended] == [AlreadyRunning, KeyboardInterrupt]
    assert nothing_left(labs / "t-race")


def test_no_lab_is_no_lab(labs: Path) -> None:
    """`status` says how to start one, `down` has nothing to do."""
    with pytest.raises(NotRunning, match="lab up --name t-none"):
        life.status("t-none")
    assert life.down("t-none") is False
    assert list(labs.iterdir()) == []


@pytest.mark.parametrize("name", ["", "..", "a b", "ä"])
def test_a_bad_name_starts_nothing(labs: Path, name: str) -> None:
    """It is refused before anything is made."""
    with pytest.raises(LabError, match="is no name for a lab"):
        life.up(name)
    assert list(labs.iterdir()) == []


def test_a_folder_that_is_no_labs_is_left_alone(labs: Path) -> None:
    """With LAB_HOME in a home directory, `down --name documents` must not mean one's documents."""
    (labs / "documents").mkdir()
    (labs / "documents" / "thesis").touch()
    (labs / "file").touch()
    for name in ("documents", "file"):
        with pytest.raises(LabError, match="is no lab's"):
            life.down(name)
        with pytest.raises(LabError, match="is no lab's"):
            life.up(name)
    assert (labs / "documents" / "thesis").exists()
    assert (labs / "file").exists()


def test_a_take_down_that_was_cut_short_is_finished_by_the_next(labs: Path) -> None:
    """What tells a lab's folder from another goes last."""
    planned = Layout.plan("t-short")
    planned.save()
    (planned.folder / "zone-a").mkdir()
    (planned.folder / "zone-a").chmod(0o700)
    (planned.folder / "ready").touch()
    assert life.down("t-short") is True
    (labs / "t-empty").mkdir()  # `up` was killed right after it had made it
    assert life.down("t-empty") is True


def test_a_home_that_cannot_be_made_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to set."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "file"))
    with pytest.raises(StartFailed, match="set LAB_HOME to a folder of yours"):
        life.up("t-homeless")


def test_a_disk_that_is_too_small_is_said_so(tmp_path: Path) -> None:
    """How much is free, how much is needed, and what to do; also of a folder that is not there yet."""
    require_space(tmp_path / "not" / "there", needed_bytes=1)
    with pytest.raises(LabError, match=r"MiB free, a lab needs 1099511627776: .*set LAB_HOME"):
        require_space(tmp_path, needed_bytes=1 << 60)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts")
def test_on_a_tiny_disk_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused before it has begun."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if not mount or not umount:
        pytest.skip("there is no mount")
    mounting = [mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        monkeypatch.setenv("LAB_HOME", str(tmp_path / "labs"))
        with pytest.raises(LabError, match="has 1 MiB free, a lab needs 2048"):
            life.up("t-tiny")
        assert list(tmp_path.iterdir()) == []
    finally:
        subprocess.run([umount, str(tmp_path)], check=True)


def test_an_unknown_defect_starts_nothing(labs: Path) -> None:
    """One line lists those there are."""
    with pytest.raises(LabError, match=r"there are: .*two-writers"):
        life.up("t-gremlins", fault_in="gremlins")
    assert list(labs.iterdir()) == []


def test_a_port_that_somebody_else_has_starts_nothing(labs: Path) -> None:
    """Not even the folder."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(StartFailed, match="choose another --port"):
            life.up("t-port", api_port=taken.getsockname()[1])
        assert list(labs.iterdir()) == []
