"""Nobody reads what is stored or sent but those for whom it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill.checks.provisioning import encrypted_at_rest, encrypted_in_transit
from drill.verdict import Ruling, judge
from tests.drill.checks.provisioning.stories import ENDPOINTS, REFUSED, Said, inspected, ping, silence, unseen


def test_encrypted_storage_holds_it() -> None:
    """The key is named."""
    verdict = judge(encrypted_at_rest(), inspected())
    assert verdict.ruling is Ruling.HELD
    assert "arn:aws:kms:eu-west-1:123456789012:key/1" in verdict.because


def test_a_key_of_awss_own_encrypts_as_well() -> None:
    """AWS then says StorageEncrypted false, and that the data is encrypted all the same."""
    owned: Said = {
        each: {"StorageEncrypted": "false", "StorageEncryptionType": "sse-rds"} for each in ("cluster", "one", "two")
    }
    verdict = judge(encrypted_at_rest(), inspected(owned | {"cluster": {**owned["cluster"], "KmsKeyId": None}}))
    assert verdict.ruling is Ruling.HELD, verdict.because
    assert "AWS's own" in verdict.because


@pytest.mark.parametrize("subject", ["cluster", "one", "two"])
def test_storage_that_is_not_encrypted_breaks_it(subject: str) -> None:
    """It cannot be mended in place: the way round is told, command by command, to an encrypted cluster."""
    verdict = judge(encrypted_at_rest(), inspected({subject: {"StorageEncrypted": "false"}}))
    assert verdict.ruling is Ruling.BROKEN
    assert {"cluster": "orders"}.get(subject, subject) in verdict.because
    assert "not encrypted in place" in verdict.evidence[0]
    commands = [" ".join(each.split()[:3]) for each in verdict.evidence[1:]]
    assert commands == [
        "aws rds create-db-cluster-snapshot",
        "aws rds wait",
        "aws rds restore-db-cluster-from-snapshot",
        *["aws rds create-db-instance"] * 2,
    ]
    assert "--kms-key-id" in verdict.evidence[3]
    assert (
        "--db-subnet-group-name private --vpc-security-group-ids sg-1 sg-2 "
        "--db-cluster-parameter-group-name orders-parameters" in verdict.evidence[3]
    )


def test_encryption_that_is_not_told_is_undecided() -> None:
    """Nor is encryption with no key."""
    for history in (
        unseen(),
        inspected({"cluster": {"StorageEncrypted": None}}),
        inspected({"two": {"StorageEncrypted": None}}),
        inspected({"cluster": {"KmsKeyId": None}}),
        inspected(without=frozenset({"one", "two"})),
    ):
        assert judge(encrypted_at_rest(), history).ruling is Ruling.UNDECIDED


def test_tls_everywhere_holds_it() -> None:
    """Every endpoint is named."""
    verdict = judge(encrypted_in_transit(), inspected())
    assert verdict.ruling is Ruling.HELD, verdict.because
    assert verdict.because.startswith("writer, reader, one and two speak TLS")
    assert verdict.measured == {"endpoints": 4, "unencrypted_endpoints": 0}


def test_an_endpoint_that_takes_plaintext_breaks_it() -> None:
    """Though all of our own connections are encrypted."""
    verdict = judge(encrypted_in_transit(), inspected({"plaintext": {"reader": "accepted"}}))
    assert (verdict.ruling, verdict.because) == (Ruling.BROKEN, "reader let clients in without TLS")
    (command,) = verdict.evidence
    assert command == (
        "aws rds modify-db-cluster-parameter-group --db-cluster-parameter-group-name orders-parameters "
        "--parameters 'ParameterName=rds.force_ssl,ParameterValue=1,ApplyMethod=immediate' --region eu-west-1"
    )


def test_endpoints_are_named_as_they_were_tried() -> None:
    """The shared ones first."""
    verdict = judge(encrypted_in_transit(), inspected({"plaintext": dict.fromkeys(ENDPOINTS, "accepted")}))
    assert verdict.because == "writer, reader, one and two let clients in without TLS"


def test_a_connection_without_tls_breaks_it() -> None:
    """Where it was opened is named."""
    tries = [ping("writer"), ping("reader", encrypted=False), ping("one"), ping("two")]
    verdict = judge(encrypted_in_transit(), inspected(pings=tries))
    assert (verdict.ruling, verdict.because) == (Ruling.BROKEN, "connections through reader are not encrypted")
    assert verdict.measured["unencrypted_endpoints"] == 1


def test_tls_that_is_not_forced_breaks_it() -> None:
    """A default group must be replaced first: nobody can change it."""
    said: Said = {
        "parameters": {"rds.force_ssl": "0"},
        "cluster": {"DBClusterParameterGroup": "default.aurora-postgresql15"},
    }
    verdict = judge(encrypted_in_transit(), inspected(said))
    assert (verdict.ruling, verdict.because) == (Ruling.BROKEN, "rds.force_ssl is 0")
    assert verdict.evidence[0].startswith("default.aurora-postgresql15 cannot be changed")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"client": {"sslmode": "prefer"}}, "name ca_bundle in drill.toml"),
        (
            {"plaintext": {"one": "unclear: timeout"}},
            "not known whether one refuses clients without TLS: unclear: timeout",
        ),
        ({"plaintext": {"one": None}}, "nobody tried"),
        ({"strange authority": {"two": "accepted"}}, "our verification was not seen to fail at two: accepted"),
        ({"parameters": {"rds.force_ssl": None}}, "does not tell rds.force_ssl"),
    ],
)
def test_what_was_not_seen_is_undecided(changes: Said, words: str) -> None:
    """Each reason is said; a refusal for another cause is none."""
    verdict = judge(encrypted_in_transit(), inspected(changes))
    assert verdict.ruling is Ruling.UNDECIDED
    assert words in verdict.because


def test_an_endpoint_that_never_answered_is_undecided() -> None:
    """One answer of several is enough."""
    tries = [*map(ping, ENDPOINTS), silence("reader")]
    assert judge(encrypted_in_transit(), inspected(pings=tries)).ruling is Ruling.HELD
    verdict = judge(encrypted_in_transit(), inspected(pings=[ping("writer"), silence("reader")]))
    assert (verdict.ruling, verdict.because) == (Ruling.UNDECIDED, "reader did not answer")
    for history in (unseen(), inspected(pings=[])):
        assert judge(encrypted_in_transit(), history).ruling is Ruling.UNDECIDED


SAID = st.sampled_from([REFUSED, "accepted", "unclear: timeout", None])


@given(
    plain=st.tuples(*[SAID] * 4), encrypted=st.tuples(*[st.sampled_from([True, False, None])] * 4), forced=st.booleans()
)
def test_it_is_as_good_as_its_worst_endpoint(
    plain: tuple[str | None, ...], encrypted: tuple[bool | None, ...], *, forced: bool
) -> None:
    """One that is open breaks it, whatever is not known of others; only all of them together hold it."""
    tries = [ping(name) | {"encrypted": how} for name, how in zip(ENDPOINTS, encrypted, strict=True)]
    said: Said = {
        "plaintext": dict(zip(ENDPOINTS, plain, strict=True)),
        "parameters": {"rds.force_ssl": "1" if forced else "0"},
    }
    if "accepted" in plain or False in encrypted or not forced:
        expected = Ruling.BROKEN
    elif all(each == REFUSED for each in plain) and all(encrypted):
        expected = Ruling.HELD
    else:
        expected = Ruling.UNDECIDED
    assert judge(encrypted_in_transit(), inspected(said, pings=tries)).ruling is expected
