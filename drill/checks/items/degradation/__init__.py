"""Scenario 4: tables that become slow, or dear, under load."""
