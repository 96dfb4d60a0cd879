"""Whether a replica is set up as its table is, so that nothing is missing on the day it must stand in."""

from __future__ import annotations

from drill.checks.promise import Finding, observation
from drill.checks.tables.active import SERVES
from drill.checks.tables.described import TABLES, TablesDescribed
from drill.checks.words import counted
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

ALIKE = {
    "BillingMode": "",
    "WriteCapacityUnits": "",
    "MaxWriteRequestUnits": "",
    "SSEType": "--sse-specification Enabled=true,SSEType=KMS",
    "PointInTimeRecovery": "",
    "DeletionProtection": "--deletion-protection-enabled",
    "TableClass": "--table-class {value}",
    "TimeToLive": "",
    "KeySchema": "",
    "Indexes": "",
}
"""What must be equal in every region, and what makes it so where a single option does.

DynamoDB keeps some of it equal by itself; protection, backups and the class of a table are each replica's own.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-bestpractices.html
"""


def replicas_match() -> Check:
    """Every replica serves, and is set up as its table is: capacity, encryption, backups, protection, keys, indexes.

    Where the target names a replica region, a table must have a replica there, else nothing is replicated; where it
    names none, a table without replicas is as it should be. Undecided where a replica was not described.
    """

    @observation("replicas_match", objective="settings equal in each region")
    def judged(history: History) -> Finding:
        described = TablesDescribed.of(history)
        pairs = [(table, f"{table}@{region}") for table in described.tables for region in described.replicas(table)]
        wanted = described.get(TABLES, "ReplicaRegion")
        bare = [each for each in described.tables if wanted and wanted not in described.replicas(each)]
        if bare and len(bare) == len(described.tables):
            return Finding(
                ruling=Ruling.BROKEN,
                because=f"{', '.join(bare)}: no replica in {wanted}, which the target names",
                measured={"replicas": len(pairs)},
                evidence=tuple(
                    described.update(each, f'--replica-updates \'[{{"Create":{{"RegionName":"{wanted}"}}}}]\'')
                    for each in bare
                ),
            )
        apart = [
            (table, replica, *each) for table, replica in pairs for each in _differences(described, table, replica)
        ]
        dead = {replica: described.get(replica, "TableStatus") for _, replica in pairs}
        dead = {replica: status for replica, status in dead.items() if status is not None and status not in SERVES}
        unseen = [replica for _, replica in pairs if described.get(replica, "TableStatus") is None]
        if unseen and not (apart or dead):
            raise Undecided(f"nobody described {', '.join(unseen)}; name its region as replica_region in drill.toml")
        wrong = [f"{replica} is {status}" for replica, status in dead.items()]
        wrong += [f"{name} of {table} is {here}, of {replica} {there}" for table, replica, name, here, there in apart]
        because = (
            f"{counted(len(pairs), 'replica')} set up as their tables are" if pairs else "no replica was asked for"
        )
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because="; ".join(wrong) or because,
            measured={"replicas": len(pairs), "differences": len(apart)},
            evidence=tuple(_mend(described, replica, name, here) for _, replica, name, here, _ in apart),
        )

    return judged


def _differences(described: TablesDescribed, table: str, replica: str) -> list[tuple[str, str, str]]:
    """The settings in which they differ, with the value of each."""
    if described.get(replica, "TableStatus") is None:
        return []
    both = ((name, described.get(table, name), described.get(replica, name)) for name in ALIKE)
    return [(name, here or "not told", there or "not told") for name, here, there in both if here != there]


def _mend(described: TablesDescribed, replica: str, name: str, value: str) -> str:
    """The command that makes the replica as its table is; without one, what to look at."""
    table = replica.partition("@")[0]
    if name == "PointInTimeRecovery":
        on = str(value == "ENABLED").lower()
        specification = f"--point-in-time-recovery-specification PointInTimeRecoveryEnabled={on}"
        return described.aws(replica, f"dynamodb update-continuous-backups --table-name {table} {specification}")
    change = ALIKE[name].format(value=value)
    if name == "DeletionProtection" and value != "true":
        change = "--no-deletion-protection-enabled"
    if name == "SSEType" and value != "KMS":
        change = "--sse-specification Enabled=false"
    if not change:
        return described.aws(replica, f"dynamodb describe-table --table-name {table}")
    return described.update(replica, change)
