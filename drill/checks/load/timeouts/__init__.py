"""Scenario 2: what holds while statements, locks and transactions take too long."""
