"""[gate] of drill.toml: a policy that says what it means, or one line that says what to write."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from drill.config import GateSettings, parse
from drill.errors import ConfigError

FILE = Path("drill.toml")
WAIVER = {"promise": '"failover/*"', "owner": '"orders"', "reason": '"known"', "expires": "2027-01-31"}


def gate(text: str) -> GateSettings:
    """What the file says of the gate."""
    return parse(text, FILE).gate


def waived(**changes: str | None) -> str:
    """A waiver with some of its lines changed, or left out."""
    lines = [f"{key} = {value}" for key, value in {**WAIVER, **changes}.items() if value is not None]
    return "\n".join(["[[gate.waivers]]", *lines])


def test_without_a_section_every_promise_blocks() -> None:
    """A run of a week, of any target, nothing waived and nothing demoted."""
    policy = gate("")
    assert policy == GateSettings()
    assert policy.max_age == 7 * 86400
    assert (policy.require, policy.warn, policy.waivers, policy.worst_of, policy.signed) == ((), (), (), 1, False)


def test_a_policy_is_read_as_it_is_written() -> None:
    """Lists, durations and counts."""
    policy = gate('[gate]\nrequire = ["failover", "phase1"]\nmax_age = "36h"\nwarn = ["cost/*"]\nworst_of = 3\n')
    assert policy.require == ("failover", "phase1")
    assert (policy.max_age, policy.warn, policy.worst_of) == (129_600.0, ("cost/*",), 3)


@pytest.mark.parametrize("expires", ["2027-01-31", '"2027-01-31"'])
def test_an_expiry_is_a_date_with_or_without_quotes(expires: str) -> None:
    """As TOML writes it, and as people do."""
    (waiver,) = gate(waived(expires=expires)).waivers
    assert waiver.expires == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (waived(owner=None), 'gate.waivers.0.owner: missing value; add owner = "payments team"'),
        (waived(reason=None), "gate.waivers.0.reason: missing value"),
        (waived(expires=None), 'gate.waivers.0.expires: missing value; add expires = "2027-01-31"'),
        (waived(owner='"  "'), "gate.waivers.0.owner: is empty"),
        (waived(reason='""'), "gate.waivers.0.reason: is empty"),
        (waived(expires='"soon"'), 'gate.waivers.0.expires: "soon" is no date; write it as 2027-01-31'),
        (waived(expires="2027-01-31T10:00:00"), "is no date"),
        (waived(expires="20270131"), '"20270131" is no date'),
        (waived(expires='"2027-W04-7"'), "is no date"),
        (waived(expires='"2027-02-30"'), "is no date: day is out of range for month"),
        (waived(until='"2027-01-31"'), "gate.waivers.0.until: unknown key"),
        ('[gate]\nmax_age = "0s"', "gate.max_age: out of range"),
        ("[gate]\nmax_age = 7", 'gate.max_age: 7 has no unit; write "7s"'),
        ("[gate]\nworst_of = 0", "gate.worst_of: out of range"),
        ('[gate]\nrequires = ["failover"]', 'gate.requires: unknown key; did you mean "require"?'),
    ],
)
def test_what_cannot_be_used_is_one_line_with_a_remedy(text: str, words: str) -> None:
    """Naming the key: a policy that is misread lets a release pass."""
    with pytest.raises(ConfigError) as caught:
        gate(text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
