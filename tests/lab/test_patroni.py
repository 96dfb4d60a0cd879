"""Patroni's configuration leads everything between zones through the links."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import patroni
from lab.layout import Layout
from lab.processes import MARKER, environment


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A lab that is only planned."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    return Layout.plan("t-planned")


@pytest.fixture
def settings(layout: Layout) -> Any:
    """The configuration of zone b, as Patroni reads it."""
    return yaml.safe_load(patroni.configuration(layout, layout.zones[1], tier=3))


def test_others_reach_a_zone_through_its_link(layout: Layout, settings: Any) -> None:
    """What a zone tells others of itself are the link's addresses; it listens on its own."""
    ports, host = layout.ports, "127.0.2.1"
    assert settings["postgresql"]["connect_address"] == f"{host}:{ports.linked_postgres}"
    assert settings["restapi"]["connect_address"] == f"{host}:{ports.linked_patroni}"
    assert settings["postgresql"]["listen"] == f"{host}:{ports.instance}"
    assert settings["restapi"]["listen"] == f"{host}:{ports.patroni}"


def test_a_zone_reaches_etcd_through_its_link_alone(layout: Layout, settings: Any) -> None:
    """As a proxy: Patroni must not ask etcd for its members, and go to them past the link."""
    assert settings["etcd3"] == {"hosts": [f"127.0.2.1:{layout.ports.linked_etcd}"], "use_proxies": True}


def test_nothing_is_acknowledged_that_is_on_one_instance_alone(settings: Any) -> None:
    """Synchronous by quorum, also after the last reader's death."""
    dynamic = settings["bootstrap"]["dcs"]
    assert dynamic["synchronous_mode"] == "quorum"
    assert dynamic["synchronous_mode_strict"] is True
    assert "data-checksums" in settings["bootstrap"]["initdb"]


def test_everybody_needs_a_password(settings: Any) -> None:
    """No line of pg_hba lets anybody in without scram, and there is no socket beside it."""
    assert {line.split()[-1] for line in settings["postgresql"]["pg_hba"]} == {"scram-sha-256"}
    assert settings["postgresql"]["parameters"]["password_encryption"] == "scram-sha-256"
    assert settings["postgresql"]["parameters"]["unix_socket_directories"] == ""


def test_no_setting_is_one_that_postgresql_does_not_know(settings: Any) -> None:
    """Patroni forgets those when it is started beside a PostgreSQL that runs."""
    assert not [name for name in settings["postgresql"]["parameters"] if "." in name]


def test_a_lower_tier_is_a_higher_priority() -> None:
    """Every tier of Aurora's can be promoted (priority 0 never is), the lowest before all others."""
    priorities = [patroni.priority_of(tier) for tier in range(16)]
    assert priorities == sorted(priorities, reverse=True)
    assert len(set(priorities)) == 16
    assert min(priorities) > 0


def test_the_tier_is_in_the_configuration(settings: Any) -> None:
    """As Patroni's own tag."""
    assert settings["tags"]["failover_priority"] == patroni.priority_of(3)


def test_a_reader_that_is_to_lag_does_so_by_its_own_configuration(layout: Layout, settings: Any) -> None:
    """Patroni would take back what PostgreSQL was told past it; without, the cluster's own delay holds."""
    assert "recovery_min_apply_delay" not in settings["postgresql"]["parameters"]
    lagging = yaml.safe_load(patroni.configuration(layout, layout.zones[1], tier=1, apply_delay="20d"))
    assert lagging["postgresql"]["parameters"]["recovery_min_apply_delay"] == "20d"


def test_a_cluster_of_one_waits_for_nobody(layout: Layout) -> None:
    """It would wait for good."""
    alone = replace(layout, zones=layout.zones[:1])
    dynamic = yaml.safe_load(patroni.configuration(alone, alone.zones[0], tier=1))["bootstrap"]["dcs"]
    assert dynamic["synchronous_mode"] is False
    assert dynamic["synchronous_mode_strict"] is False


def test_a_sabotage_adds_to_postgresql(layout: Layout) -> None:
    """Its hooks stand beside what is there anyway."""
    text = patroni.configuration(layout, layout.zones[0], tier=1, hooks={"pre_promote": "/bin/false"})
    section = yaml.safe_load(text)["postgresql"]
    assert section["pre_promote"] == "/bin/false"
    assert section["data_dir"]


def test_a_patroni_that_is_not_there_is_an_oserror(layout: Layout) -> None:
    """Whoever asks need not know of HTTP."""
    with pytest.raises(OSError, match="refused"):
        patroni.ask(layout, layout.zones[0], "GET", "/health")


def test_what_would_lead_clients_elsewhere_is_kept_from_the_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's and Patroni's variables of the user's own do not reach a lab's processes, the marker does."""
    monkeypatch.setenv("PGHOST", "db.example.com")
    monkeypatch.setenv("PATRONI_SCOPE", "theirs")
    inherited = environment(Path("/somewhere"))
    assert not {"PGHOST", "PATRONI_SCOPE"} & set(inherited)
    assert inherited[MARKER] == "/somewhere"
