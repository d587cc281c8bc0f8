"""Regions and their pools: the capacity of an estate, and up to which grade it may be used."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from govcloud.base import Document, Grade, Meaning, Name, Network, Strict, Text, Zone
from govcloud.model.quantity import Quantity

Level = Literal["central", "province", "prefecture", "county"]
RuntimeName = Literal["runc", "sandbox"]


def _range(value: Any) -> Any:
    """A range is written as address/length: a bare address or number would pass as a range of one."""
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    if not isinstance(value, str) or "/" not in value:
        raise ValueError("it is not an address range")
    return ip_network(value)


Cidr = Annotated[
    IPv4Network | IPv6Network,
    BeforeValidator(_range),
    Meaning("an address range such as 10.64.0.0/12 or fd00:64::/56, with no bit set beyond its length"),
]

# A host without a dot would be read as a folder of the registry that the container runtime takes by default.
Registry = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+(:[1-9][0-9]{0,4})?$",
        max_length=253,
    ),
    Meaning("the host of a registry, with its port if it has one, such as registry.gov.internal"),
]


class NodeShape(Strict):
    """What one node of a pool has."""

    cpu: Quantity
    memory: Quantity
    storage: Quantity = "100Gi"
    pods: Annotated[int, Field(ge=1, le=1000)] = 110
    accelerators: dict[str, Quantity] = Field(default_factory=dict)


class Pool(Strict):
    """A set of like nodes in a region that serves one zone up to one grade.

    ``tenancy`` dedicates the pool to one tenancy; ``runtime`` says whether its nodes sandbox containers.
    """

    name: Name
    zone: Zone
    grade: Grade
    nodes: Annotated[int, Field(ge=0, le=5000)]
    shape: NodeShape
    runtime: RuntimeName = "runc"
    tenancy: Name | None = None


class LocalCluster(Strict):
    """A region that runs on this machine (the embedded default); its nodes are simulated by kwok."""

    kind: Literal["local"] = "local"


class KubeconfigCluster(Strict):
    """A region that is an existing cluster, reached through a context of a kubeconfig."""

    kind: Literal["kubeconfig"]
    context: Text
    path: str | None = None


Cluster = Annotated[LocalCluster | KubeconfigCluster, Field(discriminator="kind")]


class Addresses(Strict):
    """Address ranges of a region; no two ranges of an estate may overlap."""

    pods: Cidr
    services: Cidr


class StorageTier(Strict):
    """A class of storage that a region offers."""

    name: Literal["ssd", "hdd", "file", "archive"]
    provisioner: Text = "kubernetes.io/no-provisioner"
    encrypted: bool = True


class Energy(Strict):
    """Figures for placement and energy accounting. PUE: total facility energy over IT energy (GB 40879)."""

    pue: Annotated[float, Field(ge=1.0, le=3.0)] = 1.5


class Location(Strict):
    """Where a region stands, in degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class RegionSpec(Strict):
    """What a region is and has; images of its tenancies come from its ``registries`` alone."""

    title: Text
    level: Level
    network: Network
    zones: Annotated[tuple[Zone, ...], Field(min_length=1)]
    grade_ceiling: Grade
    pools: Annotated[tuple[Pool, ...], Field(min_length=1)]
    addresses: Addresses
    location: Location | None = None
    energy: Energy = Energy()
    storage: Annotated[tuple[StorageTier, ...], Field(min_length=1)] = (
        StorageTier(name="ssd"),
        StorageTier(name="hdd"),
    )
    registries: tuple[Registry, ...] = ("registry.gov.internal",)
    cluster: Cluster = LocalCluster()


class Region(Document):
    """One data centre with one Kubernetes cluster."""

    kind: Literal["Region"] = "Region"
    spec: RegionSpec

    def pools_for(self, zone: Zone, grade: int) -> tuple[Pool, ...]:
        """The shared pools that may carry a tenancy of this zone and grade, lowest sufficient grade first.

        A platform may not carry a system graded above itself (GB/T 22239-2019 8.2.2.1 a).
        """
        fit = [p for p in self.spec.pools if p.zone == zone and p.grade >= grade and p.tenancy is None]
        return tuple(sorted(fit, key=lambda p: (p.grade, p.name)))

    def pools_of(self, tenancy: str) -> tuple[Pool, ...]:
        """The pools dedicated to one tenancy."""
        return tuple(p for p in self.spec.pools if p.tenancy == tenancy)
