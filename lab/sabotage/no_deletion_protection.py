"""Whoever deletes the cluster by mistake has deleted it."""

from lab.control import Setup
from lab.sabotage.none import Sabotage

SABOTAGE = Sabotage(name="no-deletion-protection", setup=Setup(deletion_protection=False))
