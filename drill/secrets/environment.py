"""What of the environment is secret; only fixtures and cli may read it, and they hand it over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from drill.secrets.known import know
from drill.secrets.names import is_telling, know_login, know_url


def know_environment(environment: Mapping[str, str], *, also: Iterable[str | None] = ()) -> None:
    """Mask every variable that is named like a secret, those that are named in `also`, and the login of every URL."""
    named = set(also)
    for name, value in environment.items():
        know_login(value)
        if name in named or is_telling(name):
            know(value)
            know_url(value)
