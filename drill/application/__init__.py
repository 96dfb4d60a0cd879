"""The reference application under test: pool, transactions, retries. Nothing here yet."""
