"""The 16 reasons for which DynamoDB throttles, and the exceptions by which it says so.

A reason is what is throttled, what it did, and which limit it met: `TableRead` + `KeyRangeThroughputExceeded` (API
reference, ThrottlingReason). Which exception: ProvisionedThroughputExceededException where units are provisioned,
ThrottlingException where they are on demand, RequestLimitExceeded for the account's quota (API reference, errors of
the operations; Developer Guide, "Diagnosing throttling").
"""

from collections.abc import Mapping
from itertools import product
from typing import Final

PROVISIONED: Final = "ProvisionedThroughputExceededException"
ON_DEMAND: Final = "ThrottlingException"
ACCOUNT: Final = "RequestLimitExceeded"

LIMITS: Mapping[str, tuple[str, ...]] = {
    "KeyRangeThroughputExceeded": (PROVISIONED, ON_DEMAND),
    "ProvisionedThroughputExceeded": (PROVISIONED,),
    "AccountLimitExceeded": (ACCOUNT, ON_DEMAND),
    "MaxOnDemandThroughputExceeded": (ON_DEMAND,),
}
"""Which exceptions tell of a limit."""

EXCEPTIONS: Mapping[str, tuple[str, ...]] = {
    f"{resource}{kind}{limit}": codes
    for (limit, codes), resource, kind in product(LIMITS.items(), ("Table", "Index"), ("Read", "Write"))
}
"""Which exceptions tell of a reason."""

REASONS: tuple[str, ...] = tuple(EXCEPTIONS)
"""All 16."""

STATUS: Final = 400
"""Every throttle is an error of the client, by its HTTP status."""
