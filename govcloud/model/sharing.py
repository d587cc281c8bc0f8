"""Agreements between tenancies; they end by themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from govcloud.base import Document, Name, Strict, Text
from govcloud.model.tenancy import DataLevel


class SharingPort(Strict):
    """A port of the provider that the consumer may reach."""

    port: Annotated[int, Field(ge=1, le=65535)]
    protocol: Literal["TCP", "UDP", "SCTP"] = "TCP"


class SharingSpec(Strict):
    """Who may reach what, up to which data level, for what and until when (国务院令第809号)."""

    provider: Name
    consumer: Name
    ports: Annotated[tuple[SharingPort, ...], Field(min_length=1)]
    level: DataLevel
    purpose: Text
    until: AwareDatetime


class Sharing(Document):
    """An agreement that lets one tenancy reach a port of another."""

    kind: Literal["Sharing"] = "Sharing"
    spec: SharingSpec

    def expired(self, now: datetime | None = None) -> bool:
        """Whether the agreement has ended."""
        return (now or datetime.now(UTC)) >= self.spec.until
