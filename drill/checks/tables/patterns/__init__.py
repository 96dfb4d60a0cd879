"""Promises about how access patterns use the keys and indexes of tables, by the calls of a load without a fault."""
