"""Whether what the evidence names is what a fault tells of itself."""


def same(seen: str, told: str) -> bool:
    """Whether both are the same; a logical name is that of a table whose real one ends with it: shop, drill-1f-shop."""
    return seen == told or seen.endswith(f"-{told}") or told.endswith(f"-{seen}")
