"""The region's etcd: how it is started, and what Patroni keeps in it, read over its JSON gateway."""

from __future__ import annotations

import base64
import http.client
import json
import secrets
from dataclasses import dataclass
from typing import Any

from lab import programs
from lab.layout import REGION_HOST, Layout


def command(layout: Layout) -> list[str]:
    """The command that starts the region's etcd; it need not survive a power cut, so it never syncs to disk."""
    client = f"http://{REGION_HOST}:{layout.ports.etcd}"
    peer = f"http://{REGION_HOST}:{layout.ports.etcd_peer}"
    return [
        str(programs.etcd()),
        *("--name", "region", "--data-dir", str(layout.folder / "region" / "etcd"), "--unsafe-no-fsync"),
        *("--listen-client-urls", client, "--advertise-client-urls", client),
        *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"region={peer}"),
        *("--initial-cluster-token", secrets.token_hex(4), "--log-level", "warn"),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consensus:
    """Who holds the leader key (None: nobody), and who is in the synchronous quorum beside it."""

    leader: str | None
    quorum: frozenset[str]


class Etcd:
    """One connection to the region's etcd; not to be shared between threads."""

    def __init__(self, layout: Layout) -> None:
        self.prefix = f"/service/{layout.name}/"
        self.connection = http.client.HTTPConnection(REGION_HOST, layout.ports.etcd, timeout=2)

    def consensus(self) -> Consensus:
        """What Patroni's zones agree on now; OSError when etcd does not answer."""
        keys = self._range()
        sync = json.loads(keys.get("sync") or "{}")
        voters = (sync.get("sync_standby") or "").split(",")
        return Consensus(
            leader=keys.get("leader") or None,
            quorum=frozenset(name for name in (*voters, sync.get("leader") or "") if name),
        )

    def release_leader(self) -> None:
        """Take the leader key from whoever holds it (a sabotage's tool)."""
        self._post("/v3/kv/deleterange", {"key": _encode(self.prefix + "leader")})

    def _range(self) -> dict[str, str]:
        last = self.prefix[:-1] + chr(ord("/") + 1)
        found = self._post("/v3/kv/range", {"key": _encode(self.prefix), "range_end": _encode(last)})
        return {
            _decode(each["key"]).removeprefix(self.prefix): _decode(each.get("value", ""))
            for each in found.get("kvs", ())
        }

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            self.connection.request("POST", path, json.dumps(body))
            response = self.connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        except (http.client.HTTPException, ValueError) as error:
            self.connection.close()
            raise OSError(f"etcd does not answer as it should: {error}") from error
        except OSError:
            self.connection.close()
            raise
        if response.status != http.client.OK:
            # An answer without keys is no answer: it would read as a cluster without a leader.
            raise OSError(f"etcd answers {response.status}: {answer.get('message') or answer}")
        return answer


def _encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _decode(text: str) -> str:
    return base64.b64decode(text).decode()
