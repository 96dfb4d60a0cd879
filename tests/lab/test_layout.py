"""A lab's files and addresses are its own, and what cannot be a lab is refused before anything is made."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from lab import life
from lab.errors import LabError, NotRunning, StartFailed
from lab.layout import Layout, folder_of, home


@pytest.fixture(autouse=True)
def labs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of all labs of the test's own."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "labs"))
    return tmp_path / "labs"


def test_what_is_saved_is_loaded() -> None:
    """A layout survives its file, passwords and all."""
    planned = Layout.plan("t-saved", zones=2, fault_in="no-rejoin", endpoint_lag_s=1.5)
    planned.save()
    assert Layout.load(planned.folder) == planned


def test_only_its_owner_reads_the_passwords() -> None:
    """Neither others' programs nor a log of the layout gets to see them."""
    planned = Layout.plan("t-secret")
    planned.save()
    assert (planned.folder / "lab.json").stat().st_mode & 0o077 == 0
    assert planned.folder.stat().st_mode & 0o077 == 0
    assert planned.passwords.application not in repr(planned)


def test_every_zone_has_an_address_and_all_have_the_same_ports() -> None:
    """One instance a zone, one port for all of them, no two uses of a port."""
    planned = Layout.plan("t-addresses", zones=4)
    assert [zone.instance for zone in planned.zones] == [f"t-addresses-{letter}" for letter in "abcd"]
    assert len({zone.host for zone in planned.zones}) == 4
    ports = [getattr(planned.ports, name) for name in type(planned.ports).__dataclass_fields__]
    assert len(set(ports)) == len(ports)


def test_every_lab_has_passwords_of_its_own() -> None:
    """What one lab knows opens no other."""
    assert Layout.plan("t-one").passwords != Layout.plan("t-two").passwords


def test_planning_makes_nothing(labs: Path) -> None:
    """There is no folder before `save`."""
    Layout.plan("t-planned")
    assert not labs.exists()


@pytest.mark.parametrize("name", ["", "-a", "1a", "a b", "a/b", "..", "../a", "a.b", "ä", "a\n", "/", "a" * 62])
def test_a_bad_name_is_refused(name: str) -> None:
    """A name is letters, digits and dashes: it becomes part of paths, of instance names and of commands."""
    with pytest.raises(LabError, match="is no name for a lab"):
        Layout.plan(name)
    with pytest.raises(LabError, match="is no name for a lab"):
        folder_of(name)


@pytest.mark.parametrize("name", ["", ".", "..", "../labs", "/"])
def test_a_bad_name_takes_nothing_down(labs: Path, name: str) -> None:
    """What lies outside a lab's folder is out of reach, and so is the folder of all labs."""
    labs.mkdir()
    (labs / "kept").touch()
    assert life.down(name) is False
    assert (labs / "kept").exists()


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"zones": 1}, "2 to 8 zones, not 1"),
        ({"zones": 9}, "2 to 8 zones, not 9"),
        ({"api_port": 70_000}, "70000 is no port"),
        ({"api_port": -1}, "-1 is no port"),
        ({"endpoint_lag_s": -1.0}, "0 s or more, not -1"),
        ({"endpoint_lag_s": float("nan")}, "not nan"),
        ({"endpoint_lag_s": float("inf")}, "not inf"),
    ],
)
def test_what_no_lab_can_have_is_refused(how: dict[str, Any], says: str) -> None:
    """One line says what is wrong with it."""
    with pytest.raises(LabError, match=says):
        Layout.plan("t-wrong", **how)


def test_a_port_that_is_taken_is_refused_at_once() -> None:
    """Not only once everything else has come up."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartFailed, match=f"127.0.0.1:{port} is in use"):
            Layout.plan("t-taken", api_port=port)


def test_a_lab_that_is_not_there_is_said_not_to_be() -> None:
    """With the command that would start it."""
    with pytest.raises(NotRunning, match="lab up --name t-none"):
        Layout.load(folder_of("t-none"))


def test_a_description_that_is_cut_short_is_said_to_be(labs: Path) -> None:
    """With the command that clears it away."""
    (labs / "t-cut").mkdir(parents=True)
    (labs / "t-cut" / "lab.json").write_text(json.dumps({"name": "t-cut"})[:5])
    with pytest.raises(NotRunning, match="lab down --name t-cut"):
        life.status("t-cut")
    assert life.down("t-cut") is True


def test_the_folder_of_all_labs_has_no_symbolic_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are known by their working directories, which never have any."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "link"))
    assert home() == tmp_path / "real"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAB_HOME", "real")
    assert home() == tmp_path / "real"


def test_labs_live_in_the_users_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless LAB_HOME says otherwise."""
    monkeypatch.delenv("LAB_HOME")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert home() == tmp_path / "drill-lab"
