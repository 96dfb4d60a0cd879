"""Addresses whose password is an IAM token, made for the host and port at hand."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import boto3

from drill.targets.postgres import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class IamAddress(Address):
    """An `Address` that makes itself a new token whenever it is pointed somewhere; a token lasts 15 minutes.

    Several threads may do so at once: a client may be shared, a session may not.
    """

    rds: Any = field(repr=False)

    @classmethod
    def of(cls, address: Address, *, session: boto3.Session) -> IamAddress:
        """The same address, with tokens from this session."""
        return cls(**{each.name: getattr(address, each.name) for each in fields(Address)}, rds=session.client("rds"))

    def at(self, host: str, port: int) -> Address:
        """A plain address with a fresh token for this host and port."""
        token = self.rds.generate_db_auth_token(DBHostname=host, Port=port, DBUsername=self.user)
        plain = {each.name: getattr(self, each.name) for each in fields(Address)}
        return Address(**plain | {"host": host, "port": port, "password": token})
