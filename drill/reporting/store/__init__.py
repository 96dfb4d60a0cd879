"""Where runs are kept."""

from drill.reporting.store.keeping import earlier, keep
from drill.reporting.store.local import Local
from drill.reporting.store.places import store_at
from drill.reporting.store.recent import Recent, summaries
from drill.reporting.store.s3 import S3
from drill.reporting.store.store import Store

__all__ = ["S3", "Local", "Recent", "Store", "earlier", "keep", "store_at", "summaries"]
