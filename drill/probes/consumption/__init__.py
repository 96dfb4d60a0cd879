"""Looks at what a cluster uses and at who is told of it; of tables drill.probes.items and their target tell the same.

budgets     Budgets API: rows of `settings`, subject "budgets"
alarms      CloudWatch alarms of a cluster: rows of `settings`, subject "cluster"
metrics     CloudWatch datapoints of a cluster and its instances: table `metrics`
counters    PostgreSQL's own counters of I/O, looked at throughout: table `consumption`
"""

from drill.probes.consumption.alarms import cluster_alarms
from drill.probes.consumption.budgets import budgets
from drill.probes.consumption.counters import IoCounters, counting_io
from drill.probes.consumption.metrics import cluster_metrics

__all__ = ["IoCounters", "budgets", "cluster_alarms", "cluster_metrics", "counting_io"]
