"""What holds a password or a key is its owner's alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import certificates, private
from lab.layout import Layout
from lab.zone import ZoneHost


@pytest.fixture(autouse=True)
def generous() -> Iterator[None]:
    """A user whose new files anybody may read and write."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    """Who may do what."""
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("content", ["ä", b"\xe4\0"])
def test_nobody_else_can_read_it(tmp_path: Path, content: str | bytes) -> None:
    """Nor look into a folder that was made for it."""
    path = tmp_path / "secret" / "file"
    private.write(path, content)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)


def test_what_anybody_could_read_is_private_once_it_is_written_again(tmp_path: Path) -> None:
    """And nothing of what it was is left."""
    path = tmp_path / "file"
    path.write_text("what was there before")
    assert mode(path) == 0o666
    private.write(path, "new")
    assert mode(path) == 0o600
    assert path.read_text() == "new"


def test_a_labs_secrets_are_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key, the passwords in its description, and those in Patroni's settings; the CA lies behind a closed door."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    layout = Layout.plan("t-private")
    layout.save()
    certificates.make(layout.tls_folder, name=layout.name, hosts=layout.hosts)
    zone = ZoneHost(layout, layout.zones[0])
    zone.set_tier(2)
    shown = certificates.shown(layout.tls_folder)
    for secret in (Path(shown["key"]), layout.folder / "lab.json", zone.folder / "patroni.yml"):
        assert mode(secret) == 0o600, secret
    assert {mode(folder) for folder in (layout.folder, layout.tls_folder)} == {0o700}
    assert Path(shown["certificate"]).exists()
    assert layout.ca_file.exists()
