"""Phase 4 of the requirements: what a cluster of several instances must bear, beside the loss of its writer."""

from __future__ import annotations

from drill import faults
from scenarios.load_scenario import LoadScenario

READER_LOSS = LoadScenario(
    name="availability",
    fault_name="reader loss",
    story="everything in a reader's zone is killed, or the reader is restarted where that cannot be asked for",
    fault=lambda _: faults.reader_loss,
    recovers=True,
)
FAILOVER_AND_BACK = LoadScenario(
    name="availability",
    fault_name="failover and back",
    story="as soon as a managed failover is complete, another one leads back to the first writer",
    fault=lambda _: faults.failover_and_back,
    recovers=True,
)

AVAILABILITIES = (READER_LOSS, FAILOVER_AND_BACK)
