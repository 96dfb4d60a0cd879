"""Phase 1 of the requirements on DynamoDB: tables are looked at as they were set up."""

from scenarios.provisioning import Inspection

PROVISIONING = Inspection(
    name="provisioning",
    fault_name="inspection of tables",
    story="nothing: ask the control planes how the tables, their indexes and replicas were set up",
)
