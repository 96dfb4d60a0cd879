"""An embedded stand-in for Aurora PostgreSQL: three zones of real PostgreSQL behind AWS-compatible APIs.

It can be used alone (`python -m lab up`), and is reached only over the wire: the PostgreSQL protocol and
the AWS APIs over HTTP.
"""
