"""What drawing rests on: one random source, the request that is being made, and a count of what is fresh."""

from __future__ import annotations

import hashlib
from random import Random

_FRESH_BITS = 32


class Source:
    """Gives every parameter of a load what it needs; one for each load, on one thread.

    `run` tells two loads with the same seed apart: their keys and fresh numbers differ, what they draw does not.
    """

    __slots__ = ("_count", "_prefix", "_tag", "key", "random")

    def __init__(self, *, seed: int, run: str = "") -> None:
        digest = hashlib.blake2b(f"{run}/{seed}".encode(), digest_size=8).digest()
        self.random = Random(seed)  # noqa: S311 - a load is repeatable, not secret
        self.key = ""
        self._tag = digest.hex()
        # 30 bits, never 0: a fresh number is a positive bigint beyond any that a table counts up to by itself.
        self._prefix = (int.from_bytes(digest) >> 34 | 1) << _FRESH_BITS
        self._count = 0

    def begin(self, number: int) -> str:
        """The request of that number is now being made; its key."""
        self.key = f"{self._tag}-{number}"
        return self.key

    def fresh(self) -> int:
        """A number that this source did not give before, and that no other one gives."""
        self._count += 1
        return self._prefix | self._count
