"""The writer endpoint keeps leading to the demoted writer."""

from lab.sabotage.none import Sabotage

SABOTAGE = Sabotage(name="stale-endpoint", endpoint_follows=False)
