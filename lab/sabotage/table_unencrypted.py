"""The tables are encrypted with a key that AWS owns, which nobody can watch or withdraw: SSE is told as off."""

from lab.dynamodb.defect import Defect, Holdings
from lab.sabotage.none import Sabotage

SABOTAGE = Sabotage(name="table-unencrypted", dynamodb=Defect(holdings=Holdings(encrypted=False)))
