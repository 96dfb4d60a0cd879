"""What we do to tables, as values: the shop's, how they are used, and what goes wrong meanwhile."""
