"""Nothing says how much may be spent, so nobody is told when it is more."""

from lab.control import Setup
from lab.dynamodb.defect import Defect, Holdings
from lab.sabotage.none import Sabotage

SABOTAGE = Sabotage(name="no-budget", setup=Setup(budget=False), dynamodb=Defect(holdings=Holdings(budget=False)))
