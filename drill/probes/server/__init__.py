"""What the server is seen doing: sessions, lags, counters, plans, indexes and settings, as tables of a history.

All of it is read from a real PostgreSQL, 15 or later, by an ordinary role that may see statistics (pg_monitor), over
connections named "drill monitor". Each call ends by a deadline of its own, and none asks the server to cancel anything.
"""

from drill.probes.server.counters import await_counters, counters
from drill.probes.server.explain import Patience
from drill.probes.server.inventory import foreign_keys, indexes
from drill.probes.server.ping import pings
from drill.probes.server.plans import indexes_used, plans
from drill.probes.server.reading import MONITOR
from drill.probes.server.sampler import Sampler, sampling
from drill.probes.server.settings import connection_settings, telling, told
from drill.probes.server.without_index import without_index

__all__ = [
    "MONITOR",
    "Patience",
    "Sampler",
    "await_counters",
    "connection_settings",
    "counters",
    "foreign_keys",
    "indexes",
    "indexes_used",
    "pings",
    "plans",
    "sampling",
    "telling",
    "told",
    "without_index",
]
