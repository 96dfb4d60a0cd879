"""What an engineer sees at a terminal while an experiment runs.

scene.py    one moment, as a value: what is shown, and nothing of how
trace.py    glimpses in, scenes out
chart.py    figures as a small chart of block characters
view.py     a scene, laid out
screen.py   the terminal: four times a second, in a thread of its own

Nothing of it disturbs what is measured: `Screen.watch` takes in a glimpse and returns; who measures are processes of
their own. What goes wrong here switches the view off, and ends nothing.
"""

from drill.reporting.live.scene import Limits, Place, Seen
from drill.reporting.live.screen import Screen
from drill.reporting.live.trace import Trace

__all__ = ["Limits", "Place", "Screen", "Seen", "Trace"]
