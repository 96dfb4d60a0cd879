"""Buckets against what they promise, for any traffic."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from lab.dynamodb.capacity.buckets import BURST_S, Bucket, Keys, Peak

_RATES = st.integers(min_value=1, max_value=5000)
_GAPS = st.integers(min_value=0, max_value=4000).map(lambda each: each / 8)  # exact in binary, as the model needs
_UNITS = st.integers(min_value=1, max_value=1600).map(lambda each: each / 2)


@given(
    rate=_RATES,
    kept=st.sampled_from([1.0, BURST_S]),
    requests=st.lists(st.tuples(_GAPS, _UNITS), min_size=1, max_size=80),
)
def test_no_window_has_more_than_the_law_allows(rate: int, kept: float, requests: list[tuple[float, float]]) -> None:
    """Over any window: units admitted <= rate * window + what is kept + the largest request."""
    bucket, now = Bucket(rate, kept_s=kept, now=0.0), 0.0
    admitted: list[tuple[float, float]] = []
    for gap, units in requests:
        now += gap
        if bucket.admits(now):
            bucket.spend(units, now)
            admitted.append((now, units))
    for first in range(len(admitted)):
        total = 0.0
        for at, units in admitted[first:]:
            total += units
            largest = max(each for _, each in admitted)
            assert total <= rate * (at - admitted[first][0]) + rate * kept + largest


class BucketAgainstModel(RuleBasedStateMachine):
    """A bucket beside the same thing in exact fractions."""

    def __init__(self) -> None:
        super().__init__()
        self.rate, self.kept = Fraction(7), Fraction(300)
        self.bucket = Bucket(7.0, kept_s=300.0, now=0.0)
        self.tokens, self.now = Fraction(7), Fraction(0)

    def _fill(self) -> None:
        self.tokens = min(self.tokens, self.rate * self.kept)

    @rule(gap=_GAPS)
    def wait(self, gap: float) -> None:
        """Time passes."""
        self.now += Fraction(gap)
        self.tokens += Fraction(gap) * self.rate
        self._fill()

    @precondition(lambda self: self.tokens > 0)
    @rule(units=_UNITS)
    def request(self, units: float) -> None:
        """A request is never refused while there are tokens."""
        assert self.bucket.admits(float(self.now))
        self.bucket.spend(units, float(self.now))
        self.tokens -= Fraction(units)

    @precondition(lambda self: self.tokens <= 0)
    @rule()
    def refused(self) -> None:
        """A request is refused while there are none, and costs nothing."""
        assert not self.bucket.admits(float(self.now))

    @rule(rate=_RATES)
    def change(self, rate: int) -> None:
        """Another rate fills nothing, and keeps no more than it may."""
        self.bucket.change(float(rate), kept_s=300.0, now=float(self.now))
        self.rate = Fraction(rate)
        self._fill()

    @invariant()
    def same(self) -> None:
        """The refill is exact."""
        assert Fraction(self.bucket.tokens(float(self.now))) == self.tokens


TestBucketAgainstModel = BucketAgainstModel.TestCase


def test_a_new_bucket_has_no_burst() -> None:
    """A new table has one second's capacity; what it does not use it keeps, for 300 s."""
    bucket = Bucket(10.0, kept_s=BURST_S, now=0.0)
    assert bucket.tokens(0.0) == 10
    assert bucket.tokens(100.0) == 1010
    assert bucket.tokens(10_000.0) == 3000


@given(rate=_RATES, requests=st.lists(st.tuples(st.sampled_from("abc"), _GAPS, _UNITS), min_size=1, max_size=60))
def test_a_key_is_a_bucket_of_one_second(rate: int, requests: list[tuple[str, float, float]]) -> None:
    """Each key is admitted exactly when a full bucket of its own, kept for one second, would be."""
    keys, now = Keys(rate), 0.0
    model = {key: Bucket(rate, kept_s=1.0, now=0.0) for key in "abc"}
    for key, gap, units in requests:
        now += gap
        admits = keys.admits(key, now)
        assert admits == model[key].admits(now)
        if admits:
            keys.spend(key, units, now)
            model[key].spend(units, now)


def test_keys_of_long_ago_are_forgotten() -> None:
    """A hundred thousand keys, a thousand of them a second, leave a few thousand in memory."""
    keys = Keys(1000.0)
    most = 0
    for number in range(100_000):
        keys.spend(number, 1.0, number / 1000)
        most = max(most, len(keys))
    assert most <= 4097


def test_keys_in_debt_are_not_forgotten() -> None:
    """A key that still owes is remembered, however many others come."""
    keys = Keys(10.0)
    keys.spend("hot", 1e6, 0.0)
    for number in range(20_000):
        keys.spend(number, 1.0, 1 + number / 100)
    assert not keys.admits("hot", 200.0)


def test_a_peak_counts_after_half_an_hour() -> None:
    """A table takes double its previous peak, once that is 30 minutes old."""
    peak = Peak()
    for _ in range(10):
        peak.spend(500.0, 60.0)
    assert peak.double(61.0) == 0
    assert peak.double(60.0 + 29 * 60) == 0
    assert peak.double(60.0 + 30 * 60) == 10_000
    assert peak.double(1e6) == 10_000
