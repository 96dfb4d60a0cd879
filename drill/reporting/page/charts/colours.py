"""Colours that are told apart by everybody, and stand on white as on near-black with a contrast of 3:1 or more.

Okabe and Ito's where they reach it (https://jfly.uni-koeln.de/color/), and else darker or lighter kin. A colour is
never all that tells two things apart: lines differ in their dashes too, bars in their pattern, marks in their shape.
"""

from __future__ import annotations

KINDS = {"write": "#1f7fc4", "read": "#0f9d75"}
FAULT, BAND = "#c8781e", "rgba(230, 159, 0, 0.16)"
PHASE, STALL = "#7f7f8a", "#8a8f98"
CAUSES = ("#d1603d", "#8d6cc2", "#b0820f", "#c1558b", "#5f8a2f", "#3f8fa3", "#a06a55", "#7f7f8a")
"""One a cause, the most frequent first, and again from the beginning."""

RULINGS = {"held": "#0f9d75", "broken": "#d1453d", "undecided": "#b0820f"}
SYMBOLS = {"held": "circle", "broken": "x", "undecided": "diamond-open"}
