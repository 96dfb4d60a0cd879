"""Who watches tables during an experiment, and reads them back afterwards.

observer    looks at control planes throughout, and at its turns; a drill.experiment.under_load Observer
metrics     CloudWatch's datapoints of the tables: one call a look
read_back   which values stand in a region; the ledger, and what must be equal
regions     the same in both regions: under the fault, and until both are equal
rival       a second client, in a process of its own, that writes the same items in the other region
"""

from drill.probes.items.observer import TablesObserver
from drill.probes.items.read_back import audited, found, ledger
from drill.probes.items.regions import in_surviving_region, until_equal
from drill.probes.items.rival import Rival, RivalPlan, rival

__all__ = [
    "Rival",
    "RivalPlan",
    "TablesObserver",
    "audited",
    "found",
    "in_surviving_region",
    "ledger",
    "rival",
    "until_equal",
]
