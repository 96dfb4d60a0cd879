"""What is overwritten or deleted by mistake cannot be had back."""

from lab.dynamodb.defect import Defect, Holdings
from lab.sabotage.none import Sabotage

SABOTAGE = Sabotage(name="no-point-in-time-recovery", dynamodb=Defect(holdings=Holdings(point_in_time_recovery=False)))
