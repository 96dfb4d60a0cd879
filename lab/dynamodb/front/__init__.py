"""HTTP: who asks for what in which region, and what becomes of it on the way."""
