"""The estate: everything one instance of govcloud governs, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from govcloud.base import Document, Name, Network, Strict, Text
from govcloud.model.department import Department
from govcloud.model.identity import Identity
from govcloud.model.region import Region
from govcloud.model.sharing import Sharing
from govcloud.model.source import Source
from govcloud.model.tenancy import Tenancy
from govcloud.model.waiver import Waiver


class EstateSpec(Strict):
    """What an estate is: ``hub`` is the region that keeps the register, ``state`` a Pulumi backend URL.

    ``identity`` names the providers whose tokens its API servers accept.
    """

    title: Text
    network: Network
    hub: Name
    state: Text | None = None
    identity: Identity = Identity()


class EstateDocument(Document):
    """The head document of an estate."""

    kind: Literal["Estate"] = "Estate"
    spec: EstateSpec


@dataclass(frozen=True)
class Estate:
    """A checked estate: its head and its documents by name, in the order of their files.

    ``sources`` tells, by kind and name, from which file and lines a document was read, if from a file.
    """

    head: EstateDocument
    regions: Mapping[str, Region]
    departments: Mapping[str, Department]
    tenancies: Mapping[str, Tenancy]
    sharings: Mapping[str, Sharing]
    waivers: Mapping[str, Waiver]
    sources: Mapping[tuple[str, str], Source] = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The estate's name."""
        return self.head.name

    @property
    def network(self) -> Network:
        """The one network that the estate is on."""
        return self.head.spec.network
