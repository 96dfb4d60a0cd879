"""Whether a reader refuses what it must not do."""

from drill.checks.promise import Finding, observation
from drill.checks.words import SHOWN, causes, counted, listed
from drill.errors import Undecided
from drill.history import READER_ENDPOINT, Action, History, Outcome
from drill.verdict import Check, Ruling

READ_ONLY = "25006"


def reader_refuses_writes() -> Check:
    """Each write that was tried through the reader endpoint is refused with SQLSTATE 25006.

    Undecided where none was tried, or none got an answer.
    """

    @observation("reader_refuses_writes", objective=f"SQLSTATE {READ_ONLY}")
    def judged(history: History) -> Finding:
        tried = history.only(Action.WRITE, endpoint=READER_ENDPOINT)
        if tried.is_empty():
            raise Undecided("no write was tried through the reader endpoint")
        refused = tried.filter(tried["code"].eq_missing(READ_ONLY))
        accepted = tried.filter(tried["outcome"] == str(Outcome.OK))
        number = counted(tried.height, "write")
        if refused.is_empty() and accepted.is_empty():
            raise Undecided(f"none of {number} through the reader endpoint got an answer: {causes(tried)}")
        lines = [f"{row['client']}: acknowledged by {row['server']}" for row in accepted.head(SHOWN).rows(named=True)]
        return Finding(
            ruling=Ruling.BROKEN if accepted.height else Ruling.HELD,
            because=f"{accepted.height} of {number} through the reader endpoint were accepted"
            if accepted.height
            else f"{refused.height} of {number} through the reader endpoint were refused with {READ_ONLY}",
            measured={"refused_writes": refused.height, "accepted_writes": accepted.height},
            evidence=listed(lines, accepted.height),
        )

    return judged
