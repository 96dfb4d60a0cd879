"""The lab's AWS endpoint: starts moto's server in this process and installs the lab's behaviour in it.

Seam: each of moto's services names in its `urls.url_paths` the class that answers it. Those of RDS and FIS are
replaced while a server is up, and put back when it closes. moto keeps its state per process, hence one server
at a time.
"""

from __future__ import annotations

import os
import socket
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from lab.api.actions import ACTIONS
from lab.api.events import record
from lab.api.resolve import of_cluster
from lab.api.seen import Seen
from lab.api.template import Runs
from lab.errors import StartFailed

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from lab.api.identity import Identity
    from lab.control import Cluster, Event

_UNDO_S = 30.0  # how long closing waits for running experiments to undo what they did

_one_at_a_time = threading.Lock()


class Server:
    """A lab's AWS endpoint that is up; made by `serve`."""

    def __init__(self, url: str, ending: ExitStack) -> None:
        """Be reachable at `url` until `ending` is closed."""
        self.url = url
        self._ending = ending
        self._closing = threading.RLock()

    def close(self) -> None:
        """Answer nothing more, undo what experiments did, give back the port; a second time does nothing."""
        with self._closing:
            self._ending.close()


def serve(cluster: Cluster, *, host: str, port: int, identity: Identity) -> Server:
    """Answer AWS's clients about this cluster on this address; port 0 takes a free one.

    Answers from daemon threads of this process. Raises StartFailed if the address cannot be had, or if this
    process serves a lab already.
    """
    with ExitStack() as ending:
        if not _one_at_a_time.acquire(blocking=False):
            raise StartFailed("This process serves a lab's APIs already; start the other lab in a process of its own.")
        ending.callback(_one_at_a_time.release)
        listening = ending.enter_context(_listen(host, port))

        from moto.fis import urls as fis_urls
        from moto.rds import urls as rds_urls

        from lab.api.budget import seed_budget
        from lab.api.fis import LabFIS
        from lab.api.metrics import begin
        from lab.api.rds import LabRDS
        from lab.api.seed import seed
        from lab.api.wire import HttpServer

        ending.callback(_account(identity.account))
        seen, runs = Seen(cluster), Runs(cluster, ACTIONS, of_cluster(cluster, identity))
        backend = seed(seen, identity)
        instances = [each.identifier for each in seen.topology.instances]
        seed_budget(identity, instances, budget=cluster.setup().budget)
        ending.callback(begin(cluster, identity))
        ending.callback(_answer_with(rds_urls, type("RDS", (LabRDS,), {"seen": seen, "lock": threading.RLock()})))
        ending.callback(_answer_with(fis_urls, type("FIS", (LabFIS,), {"runs": runs})))

        def arn(kind: str, name: str) -> str:
            return f"arn:{backend.partition}:rds:{identity.region}:{identity.account}:{kind}:{name}"

        def remember(event: Event) -> None:
            backend.events.append(record(event, cluster=identity.cluster, arn=arn))

        cluster.subscribe(remember)
        ending.callback(runs.close, _UNDO_S)
        name, number = listening.getsockname()[:2]
        ending.callback(HttpServer(listening).stop)
        shown = f"[{name}]" if ":" in name else name
        return Server(f"http://{shown}:{number}", ending.pop_all())


def _listen(host: str, port: int) -> socket.socket:
    """Listen ourselves: werkzeug would print, and exit the process, if the port were taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise StartFailed(
            f"The lab's AWS APIs cannot listen on {host}:{port}: {error.strerror}."
            " Name another port, or end what has this one."
        ) from error


def _account(account: str) -> Callable[[], None]:
    """Have moto answer as this account, which it reads from the environment; gives the way back."""
    name = "MOTO_ACCOUNT_ID"
    before = os.environ.get(name)
    os.environ[name] = account

    def back() -> None:
        if before is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = before

    return back


def _answer_with(urls: ModuleType, response: Any) -> Callable[[], None]:
    """Have this class answer all paths of a service; gives the way back."""
    before: dict[str, Any] = dict(urls.url_paths)
    urls.url_paths.update(dict.fromkeys(before, response.dispatch))

    def back() -> None:
        urls.url_paths.update(before)

    return back
