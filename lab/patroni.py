"""Patroni's configuration of one zone, and the little of its REST API that the lab asks for.

Other zones reach a zone through its link (`connect_address`), and it reaches etcd through it, so that
stopping the link cuts the zone off while clients still get to its PostgreSQL.
"""

from __future__ import annotations

import http.client
import json
from typing import Any

import yaml

from lab import programs
from lab.layout import Layout, Zone

LOOP_WAIT_S = 1
LEADER_TTL_S = 20  # Patroni accepts no less
RETRY_TIMEOUT_S = 3

DYNAMIC: dict[str, Any] = {
    "ttl": LEADER_TTL_S,
    "loop_wait": LOOP_WAIT_S,
    "retry_timeout": RETRY_TIMEOUT_S,
    "primary_start_timeout": 0,
    "maximum_lag_on_failover": 1 << 20,
    "synchronous_mode": "quorum",
    # Without it, the death of the last reader would make the writer acknowledge what is nowhere else.
    "synchronous_mode_strict": True,
    "postgresql": {
        "use_pg_rewind": True,
        "use_slots": True,
        "remove_data_directory_on_rewind_failure": True,
        "remove_data_directory_on_diverged_timelines": True,
        "parameters": {
            # As many as people size pools against; the last five are for whoever has to set things right.
            "max_connections": 1000,
            "superuser_reserved_connections": 5,
            "wal_log_hints": True,
            "track_commit_timestamp": True,
            "wal_keep_size": "1GB",
            "max_wal_size": "1GB",
            "shared_buffers": "64MB",
            # Our zones die by signals, which the kernel's memory survives: only a power cut could tell, and on a
            # shared disk one sync takes a tenth of a second now and then.
            "fsync": False,
            "hot_standby_feedback": True,
            "autovacuum_naptime": "10s",
            # A reader looks for its new writer at once, and notices a silent one.
            "wal_retrieve_retry_interval": "100ms",
            "wal_receiver_status_interval": "1s",
            "wal_receiver_timeout": "5s",
            "wal_sender_timeout": "5s",
        },
    },
}


def configuration(
    layout: Layout, zone: Zone, *, tier: int, apply_delay: str = "0", hooks: dict[str, Any] | None = None
) -> str:
    """Patroni's YAML for a zone; `hooks` adds to its `postgresql` section (a sabotage's pre_promote).

    `apply_delay` is how late the instance, as a reader, applies what it has received; "0" leaves that to the cluster.
    """
    ports, passwords = layout.ports, layout.passwords
    folder = layout.zone_folder(zone)
    settings: dict[str, Any] = {
        "scope": layout.name,
        "name": zone.instance,
        # As a proxy, or Patroni would ask etcd for its own address, and go there past the link.
        "etcd3": {"hosts": [f"{zone.host}:{ports.linked_etcd}"], "use_proxies": True},
        "restapi": {
            "listen": f"{zone.host}:{ports.patroni}",
            "connect_address": f"{zone.host}:{ports.linked_patroni}",
        },
        "bootstrap": {
            "dcs": _dynamic(layout),
            "initdb": [{"encoding": "UTF8"}, {"locale": "C"}, "data-checksums", "no-sync"],
        },
        "postgresql": {
            "listen": f"{zone.host}:{ports.instance}",
            "connect_address": f"{zone.host}:{ports.linked_postgres}",
            "data_dir": str(folder / "data"),
            "bin_dir": str(programs.postgres_bin()),
            "pgpass": str(folder / "pgpass"),
            "authentication": {
                "superuser": {"username": "postgres", "password": passwords.admin},
                "replication": {"username": "replicator", "password": passwords.replication},
                "rewind": {"username": "postgres", "password": passwords.admin},
            },
            "pg_hba": [
                "host replication replicator 127.0.0.0/8 scram-sha-256",
                "host all all 127.0.0.0/8 scram-sha-256",
            ],
            "basebackup": [{"checkpoint": "fast"}, "no-sync"],
            "parameters": {
                "unix_socket_directories": "",
                "password_encryption": "scram-sha-256",
                # As Aurora has them: a file an hour, in UTC. The prefix says more: milliseconds, and the application.
                "logging_collector": True,
                "log_directory": str(layout.log_folder(zone) / "error"),
                "log_filename": "postgresql.log.%Y-%m-%d-%H%M",
                "log_rotation_age": 60,
                "log_rotation_size": 0,
                "log_timezone": "UTC",
                "log_line_prefix": "%m [%p] %a ",
                **({"recovery_min_apply_delay": apply_delay} if apply_delay != "0" else {}),
            },
            **(hooks or {}),
        },
        "tags": {"failover_priority": priority_of(tier)},
        "log": {"level": "INFO", "format": "%(asctime)s %(levelname)s: %(message)s"},
    }
    return str(yaml.safe_dump(settings, sort_keys=False))


def _dynamic(layout: Layout) -> dict[str, Any]:
    """The cluster's configuration; a cluster of one has nobody to wait for, and would wait for good."""
    alone = {"synchronous_mode": False, "synchronous_mode_strict": False}
    return DYNAMIC if len(layout.zones) > 1 else DYNAMIC | alone


def priority_of(tier: int) -> int:
    """Patroni prefers the highest priority and never promotes 0; Aurora prefers the lowest tier of 0 to 15."""
    return 16 - tier


def ask(layout: Layout, zone: Zone, method: str, path: str, body: Any = None, *, deadline_s: float = 5.0) -> str:
    """One request to a zone's Patroni, straight to it; its text back. OSError where it does not answer 2xx."""
    connection = http.client.HTTPConnection(zone.host, layout.ports.patroni, timeout=deadline_s)
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None)
        response = connection.getresponse()
        text = response.read().decode()
    except http.client.HTTPException as error:
        raise OSError(f"{method} {path} at {zone.instance}'s Patroni: {error!r}") from error
    finally:
        connection.close()
    if not 200 <= response.status < 300:
        raise OSError(f"{method} {path} at {zone.instance}'s Patroni: {response.status} {text.strip()}")
    return text
