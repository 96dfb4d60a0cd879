"""How figures are spelled."""

from __future__ import annotations

import pytest

from drill.reporting.figures import measurement, seconds, span
from drill.verdict import Figure


@pytest.mark.parametrize(
    ("value", "spelled"), [(0.0, "0"), (0.012, "0.012"), (2.58, "2.58"), (9.1, "9.1"), (41.26, "41.3"), (180.0, "180")]
)
def test_seconds_have_the_digits_that_mean_something(value: float, spelled: str) -> None:
    """Milliseconds below ten seconds, three digits above."""
    assert seconds(value) == spelled


@pytest.mark.parametrize(("value", "spelled"), [(0.0, "0 s"), (0.0021, "2.1 ms"), (0.62, "620 ms"), (2.58, "2.58 s")])
def test_a_span_is_in_the_unit_that_people_would_say(value: float, spelled: str) -> None:
    """Milliseconds below one second."""
    assert span(value) == spelled


@pytest.mark.parametrize(
    ("name", "value", "spelled"),
    [
        ("recovery_time_s", 2.58, "recovery time 2.58 s"),
        ("resolution_ms", 4.2, "resolution 4.2 ms"),
        ("failed_requests_pct", 1.25, "failed requests 1.25 %"),
        ("lost_writes", 12345, "lost writes 12,345"),
        ("answers_per_s", 188.0, "answers 188/s"),
        ("answers_per_s", 1204, "answers 1,204/s"),
        ("highest_rate_per_s", None, "highest rate not measured"),
        ("offered_load_erlang", 6.8, "offered load 6.8 erlang"),
        ("surplus_bytes", 13_002_342, "surplus 13 MB"),
        ("surplus_bytes", 8192, "surplus 8.2 kB"),
        ("surplus_bytes", 0, "surplus 0 B"),
        ("surplus_bytes", 3_072 * 10**9, "surplus 3,072 GB"),
        ("backup_retention_days", 7, "backup retention days 7"),
        ("recovery_time_s", None, "recovery time not measured"),
        ("recovery_time_s", float("nan"), "recovery time not measured"),
    ],
)
def test_the_unit_in_a_name_goes_behind_its_figure(name: str, value: Figure, spelled: str) -> None:
    """What was not measured says so."""
    assert measurement(name, value) == spelled
