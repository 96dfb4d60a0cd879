"""Values that are known to be secret in this process, so that none of them stands in what a run leaves.

    known.py      the values; whoever loads a password, a token or a key says so by `know`
    spelling.py   every way in which a text may spell a value
    names.py      which variables, parameters and parts of URLs hold secrets
    environment.py    all that the environment holds of them

Whoever writes asks `masked`, by way of drill.reporting.secrets.redact, which also masks what merely looks like a
secret. Values are kept in memory alone, are never given back, and are known to no other process.
"""

from drill.secrets.environment import know_environment
from drill.secrets.known import MASK, know, masked
from drill.secrets.names import is_telling, know_login, know_url

__all__ = ["MASK", "is_telling", "know", "know_environment", "know_login", "know_url", "masked"]
