"""The reference application on DynamoDB: timeouts, repetitions of what is safe, whole batches, and another region.

    perform, transfer -> work -> retry -> attempt -> caller (threads, regions) -> boto3

Named to the load as "drill.application.dynamodb:reference". Whoever has a client of their own puts it in its place:
docs/examples/own_items.py.
"""

from drill.application.dynamodb.reference import ItemReference, reference
from drill.application.dynamodb.retry import ItemRetryPolicy
from drill.application.dynamodb.side_by_side import side_by_side

__all__ = ["ItemReference", "ItemRetryPolicy", "reference", "side_by_side"]
