"""What databases cost: a price book, what was consumed, and a month of it in USD. Pure: it reads nothing but a book.

book = read(Path("my-prices.toml"))              # the shipped one, and yours before it
consumed(history)                                # table `consumption`
projected(history, book, from_ns, to_ns, demand=Demand(rates={"order-by-id": 400}))
"""

from drill.costs.book import Price, PriceBook, parse, read, shipped
from drill.costs.capacity_model import UnitPrices, autoscaled, break_even_peak, break_even_utilisation, on_demand
from drill.costs.consumption import consumed
from drill.costs.demand import AS_MEASURED, Demand
from drill.costs.patterns import PatternCost, costs_of_patterns
from drill.costs.projection import projected
from drill.costs.setup import Setup
from drill.costs.spending import Line, Spending, total
from drill.costs.storage_model import StorageModels

__all__ = [
    "AS_MEASURED",
    "Demand",
    "Line",
    "PatternCost",
    "Price",
    "PriceBook",
    "Setup",
    "Spending",
    "StorageModels",
    "UnitPrices",
    "autoscaled",
    "break_even_peak",
    "break_even_utilisation",
    "consumed",
    "costs_of_patterns",
    "on_demand",
    "parse",
    "projected",
    "read",
    "shipped",
    "total",
]
