"""The stream is altered message by message, however it is cut into reads."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lab.forwarder.tamper import REFUSAL, Refuser


def message(kind: bytes, body: bytes) -> bytes:
    """A message as a server sends it."""
    return kind + (len(body) + 4).to_bytes(4, "big") + body


AUTHENTICATION = message(b"R", bytes(4))
INSERTED = message(b"C", b"INSERT 0 1\0")
HARMLESS = st.sampled_from(
    [
        message(b"C", b"SELECT 1\0"),
        message(b"C", b"UPDATE 1\0"),
        message(b"D", b"INSERT 0 1"),
        message(b"N", b"SNOTICE\0\0"),
        message(b"S", b"server_version\x0018.4\0"),
        message(b"Z", b"I"),
        message(b"3", b""),
    ]
)
MESSAGES = st.lists(st.one_of(st.just(INSERTED), HARMLESS), max_size=20)
NEGOTIATIONS = st.sampled_from([b"", b"N", b"NN"])
CUTS = st.lists(st.integers(min_value=0, max_value=400))


def altered(stream: bytes, cuts: list[int], *, one_in: int) -> bytes:
    """What a client gets when the stream arrives in pieces."""
    refuser = Refuser()
    bounds = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    pieces = [stream[begin:end] for begin, end in pairwise(bounds)]
    return b"".join(refuser.alter(piece, one_in=one_in) for piece in pieces)


@given(NEGOTIATIONS, MESSAGES, CUTS, st.integers(min_value=1, max_value=3))
def test_where_the_stream_is_cut_changes_nothing(
    negotiation: bytes, messages: list[bytes], cuts: list[int], one_in: int
) -> None:
    """Every `one_in`th completion of an INSERT is refused and all else passes as it is, wherever reads end."""
    inserts, expected = 0, negotiation + AUTHENTICATION
    for each in messages:
        inserts += each == INSERTED
        expected += REFUSAL if each == INSERTED and inserts % one_in == 0 else each
    stream = negotiation + AUTHENTICATION + b"".join(messages)
    assert altered(stream, cuts, one_in=one_in) == expected


@given(st.sampled_from([b"S", b"G", b"NS"]), st.binary(max_size=200), CUTS)
def test_what_is_encrypted_passes_as_it_is(yes: bytes, secret: bytes, cuts: list[int]) -> None:
    """After a yes to TLS or GSS there are no messages to be seen, and nothing is held back."""
    assert altered(yes + secret, cuts, one_in=1) == yes + secret


def test_an_answer_to_a_request_for_tls_passes_at_once() -> None:
    """The client says nothing more until it has that byte."""
    assert Refuser().alter(b"N", one_in=1) == b"N"


def test_a_refusal_is_a_serialization_failure() -> None:
    """It has the form of an ErrorResponse: its length counts itself, its fields end in a zero."""
    assert REFUSAL[:1] == b"E"
    assert int.from_bytes(REFUSAL[1:5], "big") == len(REFUSAL) - 1
    assert b"C40001\0" in REFUSAL
    assert REFUSAL.endswith(b"\0\0")
