"""A timeout that the application's connections were never given."""

from drill.checks.load.stated import timeout_s
from drill.checks.promise import Finding
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Ruling


def unbounded(history: History, name: str) -> Finding | None:
    """A finding where the application's connections have that timeout set to 0: nothing ends what takes for ever.

    `Undecided` where it was not recorded: what others' connections were given tells nothing of the application's.
    """
    value_s = timeout_s(history, name)
    if value_s is None:
        raise Undecided(f"the application's {name} was not recorded")
    if value_s != 0:
        return None
    return Finding(
        ruling=Ruling.BROKEN,
        because=f"{name} of the application's connections is 0: nothing ends what takes for ever",
        measured={f"{name}_s": None},
    )
