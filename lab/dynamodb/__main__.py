"""The process that is a lab's DynamoDB.

    python -m lab.dynamodb FOLDER

FOLDER is the lab's. `dynamodb/ready` in it says that all is up. It ends on SIGTERM.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from pathlib import Path

import uvloop

from lab.errors import LabError, StartFailed
from lab.layout import REGION_HOST, Layout

SWITCH_S = 0.0005
"""Threads that answer for other services give way to the loop: otherwise each would hold up tables for 5 ms."""


def main(folder: Path) -> int:
    """Be a lab's DynamoDB until SIGTERM; 0 when it ended as told, 1 when it did not come up."""
    own = folder / "dynamodb"
    own.mkdir(exist_ok=True)
    sys.setswitchinterval(SWITCH_S)
    logging.basicConfig(
        filename=own / "server.log", level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    try:
        uvloop.run(_serve(Layout.load(folder), own))
    except (LabError, OSError) as error:
        logging.getLogger("lab.dynamodb").exception("the lab's DynamoDB did not come up")
        (own / "failed").write_text(str(error))
        return 1
    return 0


async def _serve(layout: Layout, own: Path) -> None:
    import socket

    from lab import sabotage
    from lab.dynamodb.server import serving

    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    try:
        listening = socket.create_server((REGION_HOST, layout.ports.dynamodb), backlog=512)
    except OSError as error:
        raise StartFailed(
            f"The lab's DynamoDB cannot listen on {REGION_HOST}:{layout.ports.dynamodb}: {error.strerror}"
        ) from error
    async with serving(listening, sabotage.named(layout.fault_in).dynamodb):
        (own / "ready").touch()
        await ended.wait()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
