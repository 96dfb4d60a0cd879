"""Client request tokens: a transaction that was carried out is not carried out again."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from typing import Any

LIFE_S = 600.0
"""How long a token is known (API reference, TransactWriteItems, ClientRequestToken: 10 minutes)."""


class Tokens:
    """The tokens of the transactions of the last minutes, each with a digest of what was asked for.

    A transaction that was cancelled leaves no token: its retry is a new attempt.
    """

    def __init__(self, life_s: float = LIFE_S) -> None:
        """Know a token for this long; 0: know none, which makes retries apply twice (a seeded defect)."""
        self._life_s = life_s
        self._known: dict[str, tuple[float, bytes]] = {}
        self._ends: deque[tuple[float, str]] = deque()

    def __len__(self) -> int:
        """How many are known."""
        return len(self._known)

    def repeats(self, token: str, items: Any, now: float) -> bool | None:
        """Whether this was done before: None if the token is new, False if it came with something else then."""
        self._forget(now)
        known = self._known.get(token)
        return None if known is None else known[1] == _digest(items)

    def keep(self, token: str, items: Any, now: float) -> None:
        """Know this token from now on."""
        if self._life_s > 0:
            self._known[token] = (now + self._life_s, _digest(items))
            self._ends.append((now + self._life_s, token))

    def _forget(self, now: float) -> None:
        while self._ends and self._ends[0][0] <= now:
            _, token = self._ends.popleft()
            known = self._known.get(token)
            if known is not None and known[0] <= now:
                del self._known[token]


def _digest(items: Any) -> bytes:
    return hashlib.blake2b(json.dumps(items, sort_keys=True).encode(), digest_size=16).digest()
