"""A game day to be scheduled, in a place with names that need quoting."""

from __future__ import annotations

from datetime import time
from pathlib import Path

from hypothesis import strategies as st

from drill.config import GameDay, Window
from drill.config.gameday import WEEK
from drill.gameday.schedule import Needs, Place, Plan

PLACE = Place(
    python=Path("/opt/drill/.venv/bin/python"),
    folder=Path("/srv/100% game's days"),
    image="registry.example.com/drill:1",
    run="arn:aws:codebuild:eu-west-1:123456789012:project/gameday",
    role="arn:aws:iam::123456789012:role/scheduler",
)
TUESDAYS = GameDay(
    target="staging",
    scenarios=("failover",),
    window=Window(days=("thu", "tue"), since=time(9, 30), until=time(12), time_zone="Europe/Berlin"),
    webhook_variable="DRILL_WEBHOOK",
)
NEEDS = Needs(variables=("DRILL_WEBHOOK", "DRILL_SIGNING_KEY"), region="eu-west-1")
PLAN = Plan(name="weekly", day=TUESDAYS, place=PLACE, needs=NEEDS)
SILENT = Plan(name="weekly", day=TUESDAYS, place=PLACE)
"""It needs nothing: a lab, and nobody who is told."""


windows = st.builds(
    lambda days, since, zone: Window(days=tuple(days), since=since, until=time(23, 59), time_zone=zone),
    st.sets(st.sampled_from(WEEK), min_size=1),
    st.builds(time, st.integers(0, 22), st.integers(0, 59)),
    st.sampled_from(("UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kolkata")),
)
plans = windows.map(lambda window: Plan(name="weekly", day=TUESDAYS.model_copy(update={"window": window}), place=PLACE))
"""Any days, hours and zone."""
