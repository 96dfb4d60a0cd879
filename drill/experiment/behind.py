"""Which of the probes' clients are without success of late: what an experiment waits for, and shows."""

from __future__ import annotations

from drill.probes.progress import ClientProgress, Progress

LIVE_WITHIN_S = 0.6
"""A client is alive when its last operation is no older: a few reports of the probes."""
SEEN_WITHIN_S = 2.5
"""A watcher is: AWS's control plane is asked once a second."""

PINNED, WATCHER = "pinned", "watcher"
APPLICATIONS = ("writer", "reader")
ALL = (*APPLICATIONS, PINNED, WATCHER)
"""How the names of the probes' clients begin."""


def behind(progress: Progress, now_ns: int, kinds: tuple[str, ...]) -> list[str]:
    """The clients of these kinds that have not succeeded of late; a pinned one need only be alive."""
    chosen = {name: client for name, client in progress.clients.items() if name.startswith(kinds)}
    return [name for name, client in chosen.items() if _is_behind(name, client, now_ns)] or (
        [] if chosen else ["any client"]
    )


def _is_behind(name: str, client: ClientProgress, now_ns: int) -> bool:
    within_s = SEEN_WITHIN_S if name.startswith(WATCHER) else LIVE_WITHIN_S
    last_ns = client.last_ns if name.startswith(PINNED) else client.last_ok_ns
    return (last_ns or 0) < now_ns - round(within_s * 1e9)
