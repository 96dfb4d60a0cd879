"""index.html: a run for people, in one file that needs nothing else, and nobody's network.

    its ruling, and what it rests on
    what did not hold, and what usually causes it
    every experiment, the gravest first: time line, promises with their evidence, phases, stages, earlier runs
    the requirements

timeline.json and ramp.json (kept.py) are all that is read of an experiment's evidence, so that writing the page costs a
moment, whatever the experiments counted.
"""

from drill.reporting.page.kept import keep
from drill.reporting.page.render import render, write
from drill.reporting.page.timeline import Timeline, aggregate

__all__ = ["Timeline", "aggregate", "keep", "render", "write"]
