"""Of two writes of an item in two regions the older one wins."""

from lab.dynamodb.defect import Defect
from lab.dynamodb.replication.group import Ways
from lab.sabotage.none import Sabotage

SABOTAGE = Sabotage(
    name="replication-older-wins", dynamodb=Defect(ways=Ways(wins=lambda arriving, held: arriving < held))
)
