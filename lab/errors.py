"""Everything that the lab raises on purpose.

LabError
├── NotInstalled     a program that the lab needs is not there, or may not run
├── NotRunning       there is no such lab
├── AlreadyRunning   a lab of that name is up
├── StartFailed      the lab did not come up; says which part, and where its log is
└── WrongState       (lab/control.py) what is asked for cannot be done now
"""


class LabError(Exception):
    """The root of all of them; its text is made to be read by a person, without a traceback."""


class NotInstalled(LabError):
    """A program that the lab needs is not there, or may not run here."""


class NotRunning(LabError):
    """There is no such lab."""


class AlreadyRunning(LabError):
    """A lab of that name is up already."""


class StartFailed(LabError):
    """The lab did not come up."""
