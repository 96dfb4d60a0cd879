"""Scenario 1: what holds while others take all connections."""
