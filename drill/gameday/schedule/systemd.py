"""A service and the timer that begins it: systemd.service(5), systemd.timer(5), systemd.time(7)."""

from __future__ import annotations

from drill.gameday.child import HEALS_WITHIN_S
from drill.gameday.schedule.plan import File, Plan


def systemd(plan: Plan) -> tuple[File, ...]:
    """Two units. SIGTERM goes to the command alone (KillMode=mixed), which passes it on once, and heals.

    What is secret stands in a file; where anything is, nothing is begun without that file.
    A game day that was missed because the machine was off is not made up for: its window may have closed.
    """
    window = plan.day.window
    days = ",".join(each.capitalize() for each in plan.days)
    wanted = "".join(f"{line}\n" for line in plan.wanted)
    service = f"""\
{wanted}[Unit]
Description=drill game day {plan.name}
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
WorkingDirectory={_plain(str(plan.place.folder))}
EnvironmentFile={"" if plan.needs.variables else "-"}{_plain(plan.variables_file)}
ExecStart={" ".join(_quoted(word) for word in plan.words)}
KillMode=mixed
TimeoutStartSec={plan.lasts_s}
TimeoutStopSec={round(HEALS_WITHIN_S)}
"""
    timer = f"""\
[Unit]
Description=begins drill game day {plan.name}

[Timer]
OnCalendar={days} *-*-* {window.since:%H:%M}:00 {window.time_zone}
AccuracySec=1s
Persistent=false

[Install]
WantedBy=timers.target
"""
    return File(name=f"{plan.unit}.service", text=service), File(name=f"{plan.unit}.timer", text=timer)


def _plain(text: str) -> str:
    """A percent sign would be a specifier."""
    return text.replace("%", "%%")


def _quoted(word: str) -> str:
    """As systemd reads a command line, where a dollar would be a variable as well."""
    escaped = _plain(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{escaped}"' if set(escaped) & set(" \t;'\\\"") else escaped
