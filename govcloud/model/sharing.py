"""Agreements between tenancies, and exceptions to rules; both end by themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from govcloud.model.base import Document, Name, Strict, Text
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


class WaiverSpec(Strict):
    """Which rule is waived, for whom, why, by whom and until when."""

    rule: Text
    tenancy: Name
    reason: Text
    ticket: Text
    approved_by: Text
    until: AwareDatetime


class Waiver(Document):
    """An approved, expiring exception to one rule for one tenancy."""

    kind: Literal["Waiver"] = "Waiver"
    spec: WaiverSpec

    def expired(self, now: datetime | None = None) -> bool:
        """Whether the exception has ended."""
        return (now or datetime.now(UTC)) >= self.spec.until
