"""Scenario 1: what an application does while its database refuses for want of capacity."""
