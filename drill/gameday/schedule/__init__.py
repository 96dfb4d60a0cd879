"""A game day's window as the schedule of a scheduler that is there already: one file a scheduler, cron the first.

Each begins it when its window opens, on each of its days, in its own time zone. What the schedule cannot say, blackout
dates above all, `drill gameday` looks at when it is begun: outside its window it refuses.
"""

from drill.gameday.schedule.cron import cron
from drill.gameday.schedule.eventbridge import eventbridge
from drill.gameday.schedule.github import github
from drill.gameday.schedule.kubernetes import kubernetes
from drill.gameday.schedule.needs import Needs, needs
from drill.gameday.schedule.plan import File, Place, Plan, Scheduler
from drill.gameday.schedule.systemd import systemd

SCHEDULERS: dict[str, Scheduler] = {
    "cron": cron,
    "systemd": systemd,
    "github": github,
    "eventbridge": eventbridge,
    "kubernetes": kubernetes,
}
"""By what one calls them."""

__all__ = ["SCHEDULERS", "File", "Needs", "Place", "Plan", "Scheduler", "needs"]
