"""A cluster of one: nobody else has what is acknowledged, nobody could take over, and readers read at the writer."""

from lab.sabotage.none import Sabotage

SABOTAGE = Sabotage(name="no-readers", zones=1, synchronous=False)
