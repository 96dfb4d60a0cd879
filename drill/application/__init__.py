"""The reference application under test: pools, transactions, deadlines, and retries of what is safe to repeat.

    perform, transfer -> work -> retry -> attempt -> lender (pool) -> connection

Named to the load as "drill.application:reference". Whoever has a client of their own puts it in its place:
docs/own-application.md.
"""

from drill.application.reference import Reference, reference
from drill.application.retry import RetryPolicy

__all__ = ["Reference", "RetryPolicy", "reference"]
