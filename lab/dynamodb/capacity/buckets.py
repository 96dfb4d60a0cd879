"""Token buckets: capacity that comes at a rate, is kept for a while, and is spent by requests.

A request is admitted while there are tokens, however few, and is charged what it consumed, however much: DynamoDB
knows a request's consumption only when it is done. So a bucket may go into debt, and over any window

    units admitted <= rate * window + what a bucket keeps + the largest request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

BURST_S = 300.0
"""How long a provisioned table keeps what it does not use (Developer Guide, "DynamoDB burst and adaptive capacity")."""

_SWEPT_FROM = 4096


class Bucket:
    """Tokens that come at a rate and are kept up to a limit.

    It begins with one second's worth: the burst of a new table is empty, since what is kept is what was not used.
    """

    __slots__ = ("_at", "_most", "_tokens", "rate")

    def __init__(self, rate: float, *, kept_s: float, now: float) -> None:
        """Fill with `rate` units per second, and keep what comes in `kept_s`."""
        self.rate = rate
        self._most = rate * kept_s
        self._tokens = min(rate, self._most)
        self._at = now

    def tokens(self, now: float) -> float:
        """What is there at this moment; less than nothing is a debt."""
        if now > self._at:
            filled = self._tokens + (now - self._at) * self.rate
            self._tokens = min(filled, self._most)
            self._at = now
        return self._tokens

    def admits(self, now: float) -> bool:
        """Whether a request may be carried out: there is something left."""
        return self.tokens(now) > 0

    def spend(self, units: float, now: float) -> None:
        """Charge what a request consumed."""
        self._tokens = self.tokens(now) - units

    def change(self, rate: float, *, kept_s: float, now: float) -> None:
        """Go on at another rate, with the tokens that are there; an UpdateTable neither fills nor empties."""
        self.tokens(now)
        self.rate = rate
        self._most = rate * kept_s
        self._tokens = min(self._tokens, self._most)


class Keys:
    """A bucket for each partition key, of one second: a partition serves no burst beyond its limit.

    A key whose bucket is full again is forgotten, so there are never many more than the keys of the last second.
    """

    __slots__ = ("_rate", "_spent", "_sweep_at")

    def __init__(self, rate: float) -> None:
        """Let each key have `rate` units per second."""
        self._rate = rate
        self._spent: dict[Hashable, tuple[float, float]] = {}  # key -> units short of a full bucket, and when
        self._sweep_at = _SWEPT_FROM

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._spent)

    def admits(self, key: Hashable, now: float) -> bool:
        """Whether a request for this key may be carried out."""
        spent = self._spent.get(key)
        if spent is None:
            return True
        return spent[0] - (now - spent[1]) * self._rate < self._rate

    def spend(self, key: Hashable, units: float, now: float) -> None:
        """Charge what a request for this key consumed."""
        spent = self._spent.get(key)
        if spent is not None:
            units += max(0.0, spent[0] - (now - spent[1]) * self._rate)
        self._spent[key] = (units, now)
        if len(self._spent) > self._sweep_at:
            self._sweep(now)

    def _sweep(self, now: float) -> None:
        rate = self._rate
        self._spent = {key: spent for key, spent in self._spent.items() if spent[0] > (now - spent[1]) * rate}
        self._sweep_at = max(_SWEPT_FROM, 2 * len(self._spent))  # else a full house is swept at every request


class Peak:
    """What an on-demand table may take at once: double the highest second it had more than 30 minutes ago.

    Source: Developer Guide, "DynamoDB on-demand capacity mode", initial throughput and scaling: double the previous
    peak at once, more than that over 30 minutes.
    """

    __slots__ = ("_established", "_minutes", "_second", "_units")

    GROWS_AFTER_MIN = 30

    def __init__(self) -> None:
        """Have seen no traffic."""
        self._established = 0.0
        self._minutes: dict[int, float] = {}  # minute -> the highest second in it
        self._second = -1
        self._units = 0.0

    def spend(self, units: float, now: float) -> None:
        """Take note of what a request consumed."""
        second = int(now)
        if second != self._second:
            self._close(second)
        self._units += units

    def double(self, now: float) -> float:
        """Twice the previous peak, in units per second; 0 while there is none."""
        if int(now) != self._second:
            self._close(int(now))
        return 2 * self._established

    def _close(self, second: int) -> None:
        if self._units:
            minute = self._second // 60
            self._minutes[minute] = max(self._units, self._minutes.get(minute, 0.0))
        self._second, self._units = second, 0.0
        for minute in [each for each in self._minutes if each <= second // 60 - self.GROWS_AFTER_MIN]:
            self._established = max(self._established, self._minutes.pop(minute))
