"""The provisioned table keeps its units, whatever the load."""

from lab.dynamodb.defect import Defect, Holdings
from lab.sabotage.none import Sabotage

SABOTAGE = Sabotage(name="no-autoscaling", dynamodb=Defect(holdings=Holdings(autoscaling=False)))
