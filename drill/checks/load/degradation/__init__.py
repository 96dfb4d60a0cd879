"""Scenario 4: what holds when everything becomes slower."""
