"""Whether a reader refuses what it must not do."""

import polars as pl

from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, causes, counted, listed
from drill.errors import Undecided
from drill.history import READER_ENDPOINT, Action, History, Outcome
from drill.verdict import Check, Ruling

READ_ONLY = "25006"
NO_ANSWER = "^(08|42|53|57|3D|3F|28)"
"""Classes of SQLSTATE that say nothing of a write: no connection, no such table or schema, no right, no resources."""


def reader_refuses_writes() -> Check:
    """Each write that was tried through the reader endpoint is refused with SQLSTATE 25006.

    Broken where one is accepted, or refused in other words. Undecided where none was tried, and where one got no answer
    of the server to what it wrote: silence, a lost connection, a table that is not there.
    """

    @observation("reader_refuses_writes", objective=f"SQLSTATE {READ_ONLY}")
    def judged(history: History) -> Finding:
        tried = history.only(Action.WRITE, endpoint=READER_ENDPOINT)
        if tried.is_empty():
            raise Undecided("no write was tried through the reader endpoint")
        refused = tried.filter(tried["code"].eq_missing(READ_ONLY))
        accepted = tried.filter(tried["outcome"] == str(Outcome.OK))
        answered = tried.filter(~tried["code"].cast(pl.String).str.contains(NO_ANSWER).fill_null(value=True))
        otherwise = answered.filter(answered["code"].ne_missing(READ_ONLY), answered["outcome"] != str(Outcome.OK))
        number = counted(tried.height, "write")
        lines = [f"{row['client']}: acknowledged by {row['server']}" for row in accepted.head(SHOWN).rows(named=True)]
        wrong = [f"{accepted.height} of {number} through the reader endpoint were accepted"] if accepted.height else []
        if otherwise.height:
            wrong.append(f"{otherwise.height} of {number} were refused in other words: {causes(otherwise)}")
        if not wrong and refused.height < tried.height:
            rest = tried.filter(tried["code"].ne_missing(READ_ONLY))
            raise Undecided(f"{rest.height} of {number} through the reader endpoint got no answer: {causes(rest)}")
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because="; ".join(wrong)
            or f"{refused.height} of {number} through the reader endpoint were refused with {READ_ONLY}",
            measured={
                "refused_writes": refused.height,
                "accepted_writes": accepted.height,
                "refused_otherwise": otherwise.height,
            },
            evidence=listed(lines, accepted.height),
        )

    return judged
