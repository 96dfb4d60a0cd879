"""The process that is a lab: it starts the cluster, the APIs and DynamoDB, and ends them when it is told to end.

    python -m lab.serve FOLDER

`ready` in the folder says that all is up; `progress` says how far it got, `failed` why it did not.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from lab import processes
from lab.dynamodb.process import Process
from lab.errors import LabError
from lab.layout import AURORA, DYNAMODB, REGION, REGION_HOST, Layout
from lab.space import require_space


def main(folder: Path) -> int:
    """Be the lab until SIGTERM; 0 when it ended as told, 1 when it did not come up."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    processes.adopt_orphans()
    layout = Layout.load(folder)
    logging.basicConfig(
        filename=folder / "control.log", level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with contextlib.ExitStack() as going_down:
        try:
            require_space(folder)
            with (folder / "progress").open("a", buffering=1) as progress:
                _come_up(layout, going_down, lambda text: print(text, file=progress))
        except (LabError, TimeoutError, OSError) as error:
            logging.getLogger("lab").exception("the lab did not come up")
            (folder / "failed").write_text(str(error))
            return 1
        (folder / "ready").touch()
        ended.wait()
    return 0


def _come_up(layout: Layout, going_down: contextlib.ExitStack, tell: Callable[[str], None]) -> None:
    """Bring up DynamoDB beside the cluster, since each takes seconds of a processor of its own."""
    dynamodb = Process(layout) if DYNAMODB in layout.services else None
    if dynamodb is not None:
        going_down.callback(dynamodb.stop)
        dynamodb.start()
    if AURORA in layout.services:
        _aurora(layout, going_down, tell)
    if dynamodb is not None:
        tell("DynamoDB")
        dynamodb.await_ready()


def _aurora(layout: Layout, going_down: contextlib.ExitStack, tell: Callable[[str], None]) -> None:
    """Bring up the APIs beside the cluster, for the same reason."""
    from lab import sabotage
    from lab.api.identity import Identity
    from lab.api.server import serve
    from lab.cluster import LabCluster

    cluster = LabCluster(layout, sabotage.named(layout.fault_in))
    going_down.callback(cluster.stop)
    importing = threading.Thread(target=_import_moto, daemon=True)
    importing.start()
    cluster.start(tell)
    tell("AWS APIs")
    importing.join()
    identity = Identity(
        cluster=layout.name,
        region=REGION,
        secret=layout.secret,
        database=layout.database,
        user=layout.user,
        password=layout.passwords.application,
        admin="postgres",
        admin_password=layout.passwords.admin,
    )
    server = serve(cluster, host=REGION_HOST, port=layout.ports.api, identity=identity)
    going_down.callback(server.close)


def _import_moto() -> None:
    """Importing it takes a second or two."""
    import moto.fis.models
    import moto.rds.models
    import moto.secretsmanager.models
    import moto.server  # noqa: F401 - only to have them


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
