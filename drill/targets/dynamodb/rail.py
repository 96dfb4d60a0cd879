"""The rail of tables: what must be true of them before anything is broken on them."""

from __future__ import annotations

from drill.errors import NotAllowed, TargetError
from drill.targets.dynamodb.tables import Tables
from drill.targets.rail import ALLOWED, TAG


def require_tables(target: Tables) -> None:
    """Let pass only where every table that drill.toml names is there; TargetError says which is not."""
    for table in target.tables:
        status = target.describe(table)["TableStatus"]
        if status in {"DELETING", "INACCESSIBLE_ENCRYPTION_CREDENTIALS"}:
            raise TargetError(f"the table {table} in {target.region} is {status}; name another one in drill.toml")


def require_allowed_tables(target: Tables) -> None:
    """Let pass only where every table is tagged; NotAllowed says how to tag it."""
    for table in target.tables:
        if target.tags(table).get(TAG) != ALLOWED:
            raise NotAllowed(
                f"the table {table} does not say that it may be broken (tag {TAG}={ALLOWED}); "
                f"if it may: {target.allow_command(table)}"
            )
