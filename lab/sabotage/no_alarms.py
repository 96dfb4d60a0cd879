"""Nobody is told of throttles, nor of what is consumed."""

from lab.dynamodb.defect import Defect, Holdings
from lab.sabotage.none import Sabotage

SABOTAGE = Sabotage(name="no-alarms", dynamodb=Defect(holdings=Holdings(alarms=False)))
