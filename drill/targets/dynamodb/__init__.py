"""DynamoDB tables as a target: what drill.toml names, and what a run makes beside it."""

from drill.targets.dynamodb.spec import IndexSpec, TableSpec
from drill.targets.dynamodb.tables import Tables

__all__ = ["IndexSpec", "TableSpec", "Tables"]
