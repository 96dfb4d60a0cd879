"""Everything that drill raises on purpose.

    DrillError
    ├── ConfigError          drill.toml or an option says something we cannot use
    ├── TargetError          the database under test cannot be reached, read or trusted
    │   ├── NotAllowed       the target does not say that it may be broken
    │   └── Busy             somebody else is breaking the target, or measuring on this machine
    ├── FaultError           a fault could not be injected or healed
    │   ├── Unsupported      the target offers no way to do this fault
    │   ├── NoEffect         the fault was asked for, and nothing happened
    │   └── NotHealed        the fault is still there: `drill heal`
    ├── NotSteady            the target was not healthy before anything was broken
    ├── ProbeError           a probe did not do its work, so that its silence proves nothing
    ├── LimitReached         the experiment's hard limit in time or in writes was reached
    ├── Halted               a stop condition was met: nothing more is broken
    ├── StoreError           runs cannot be read from, or copied to, where they are kept
    └── Undecided            the evidence does not suffice to judge

Each says what happened, where we looked, and what to do about it.
"""


class DrillError(Exception):
    """The root of all of them; its text is made to be read by a person, without a traceback."""


class ConfigError(DrillError):
    """A file or an option says something that we cannot use; names the file, the key, the remedy."""


class TargetError(DrillError):
    """The database under test cannot be reached, read or trusted."""


class NotAllowed(TargetError):
    """The target does not say that it may be broken (design: the tag rail)."""


class Busy(TargetError):
    """Another run breaks this target, or measures on this machine."""


class FaultError(DrillError):
    """A fault could not be injected or healed."""


class Unsupported(FaultError):
    """The target offers no way to do this fault; the test is skipped with this reason."""


class NoEffect(FaultError):
    """The fault was asked for and nothing happened: the experiment proves nothing."""


class NotHealed(FaultError):
    """The fault could not be undone, and stands in the journal: `drill heal`."""


class NotSteady(DrillError):
    """The target was not healthy before anything was broken."""


class ProbeError(DrillError):
    """A probe did not do its work, so that its silence proves nothing."""


class LimitReached(DrillError):
    """The experiment's hard limit in time or in writes was reached."""


class Halted(DrillError):
    """A stop condition was met, such as an alarm that rings: what is broken is healed, and nothing more is broken."""


class StoreError(DrillError):
    """Runs cannot be read from, or copied to, where they are kept; what is in reports/ is not touched by it."""


class Undecided(DrillError):
    """The evidence does not suffice to judge; never an AssertionError, so that Allure files it as broken."""
