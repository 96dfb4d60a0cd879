"""Why it became slower: each cause looks for itself in plans, counters, samples and latencies."""

from drill.checks.load.diagnosis.diagnosis import Diagnosis, Reason, diagnose

__all__ = ["Diagnosis", "Reason", "diagnose"]
