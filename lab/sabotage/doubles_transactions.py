"""A transaction that is repeated with the token of the first attempt is applied again."""

from lab.dynamodb.defect import Defect
from lab.sabotage.none import Sabotage

SABOTAGE = Sabotage(name="doubles-transactions", dynamodb=Defect(tokens_known_s=0.0))
