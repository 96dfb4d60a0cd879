"""Charts as plotly's own figures: what plotly.graph_objects would make of them, without importing it for every run.

One chart a file. Colours of text and grid are the page's, in light, dark and print; what is drawn here stands on each.
"""

from drill.reporting.page.charts.chart import Chart
from drill.reporting.page.charts.ramp import ramp_chart
from drill.reporting.page.charts.timeline import timeline_chart
from drill.reporting.page.charts.trend import trend_chart
from drill.reporting.page.charts.waterfall import waterfall_chart

__all__ = ["Chart", "ramp_chart", "timeline_chart", "trend_chart", "waterfall_chart"]
