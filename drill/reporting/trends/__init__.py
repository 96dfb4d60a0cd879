"""Runs beside each other: how what they measured is spread, and whether the newest is out of line."""

from drill.reporting.trends.outlying import Basis, Finding, Standing, findings, outlying
from drill.reporting.trends.quantities import LATENCY, LOSS, QUANTITIES, RECOVERY, SERVED, Quantity, Reading
from drill.reporting.trends.repetitions import Repetitions, repetitions, sentences
from drill.reporting.trends.series import Point, Series, Subject, all_series, series
from drill.reporting.trends.spread import Spread, spread

__all__ = [
    "LATENCY",
    "LOSS",
    "QUANTITIES",
    "RECOVERY",
    "SERVED",
    "Basis",
    "Finding",
    "Point",
    "Quantity",
    "Reading",
    "Repetitions",
    "Series",
    "Spread",
    "Standing",
    "Subject",
    "all_series",
    "findings",
    "outlying",
    "repetitions",
    "sentences",
    "series",
    "spread",
]
