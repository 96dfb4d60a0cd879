"""What we do to a database, as frozen values; suites say what must stay true meanwhile."""
