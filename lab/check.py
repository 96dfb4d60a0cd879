"""What a lab needs of this machine."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

from lab import layout, programs
from lab.errors import LabError
from lab.layout import Layout
from lab.space import free_bytes, require_space


def checks() -> Iterator[tuple[str, str, bool]]:
    """What was looked at, what was found or how to mend it, and whether it is right."""
    for what, look in (
        ("PostgreSQL", lambda: _version(programs.postgres_bin() / "postgres")),
        ("etcd", lambda: _version(programs.etcd())),
        ("user", _user),
        ("addresses", _addresses),
        ("space", _space),
    ):
        yield what, *_looked(look)


def _looked(look: Callable[[], str]) -> tuple[str, bool]:
    try:
        return look(), True
    except (LabError, OSError, subprocess.CalledProcessError) as error:
        return str(error), False


def _version(program: object) -> str:
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True)
    return said.stdout.splitlines()[0]


def _user() -> str:
    return "root, mapped onto an ordinary user" if programs.as_ordinary_user() else "an ordinary one"


def _addresses() -> str:
    planned = Layout.plan("check")
    return f"{', '.join(zone.host for zone in planned.zones)} are there, ports from {planned.ports.postgres} on free"


def _space() -> str:
    folder = layout.home()
    require_space(folder)
    return f"{free_bytes(folder) >> 30} GiB free for {folder}"
