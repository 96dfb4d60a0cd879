"""Whether what is sent is encrypted, to a server that we verify, and whether it must be."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from drill.checks.promise import Finding, observation
from drill.checks.provisioning.described import CLUSTER, PARAMETERS, Described, word
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

VERIFIES = "verify-full"
PLAINTEXT, STRANGER = "plaintext", "strange authority"
"""The subjects of drill/probes/server/transport.py; names are endpoints."""
ACCEPTED, REFUSED = "accepted", "refused"
FORCED = frozenset({"1", "on", "true"})


def encrypted_in_transit() -> Check:
    """Every endpoint speaks TLS with a certificate that clients verify in full, refuses who comes without, and must.

    Undecided where the endpoints were not tried, where we did not verify, or where our verification was not seen to
    fail: a server for whom nobody vouches that we trust must be left by ourselves.
    """

    @observation("encrypted_in_transit", objective="TLS at every endpoint, verified and required")
    def judged(history: History) -> Finding:
        described = Described.of(history)
        seen = _Seen.of(history, described)
        wrong = [*seen.bare(), *seen.open(), *seen.unforced()]
        measured = {"endpoints": len(seen.endpoints), "unencrypted_endpoints": len(seen.unencrypted | seen.accepting)}
        if wrong:
            return Finding(ruling=Ruling.BROKEN, because="; ".join(wrong), measured=measured, evidence=_mend(described))
        unknown = seen.unknown()
        if unknown:
            raise Undecided("; ".join(unknown))
        return Finding(
            ruling=Ruling.HELD,
            because=f"{word(seen.endpoints)} speak TLS, verified in full; without it they refuse, and nobody is let in "
            "by us for whom only a strange authority vouches",
            measured=measured,
        )

    return judged


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the tries told, endpoint by endpoint."""

    endpoints: tuple[str, ...]
    unencrypted: frozenset[str]
    silent: frozenset[str]
    plaintext: dict[str, str | None]
    stranger: dict[str, str | None]
    sslmode: str | None
    forced: str | None
    accepting: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, history: History, described: Described) -> _Seen:
        """`Undecided` where nobody tried."""
        pings = history.table("pings")
        if pings.is_empty():
            raise Undecided("nobody tried the endpoints")
        ends = pl.col("endpoint").cast(pl.String)
        plaintext = described.named(PLAINTEXT)
        return cls(
            endpoints=tuple(pings.select(ends.unique(maintain_order=True)).to_series()),
            unencrypted=frozenset(pings.filter(~pl.col("encrypted")).select(ends).to_series()),
            silent=frozenset(
                pings.filter(pl.col("encrypted").is_null().all().over("endpoint")).select(ends).to_series()
            ),
            plaintext=plaintext,
            stranger=described.named(STRANGER),
            sslmode=described.get("client", "sslmode"),
            forced=described.get(PARAMETERS, "rds.force_ssl"),
            accepting=frozenset(each for each, said in plaintext.items() if said == ACCEPTED),
        )

    def bare(self) -> list[str]:
        """Connections that were opened as an application would, and are not encrypted."""
        return (
            [f"connections through {word(self._ordered(self.unencrypted))} are not encrypted"]
            if self.unencrypted
            else []
        )

    def open(self) -> list[str]:
        """Endpoints that talk to whoever wants no TLS."""
        return [f"{word(self._ordered(self.accepting))} let clients in without TLS"] if self.accepting else []

    def unforced(self) -> list[str]:
        """The parameter that makes them refuse."""
        return [f"rds.force_ssl is {self.forced}"] if self.forced is not None and self.forced not in FORCED else []

    def unknown(self) -> list[str]:
        """What there is no evidence of."""
        untold = [each for each in self.endpoints if not (self.plaintext.get(each) or "").startswith(REFUSED)]
        trusting = [each for each in self.endpoints if not (self.stranger.get(each) or "").startswith(REFUSED)]
        missing = []
        if self.silent:
            missing.append(f"{word(self._ordered(self.silent))} did not answer")
        if self.sslmode != VERIFIES:
            missing.append(
                f"we did not verify who answers (sslmode {self.sslmode or 'unknown'}): name ca_bundle in drill.toml"
            )
        if untold:
            missing.append(f"not known whether {word(untold)} refuses clients without TLS: {self._said(untold[0])}")
        if trusting:
            missing.append(f"our verification was not seen to fail at {word(trusting)}: {self._trusted(trusting[0])}")
        if self.forced is None:
            missing.append("the parameter group does not tell rds.force_ssl")
        return missing

    def _ordered(self, chosen: frozenset[str]) -> list[str]:
        """As they were tried; what was not pinged, last."""
        return sorted(chosen, key=lambda each: (self.endpoints.index(each) if each in self.endpoints else 99, each))

    def _said(self, endpoint: str) -> str:
        return self.plaintext.get(endpoint) or "nobody tried"

    def _trusted(self, endpoint: str) -> str:
        return self.stranger.get(endpoint) or "nobody tried"


def _mend(described: Described) -> tuple[str, ...]:
    """The parameter, and before it a group that can be changed."""
    group = described.get(CLUSTER, "DBClusterParameterGroup") or "..."
    change = "'ParameterName=rds.force_ssl,ParameterValue=1,ApplyMethod=immediate'"
    command = described.aws(
        f"modify-db-cluster-parameter-group --db-cluster-parameter-group-name {group} --parameters {change}"
    )
    if not group.startswith("default."):
        return (command,)
    return (
        f"{group} cannot be changed: first give the cluster a parameter group of its own, then name it here:",
        command,
    )
