"""Who the lab is towards AWS's clients: its region, account, names, credentials and tags."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def _allowed() -> Mapping[str, str]:
    return {"drill": "allowed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the APIs answer under. Passwords never show in its text.

    `admin` owns the cluster (AWS's master user); `user` is who applications are, and whose credentials lie in
    the secret `secret`, by default `<cluster>/app`. `tags` are those of the cluster and of its instances.
    """

    cluster: str
    database: str
    admin: str
    admin_password: str = field(repr=False)
    user: str
    password: str = field(repr=False)
    region: str = "us-east-1"
    account: str = "123456789012"
    tags: Mapping[str, str] = field(default_factory=_allowed)
    secret: str = ""

    def __post_init__(self) -> None:
        """Name the secret after the cluster unless it was named."""
        if not self.secret:
            object.__setattr__(self, "secret", f"{self.cluster}/app")
