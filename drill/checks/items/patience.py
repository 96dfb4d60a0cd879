"""How long a user waits: as the check is told, or as the application was."""

from drill.checks.load.stated import APPLICATION, duration_s, stated
from drill.checks.words import allowed
from drill.errors import Undecided
from drill.history import History

DEADLINE = "deadline"
"""The name under which the application's deadline stands in the settings."""


def deadline_of(history: History, given_s: float | None) -> float:
    """The deadline in seconds; `Undecided` where none is given and the application's own was not recorded."""
    if given_s is not None:
        return given_s
    value = stated(history, APPLICATION, DEADLINE)
    if value is None:
        raise Undecided("the application's deadline was not recorded")
    return duration_s(value)


def told_deadline(given_s: float | None) -> str:
    """In words: `3 s`, or whose it is."""
    return "the application's deadline" if given_s is None else allowed(given_s)
