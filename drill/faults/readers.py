"""Which reader a fault hits."""

from drill.errors import Unsupported
from drill.targets.target import Target


def reader_of(target: Target) -> str:
    """The reader of the lowest promotion tier, as the lab's actions choose it; Unsupported where there is none."""
    readers = target.topology().readers
    if not readers:
        raise Unsupported(f"{target.name} has no reader")
    return readers[0]
