"""Scenario 2: what an application does while its database is slow, silent, or cuts its connections."""
