"""What probes need of a target with tables; `drill.targets.dynamodb.Tables` is one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Reached(Protocol):
    """Tables that can be asked, in one region or in two."""

    @property
    def region(self) -> str:
        """The region that applications use first."""

    @property
    def regions(self) -> tuple[str, ...]:
        """Every region with a replica, the own one first."""

    def client(self, service: str = "dynamodb", *, region: str | None = None) -> Any:
        """The client of a service in a region."""

    def describe(self, table: str, *, region: str | None = None) -> Mapping[str, Any]:
        """DescribeTable's Table."""

    def asking(
        self, action: str, *, what: str | None = None, region: str | None = None
    ) -> AbstractContextManager[None]:
        """Turn what boto3 raises within the block into a TargetError."""
