"""One change in fifty never arrives in the other region."""

from lab.dynamodb.defect import Defect, every
from lab.dynamodb.replication.group import Ways
from lab.sabotage.none import Sabotage

SABOTAGE = Sabotage(name="replication-drops-items", dynamodb=Defect(ways=Ways(lost=every(50))))
