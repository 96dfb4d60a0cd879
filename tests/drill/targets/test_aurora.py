"""Aurora by boto3's own calls, against the lab's API over HTTP."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from drill.errors import FaultError, TargetError, Unsupported
from drill.targets.aurora import Aurora
from drill.targets.fis import MARK
from drill.targets.postgres import Address
from lab.api import Server
from lab.control import Happening
from tests.drill.probes.server import free_port
from tests.lab.api.cluster import InMemory
from tests.lab.api.conftest import eventually

CREDENTIALS = Address(host="", user="app", password="app-secret", dbname="shop")


def elsewhere(**changes: object) -> Aurora:
    """A target that is made without asking anybody."""
    session = boto3.Session(region_name="us-east-1", aws_access_key_id="any", aws_secret_access_key="any")
    how = {"name": "staging", "cluster": "lab", "session": session, "credentials": CREDENTIALS} | changes
    return Aurora(**how)  # type: ignore[arg-type]


@contextmanager
def saying(page: bytes) -> Iterator[str]:
    """A web server that gives everybody the same page."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(5)


def test_the_topology_is_what_rds_describes(aurora: Aurora, cluster: InMemory) -> None:
    """Members with roles, zones, tiers and places; endpoints; tags."""
    found = aurora.topology()
    assert (found.cluster, found.status, found.writer, found.readers) == (
        "lab",
        "available",
        "lab-a",
        ("lab-b", "lab-c"),
    )
    assert (found.writer_host, found.reader_host, found.port) == ("127.0.0.1", "127.0.0.1", cluster.now.port)
    assert {each.identifier: (each.zone, each.tier, each.host) for each in found.members} == {
        "lab-a": ("us-east-1a", 1, "127.0.0.1"),
        "lab-b": ("us-east-1b", 2, "127.0.0.1"),
        "lab-c": ("us-east-1c", 3, "127.0.0.1"),
    }
    assert found.tags == {"drill": "allowed"}


def test_readers_come_by_promotion_tier(aurora: Aurora, cluster: InMemory) -> None:
    """The first is the one that is promoted next."""
    cluster.set_tier("lab-b", 15)
    assert aurora.topology().readers == ("lab-c", "lab-b")


def test_every_endpoint_has_an_address(aurora: Aurora, cluster: InMemory) -> None:
    """With the secret's credentials; one that is not there is an error that names it."""
    cluster.change("lab-b", host="127.0.2.1", port=7)
    assert str(aurora.address("lab-b")) == "127.0.2.1:7"
    for endpoint in ("writer", "reader", "lab-a"):
        address = aurora.address(endpoint)
        assert (str(address), address.user, address.password) == (f"127.0.0.1:{cluster.now.port}", "app", "app-secret")
    with pytest.raises(TargetError, match="the cluster lab has no instance lab-z"):
        aurora.address("lab-z")


def test_the_same_cluster_is_the_same_whoever_names_it(aurora: Aurora) -> None:
    """Two targets of one cluster exclude each other."""
    assert replace(aurora, name="another-name").identity == aurora.identity
    assert replace(aurora, cluster="two").identity != aurora.identity


def test_it_can_what_fis_lists(aurora: Aurora) -> None:
    """The lab's own actions and AWS's."""
    assert aurora.can("lab:freeze-zone")
    assert aurora.can("aws:rds:failover-db-cluster")
    assert not aurora.can("lab:flood")


def test_a_failover_without_a_reader_names_none(aurora: Aurora, cluster: InMemory) -> None:
    """The parameter is left out: boto3 refuses None."""
    sent: list[object] = []
    aurora.rds.meta.events.register(
        "provide-client-params.rds.FailoverDBCluster", lambda params, **_: sent.append(params)
    )
    aurora.fail_over()
    assert sent == [{"DBClusterIdentifier": "lab"}]
    assert cluster.target == "lab-b"


def test_a_failover_leads_to_the_named_reader(aurora: Aurora, cluster: InMemory) -> None:
    """Whatever its tier."""
    aurora.fail_over("lab-c")
    assert cluster.target == "lab-c"


def test_a_refused_failover_tells_awss_own_words(aurora: Aurora) -> None:
    """The call, the cluster, the place and the code."""
    aurora.fail_over()
    with pytest.raises(FaultError, match=r"rds:FailoverDBCluster for lab at http.*: InvalidDBClusterStateFault"):
        aurora.fail_over()


def test_events_are_those_since_a_moment_oldest_first(aurora: Aurora, cluster: InMemory) -> None:
    """An older failover is none of this one's, whatever the clock's zone."""
    now = datetime.now(UTC) - timedelta(hours=1)
    cluster.tell(Happening.FAILOVER_COMPLETED, "lab-c", at=now - timedelta(minutes=2))
    cluster.tell(Happening.FAILOVER_COMPLETED, "lab-b", at=now + timedelta(seconds=2))
    cluster.tell(Happening.FAILOVER_STARTED, "lab-b", at=now + timedelta(seconds=1))
    started, completed, *_ = aurora.failover_events(now)
    assert started.startswith("Started cross AZ failover to DB instance")
    assert completed.startswith("Completed failover to DB instance")
    assert aurora.failover_events(now.astimezone())[:2] == (started, completed)


def test_a_fault_runs_under_its_mark_until_it_is_stopped(aurora: Aurora, cluster: InMemory) -> None:
    """Stopped means undone; a second stop does nothing; the template is gone at once."""
    experiment = aurora.start_fault("lab:freeze-zone", duration_s=60, mark="m1")
    eventually(lambda: aurora.fault_state(experiment)[0] == "running", "it runs")
    described = aurora.fis.client.get_experiment(id=experiment)["experiment"]
    assert described["tags"][MARK] == "m1"
    assert aurora.fis.client.list_experiment_templates()["experimentTemplates"] == []
    aurora.stop_fault(experiment)
    aurora.stop_fault(experiment)
    assert (cluster.injected, cluster.undone) == (["freeze-zone"], ["freeze-zone"])


def test_faults_are_stopped_by_their_mark(aurora: Aurora, cluster: InMemory) -> None:
    """Those of another run go on; what has ended is not counted."""
    first, other = (aurora.start_fault("lab:freeze-zone", duration_s=60, mark=mark) for mark in ("one", "two"))
    eventually(lambda: len(cluster.injected) == 2, "both run")
    assert aurora.stop_faults("one") == 1
    assert aurora.stop_faults("one") == 0
    assert aurora.fault_state(first)[0] == "stopped"
    assert aurora.fault_state(other)[0] == "running"
    assert aurora.stop_faults("two") == 1


def test_a_fault_that_cannot_be_done_is_failed_with_its_reason(aurora: Aurora, cluster: InMemory) -> None:
    """FIS says so, and why."""
    cluster.now = replace(cluster.now, writer=None)
    experiment = aurora.start_fault("lab:freeze-zone", duration_s=60, mark="failing")
    eventually(lambda: aurora.fault_state(experiment)[0] == "failed", "it failed")
    assert "no writer" in aurora.fault_state(experiment)[1]


def test_an_action_that_is_not_offered_is_unsupported(aurora: Aurora) -> None:
    """The reason names the target and the action; so does one for a role that nobody named."""
    with pytest.raises(Unsupported, match="the target staging offers no lab:flood"):
        aurora.start_fault("lab:flood", duration_s=1, mark="m")
    without_role = elsewhere(endpoint_url=aurora.endpoint_url)
    with pytest.raises(Unsupported, match=r"set fis_role under \[target.staging\]"):
        without_role.start_fault("lab:freeze-zone", duration_s=1, mark="m")


def test_an_endpoint_where_nobody_listens_is_one_sentence() -> None:
    """It names the call, the place and the remedy."""
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(TargetError, match=rf"rds:DescribeDBClusters at {url}: .*; is endpoint_url right") as raised:
        elsewhere(endpoint_url=url).topology()
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("page", [b"<html>\n<p>Welcome!</html>", b'{"wel": "come"}'])
def test_an_endpoint_that_is_none_of_awss_is_one_sentence(page: bytes) -> None:
    """A web page is no answer."""
    with saying(page) as url, pytest.raises(TargetError, match="is endpoint_url right") as raised:
        elsewhere(endpoint_url=url).topology()
    assert "\n" not in str(raised.value)


def test_an_unknown_cluster_is_awss_own_code(aurora: Aurora) -> None:
    """With the name that was asked for."""
    with pytest.raises(TargetError, match=r"rds:DescribeDBClusters for orders at http.*: DBClusterNotFoundFault"):
        replace(aurora, cluster="orders").topology()


def test_without_credentials_the_remedy_is_to_log_in(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """The network is not to blame."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    target = elsewhere(endpoint_url=server.url, session=boto3.Session(region_name="us-east-1"))
    with pytest.raises(TargetError, match="Unable to locate credentials; log in to AWS, or name a profile"):
        target.topology()


def test_no_password_shows(aurora: Aurora) -> None:
    """Not in the target's text, nor in an address's, nor in the command that sets the tag."""
    for text in (repr(aurora), str(aurora), repr(aurora.address("writer")), str(aurora.address("writer"))):
        assert "app-secret" not in text
    assert "app-secret" not in aurora.allow_command()
