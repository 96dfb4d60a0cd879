"""Why tables became slow or refused: each cause looks for itself in calls and in what CloudWatch counted."""

from drill.checks.items.diagnosis.diagnosis import Diagnosis, Reason, diagnose

__all__ = ["Diagnosis", "Reason", "diagnose"]
