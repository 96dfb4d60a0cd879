"""Phases 2 and 3: how access patterns are served, by which indexes, and what those are worth."""
