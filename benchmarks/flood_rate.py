"""How fast a flood takes a lab's connections: python benchmarks/flood_rate.py.

On a lab of its own, through the writer endpoint and its TLS, until the server refuses.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))

from drill.config import AuroraSettings
from drill.history import WRITER_ENDPOINT, Action
from drill.load.flood import CrowdPlan, Mode, Party, gathered
from drill.targets.connect import connect
from lab import life

WANTED = 500
DEADLINE_S = 30.0


def main() -> None:
    """Flood, and print when how many were held."""
    name = f"bench-{os.getpid()}"
    lab = life.up(name)
    try:
        settings = AuroraSettings(
            kind="aurora",
            region=lab.region,
            cluster=lab.cluster,
            secret=lab.secret,
            endpoint_url=lab.endpoint_url,
            ca_bundle=lab.ca_file,
        )
        address = connect("lab", settings, os.environ).address(WRITER_ENDPOINT)
        party = Party(mode=Mode.HOLD, name="flood", application="drill flood", address=address, count=1200)
        with gathered(CrowdPlan(parties=(party,), duration_s=60)) as crowd:
            ends_s = time.monotonic() + DEADLINE_S
            while not crowd.progress().get("refused") and time.monotonic() < ends_s:
                time.sleep(0.05)
            rows = crowd.stop()
    finally:
        life.down(name)
    connects = rows.filter(pl.col("action") == str(Action.CONNECT))
    opened = connects.filter(pl.col("outcome") == "ok")["completed_ns"].sort()
    since_s = (opened - connects["invoked_ns"].min()) / 1e9
    print(f"{len(opened):,} connections opened, the last after {since_s[-1]:.2f} s")
    print(f"{WANTED} of them within {since_s[WANTED - 1]:.2f} s" if len(opened) >= WANTED else f"never {WANTED}")
    refused = connects.filter(pl.col("code") == "53300")
    print(f"{len(refused):,} refused with 53300")


if __name__ == "__main__":
    main()
