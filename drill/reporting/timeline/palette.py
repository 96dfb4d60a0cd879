"""Colours and sizes of the drawing, in one place."""

from __future__ import annotations

INK, MUTED, FAINT = "#24292f", "#6b7280", "#e5e7eb"
BAND, BAND_INK = "#fbeee0", "#9a5a12"
COLOURS = {
    "write": "#0072b2",
    "read": "#009e73",
    "failed": "#9ca3af",
    "unknown": "#d55e00",
    "stall": "#c4c9d1",
}
"""Okabe and Ito's, which the colour-blind tell apart (https://jfly.uni-koeln.de/color/), and greys."""

PIXELS_PER_INCH, POINTS_PER_PIXEL = 96, 0.75
WIDTH, HEADER, LABEL_ROW, CAUSE_ROW, GAP, CAPTION, FOOTER = 1100, 62, 14, 16, 30, 14, 64
LEFT, RIGHT, RIGHT_WITH_CAUSES = 62, 36, 168
THROUGHPUT, LATENCY = 150, 120
"""All in pixels, 96 to the inch."""

LABEL_CHARACTER = 6.6
"""Width of a character of a label, rounded up from DejaVu Sans, the widest of the fonts."""

STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "drill",
    "font.family": "sans-serif",
    "font.sans-serif": ["Inter", "Helvetica Neue", "Helvetica", "Arial", "DejaVu Sans"],
    "font.size": 8.5,
}
"""Text stays text, in the reader's own font, and the same drawing has the same bytes."""
