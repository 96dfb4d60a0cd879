"""Game days: when one may begin, what ends it, who is told, and the order in which all of it happens."""
