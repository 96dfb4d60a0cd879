"""Where a lab keeps its files and on which addresses its parts listen.

    zone a       127.0.1.1   PostgreSQL, the front at which clients reach it, Patroni, and the zone's link to
                             everything outside it
    zone b, c    127.0.2.1, 127.0.3.1
    endpoints    127.0.10.1 writer, 127.0.11.1 reader: the same port as the instances, as on Aurora
    region       127.0.0.1   etcd, the AWS APIs, and DynamoDB with its own

    lab.json     all of this, with the passwords; `tls` what servers show, and the CA that clients verify it against
    zone-a ...   data, logs and Patroni's settings of a zone; `region`, `dynamodb` the same of what is in no zone
    progress, ready, failed      how far lab.serve has got

Every port is the lab's own, so that labs stand beside each other.
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lab import private
from lab.errors import LabError, NotRunning, StartFailed

ZONES = "abcdefgh"
LONGEST_NAME = 61  # with its zone's letter it names an instance, and PostgreSQL cuts names off after 63 bytes
NAME = rf"[a-zA-Z][a-zA-Z0-9-]{{0,{LONGEST_NAME - 1}}}"
REGION = "us-east-1"
REPLICA_REGION = "us-west-2"  # of global tables
AURORA, DYNAMODB = "aurora", "dynamodb"
SERVICES = (AURORA, DYNAMODB)
REGION_HOST = "127.0.0.1"
WRITER_HOST = "127.0.10.1"
READER_HOST = "127.0.11.1"


def home() -> Path:
    """The folder of all labs: LAB_HOME, or the user's state folder."""
    named = os.environ.get("LAB_HOME")
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    # Resolved, since PostgreSQL's processes are known by their working directory, and that has no symbolic links.
    return Path(named or Path(state) / "drill-lab").resolve()


def folder_of(name: str) -> Path:
    """The folder of the lab of that name; LabError for a name that would lead out of the folder of all labs."""
    if not re.fullmatch(NAME, name, re.ASCII):
        raise LabError(
            f"{name!r} is no name for a lab: use letters, digits and dashes, a letter first, {LONGEST_NAME} at most"
        )
    return home() / name


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """One zone: its letter, the name of its instance, and the address of everything in it."""

    letter: str
    instance: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Ports of one lab, each the same in every zone.

    Clients reach `postgres`, in TLS, and other zones the `linked_` ones, through the link; `instance` and `patroni` are
    where these two listen themselves, in plain. `etcd`, `etcd_peer`, `dynamodb` and `api`, which is Aurora's, are the
    region's.
    """

    postgres: int
    instance: int
    patroni: int
    linked_postgres: int
    linked_patroni: int
    linked_etcd: int
    etcd: int
    etcd_peer: int
    dynamodb: int
    api: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passwords:
    """Made anew for every lab; known to its folder, and to Secrets Manager."""

    admin: str = field(repr=False)
    replication: str = field(repr=False)
    application: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Everything about a lab that stays as it is while it is up."""

    name: str
    folder: Path
    zones: tuple[Zone, ...]
    ports: Ports
    passwords: Passwords
    fault_in: str | None = None
    endpoint_lag_s: float = 0.0
    services: tuple[str, ...] = SERVICES

    database: str = "app"
    user: str = "app"

    @classmethod
    def plan(
        cls,
        name: str,
        *,
        zones: int = 3,
        fewest_zones: int = 2,
        fault_in: str | None = None,
        endpoint_lag_s: float = 0.0,
        api_port: int = 0,
        services: Sequence[str] = SERVICES,
    ) -> Layout:
        """Choose addresses, free ports and passwords for a new lab; nothing is created yet.

        `api_port` is that of Aurora's APIs; of DynamoDB's where that is all there is.
        """
        folder = folder_of(name)
        if not services or not set(services) <= set(SERVICES):
            raise LabError(
                f"a lab has {' and '.join(SERVICES)}, or one of them, not {', '.join(services) or 'nothing'}"
            )
        if not fewest_zones <= zones <= len(ZONES):
            raise LabError(f"a lab has {fewest_zones} to {len(ZONES)} zones, not {zones}")
        if not 0 <= endpoint_lag_s < float("inf"):
            raise LabError(f"an endpoint lags for 0 s or more, not {endpoint_lag_s:g}")
        if not 0 <= api_port <= 65_535:
            raise LabError(f"{api_port} is no port: 1 to 65535, or 0 for one that is free")
        if api_port and not _is_free([REGION_HOST], api_port):
            raise StartFailed(f"{REGION_HOST}:{api_port} is in use, or not ours to use: choose another --port")
        letters = ZONES[:zones] if AURORA in services else ""
        members = tuple(
            Zone(letter=letter, instance=f"{name}-{letter}", host=f"127.0.{number}.1")
            for number, letter in enumerate(letters, start=1)
        )
        hosts = [REGION_HOST, *([WRITER_HOST, READER_HOST] if members else []), *(zone.host for zone in members)]
        ports = dict(zip(_PORTS, _free_ports(hosts, len(_PORTS), beside=api_port), strict=True))
        if api_port:
            ports["api" if AURORA in services else "dynamodb"] = api_port
        return cls(
            name=name,
            folder=folder,
            zones=members,
            ports=Ports(**ports),
            passwords=Passwords(**{each: secrets.token_urlsafe(18) for each in _PASSWORDS}),
            fault_in=fault_in,
            endpoint_lag_s=endpoint_lag_s,
            services=tuple(each for each in SERVICES if each in services),
        )

    def save(self) -> None:
        """Write `lab.json` into the folder, readable by its owner alone."""
        private.write(self.folder / "lab.json", json.dumps(asdict(self), indent=1, default=str))

    @classmethod
    def load(cls, folder: Path) -> Layout:
        """Read what `save` wrote; NotRunning where there is none."""
        try:
            described = json.loads((folder / "lab.json").read_text())
        except FileNotFoundError as error:
            raise NotRunning(f"there is no lab {folder.name!r}: `python -m lab up --name {folder.name}`") from error
        except ValueError as error:
            raise NotRunning(
                f"{folder / 'lab.json'} cannot be read: `python -m lab down --name {folder.name}` clears it away"
            ) from error
        return cls(
            **described
            | {
                "folder": Path(described["folder"]),
                "zones": tuple(Zone(**zone) for zone in described["zones"]),
                "ports": Ports(**described["ports"]),
                "passwords": Passwords(**described["passwords"]),
                "services": tuple(described["services"]),
            }
        )

    @property
    def hosts(self) -> list[str]:
        """Every address at which clients reach a database."""
        return [WRITER_HOST, READER_HOST, *(zone.host for zone in self.zones)]

    @property
    def secret(self) -> str:
        """The name under which Secrets Manager has what applications connect with."""
        return f"{self.name}/{self.user}"

    @property
    def tls_folder(self) -> Path:
        """Where the certificates lie."""
        return self.folder / "tls"

    @property
    def ca_file(self) -> Path:
        """What clients verify the lab's certificate against."""
        return self.tls_folder / "ca.pem"

    def zone(self, instance: str) -> Zone:
        """The zone of an instance."""
        return next(zone for zone in self.zones if zone.instance == instance)

    def zone_folder(self, zone: Zone) -> Path:
        """The folder of everything that runs in a zone."""
        return self.folder / f"zone-{zone.letter}"

    def log_folder(self, zone: Zone) -> Path:
        """The folder of what a zone's PostgreSQL logs; beside its data, which may be taken from elsewhere anew."""
        return self.zone_folder(zone) / "log"


_PORTS = tuple(Ports.__dataclass_fields__)
_PASSWORDS = tuple(Passwords.__dataclass_fields__)


def _free_ports(hosts: list[str], count: int, *, beside: int = 0) -> list[int]:
    """Ports that are free on every one of the hosts at this moment, below the range of outgoing connections."""
    found: list[int] = []
    start = 20_000 + secrets.randbelow(10_000)
    for port in range(start, start + 2_000):
        if port != beside and _is_free(hosts, port):
            found.append(port)
            if len(found) == count:
                return found
    raise StartFailed(f"found no {count} free ports from {start} on")


def _is_free(hosts: list[str], port: int) -> bool:
    for host in hosts:
        with socket.socket() as probe:
            try:
                probe.bind((host, port))
            except PermissionError:
                return False
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL:  # macOS knows only 127.0.0.1 until told otherwise
                    raise StartFailed(
                        f"the address {host} is not there; the lab gives each zone its own. "
                        f"On macOS: sudo ifconfig lo0 alias {host}"
                    ) from error
                return False
    return True
