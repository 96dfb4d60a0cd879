"""A crowd lives no longer than its parent, and keeps its secrets."""

from __future__ import annotations

import signal
import subprocess
import sys

import psutil

from drill.load.flood import CrowdPlan, Mode, Party, gathered
from drill.targets.postgres import Address
from tests.drill.probes.server import Server, wait_until
from tests.drill.roles import clients, ordinary

PARENT = """
import sys, time
from drill.load.flood import CrowdPlan, gathered
with gathered(CrowdPlan.load(sys.stdin.buffer.readline())) as crowd:
    print(crowd.pid, flush=True)
    time.sleep(60)
"""
SECRET = Address(host="127.0.0.1", port=1, user="u", password="hidden-word", dbname="d")


def plan(address: Address) -> CrowdPlan:
    """Five connections that are held."""
    party = Party(mode=Mode.HOLD, name="flood", application="drill flood", address=address, count=5)
    return CrowdPlan(parties=(party,), duration_s=60.0)


def test_it_ends_when_its_parent_is_killed(postgres: Server) -> None:
    """SIGKILL leaves nobody to say stop; the connections are gone all the same."""
    address = ordinary(postgres)
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write(plan(address).dump() + b"\n")
        parent.stdin.flush()
        child = psutil.Process(int(parent.stdout.readline()))
        wait_until(lambda: clients(postgres, "drill flood") == 5, "they came")
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        for pipe in (parent.stdin, parent.stdout):
            if pipe is not None:
                pipe.close()
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, "the crowd has ended")
    wait_until(lambda: clients(postgres, "drill flood") == 0, "they left")


def test_no_password_is_to_be_seen_by_others() -> None:
    """Neither in the command line nor in the environment, nor in what is printed of a plan."""
    with gathered(plan(SECRET)) as crowd:
        process = psutil.Process(crowd.pid)
        assert "hidden-word" not in " ".join(process.cmdline())
        assert "hidden-word" not in str(process.environ())
    assert "hidden-word" not in repr(plan(SECRET))


def test_a_plan_travels_whole() -> None:
    """What the child reads is what the parent said, password included."""
    assert CrowdPlan.load(plan(SECRET).dump()) == plan(SECRET)
