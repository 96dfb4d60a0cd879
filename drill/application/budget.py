"""How many repetitions the application may afford: a share of its requests, so that retries make no storm."""

from __future__ import annotations

_ONE = 1000
"""Tokens are counted in thousandths, so that ten tenths make a whole one exactly."""


class RetryBudget:
    """A bucket of tokens: each request adds `ratio` of one, each repetition takes a whole one, or is left out.

    In any stretch of n requests there are at most `reserve` + `ratio` * n repetitions, whatever fails. gRPC's
    retry throttling and the standard mode of AWS's SDKs bound theirs in the same way. It starts full.
    """

    __slots__ = ("_reserve", "_share", "_tokens")

    def __init__(self, *, ratio: float, reserve: float) -> None:
        """`reserve` is the most that is kept for later."""
        self._share = round(ratio * _ONE)
        self._reserve = self._tokens = round(reserve * _ONE)

    def earn(self) -> None:
        """A request has come in."""
        self._tokens = min(self._tokens + self._share, self._reserve)

    def spend(self) -> bool:
        """Whether one more repetition may be made; if so, it is paid for."""
        if self._tokens < _ONE:
            return False
        self._tokens -= _ONE
        return True
