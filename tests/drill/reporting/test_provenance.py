"""Where figures come from: nothing is claimed in a service's name that the lab showed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drill.reporting.provenance import briefly, provenance
from tests.drill.reporting.synthetic import run


@pytest.mark.parametrize(
    ("kind", "said", "short"),
    [
        ("lab", "simulated by the lab (target x)", "simulated: lab"),
        ("aurora", "measured on cluster c (target x)", "measured: x"),
        ("dynamodb", "measured on cluster c (target x)", "measured: x"),
        ("", "of unknown provenance: cluster c (target x), of kind ''", "unknown"),
    ],
)
def test_each_kind_of_target_is_named_for_what_it_is(kind: str, said: str, short: str) -> None:
    """The lab is simulated, services are measured, and of any other kind nothing is claimed."""
    record = replace(run(), target="x", kind=kind, subject="cluster c")
    assert (provenance(record), briefly(record)) == (said, short)


@pytest.mark.parametrize("kind", ["aurora", "dynamodb"])
def test_a_stand_in_is_not_called_the_service(kind: str) -> None:
    """Whatever is asked at an address of its own is not AWS, though it speaks as it does."""
    record = replace(run(), target="x", kind=kind, subject="cluster c in eu-west-1 behind http://127.0.0.1:5000")
    what = "cluster c in eu-west-1 behind http://127.0.0.1:5000 (target x)"
    assert (provenance(record), briefly(record)) == (f"measured on a stand-in: {what}", "stand-in: x")


def test_a_target_without_words_is_still_named() -> None:
    """Nobody wrote what it is: its name stands alone."""
    assert provenance(replace(run(), target="x", kind="aurora", subject="")) == "measured on target x"
