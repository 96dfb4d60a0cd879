"""The provisioned table was given 2,000 units of each kind, and nobody remembered to have them adapted."""

from lab.dynamodb.defect import Defect, Holdings
from lab.sabotage.none import Sabotage

SABOTAGE = Sabotage(name="oversized-table", dynamodb=Defect(holdings=Holdings(autoscaling=False, units=2_000)))
