"""Whether an endpoint can be talked to in a way that it must not: without TLS, or in TLS with nobody in particular.

Nothing secret is sent: both say that they know no way to authenticate, and end where a server asks for one. That it
asks is answer enough: it let us in as far as TLS goes.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path
from typing import Any

import psycopg

from drill.probes.server.reading import first_line, monitor
from drill.targets.connection import CuttableConnection
from drill.targets.postgres import Address

DEADLINE_S = 5.0

PLAINTEXT, STRANGER = "plaintext", "strange authority"
"""The subjects of what is found; the names are the endpoints."""

ACCEPTED, REFUSED, UNCLEAR = "accepted", "refused", "unclear"
"""What its value is or begins with."""

NOBODY = """\
-----BEGIN CERTIFICATE-----
MIIBRDCB66ADAgECAgEBMAoGCCqGSM49BAMCMB8xHTAbBgNVBAMMFG5vYm9keSBp
biBwYXJ0aWN1bGFyMCAXDTI1MDEwMTAwMDAwMFoYDzIxMjUwMTAxMDAwMDAwWjAf
MR0wGwYDVQQDDBRub2JvZHkgaW4gcGFydGljdWxhcjBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABOGJE1meyqssufrcJYJXSfzLVRe41OP7OLgOxB2kBkemnIMb/CVj
p/4zOtSe/lvMV50hN+dxZKxaZyzZvDrximmjFjAUMBIGA1UdEwEB/wQIMAYBAf8C
AQAwCgYIKoZIzj0EAwIDSAAwRQIgQQ5GLVS6EtgGOSA/Z+CAnT7pF50sz2MOfFGB
KQc7tC8CIQCRNt0y+8etbCfY1kh4ZpUyAWGbn+pJao8KYSFghP5n7A==
-----END CERTIFICATE-----
"""
"""A certificate authority that has signed nothing but itself, and never will: its key was never kept."""

_NO_TLS = re.compile(r"no encryption|SSL off|(?:requires?|must use) (?:a )?(?:secure|SSL|TLS)", re.IGNORECASE)
"""How PostgreSQL 14 and later, older ones, and proxies refuse whoever comes without TLS."""

_UNVERIFIED = re.compile(r"certificate verify failed", re.IGNORECASE)
"""How libpq says, in the words of OpenSSL, that it knows nobody who vouches for the server."""

_ASKED = re.compile(r"authentication method requirement", re.IGNORECASE)
"""How libpq says that the server asked for a proof of who we are."""

Row = dict[str, str | None]


def plaintext(address: Address, endpoint: str, *, deadline_s: float = DEADLINE_S) -> Row:
    """A row of table `settings`: whether the endpoint talks to whoever wants no TLS."""
    return _row(PLAINTEXT, endpoint, _tried(address, _NO_TLS, deadline_s, sslmode="disable", sslrootcert=None))


def strange_authority(address: Address, endpoint: str, *, deadline_s: float = DEADLINE_S) -> Row:
    """A row of table `settings`: whether we talk to a server for whom only an authority vouches that we do not trust.

    We must not: it shows that our verification can fail.
    """
    with tempfile.TemporaryDirectory(prefix="drill-") as folder:
        authority = Path(folder, "nobody.pem")
        authority.write_text(NOBODY)
        said = _tried(address, _UNVERIFIED, deadline_s, sslmode="verify-full", sslrootcert=str(authority))
    return _row(STRANGER, endpoint, said)


def _row(subject: str, endpoint: str, said: str) -> Row:
    return {"subject": subject, "name": endpoint, "value": said}


def _tried(address: Address, refusing: re.Pattern[str], deadline_s: float, **how: Any) -> str:
    """Connect so; what became of it."""
    words = monitor(address).conninfo(password=None, require_auth="none", **how)

    async def once() -> None:
        async with asyncio.timeout(deadline_s):
            connection = await CuttableConnection.connect(words, autocommit=True)
        await connection.close()

    try:
        asyncio.run(once())
    except TimeoutError:
        return f"{UNCLEAR}: no answer within {deadline_s:g} s"
    except psycopg.Error as error:
        said = first_line(error)
        if _ASKED.search(str(error)):
            return ACCEPTED
        return f"{REFUSED if refusing.search(str(error)) else UNCLEAR}: {said}"
    return ACCEPTED
