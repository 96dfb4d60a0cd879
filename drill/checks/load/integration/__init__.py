"""Phase 5: what an application makes of the database: transactions, retries, recovery."""
