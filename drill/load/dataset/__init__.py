"""The shop: customers, orders, order lines, payments and accounts, in a schema of the run's own.

load_shop(address, "drill_0a1b2c3d", scale=1.0, seed=1, say=print)
"""

from drill.load.dataset.loading import load_shop
from drill.load.dataset.sizes import LINES_PLACED, Sizes

__all__ = ["LINES_PLACED", "Sizes", "load_shop"]
