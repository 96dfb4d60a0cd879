"""A crontab: https://man7.org/linux/man-pages/man5/crontab.5.html."""

from __future__ import annotations

import shlex

from drill.gameday.schedule.plan import File, Plan


def cron(plan: Plan) -> tuple[File, ...]:
    """One line below its time zone, and what is secret from a file.

    cronie knows CRON_TZ; Debian's own cron does not, and goes by the machine's zone. Where the two differ, `drill
    gameday` finds itself outside its window and refuses.
    """
    # A shell whose `.` finds no file ends there: nothing is begun without it.
    given = f"set -a && . {shlex.quote(plan.variables_file)} && " if plan.needs.variables else ""
    # A percent sign would be a newline.
    command = f"{given}cd {shlex.quote(str(plan.place.folder))} && {shlex.join(plan.words)}".replace("%", r"\%")
    zone = plan.day.window.time_zone
    lines = (
        f"# drill gameday {plan.name}; a cron that knows no CRON_TZ must run on a machine in {zone}",
        *plan.wanted,
        f"CRON_TZ={zone}",
        f"{plan.cron} {command}",
    )
    return (File(name=f"{plan.unit}.crontab", text="\n".join(lines) + "\n"),)
