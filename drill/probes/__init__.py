"""Clients that write, read and watch while something breaks, and record what they saw."""
