"""How large a tenancy is in a region: full size where it is primary, by its tier where it stands by."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from govcloud.model import Role, Tenancy, parse_quantity
from govcloud.model.tenancy import Resources
from govcloud.standards import standby

EPHEMERAL_PER_POD = parse_quantity("1Gi")
"""Scratch space that each pod may use when a tenancy does not say how much it needs."""


@dataclass(frozen=True, slots=True)
class Size:
    """What a tenancy may use in one region, in cores, bytes and pieces, exactly."""

    cpu: Decimal
    memory: Decimal
    ephemeral_storage: Decimal
    pods: Decimal
    accelerators: dict[str, Decimal]
    storage: Decimal


def size_of(tenancy: Tenancy, role: Role) -> Size | None:
    """The size of a tenancy in a region of that role; None where nothing stands by for it.

    Shares are rounded up: to a millicore, a byte, a pod, an accelerator.
    """
    full = tenancy.spec.resources
    if role == "primary":
        return _scaled(full, Decimal(1), Decimal(1))
    share = standby(tenancy.spec.recovery.tier)
    if not share.compute_ratio and not share.storage_ratio:
        return None
    return _scaled(full, share.compute_ratio, share.storage_ratio)


def _scaled(full: Resources, compute: Decimal, storage: Decimal) -> Size:
    pods = Decimal(full.pods)
    scratch = parse_quantity(full.ephemeral_storage) if full.ephemeral_storage else EPHEMERAL_PER_POD * pods
    return Size(
        cpu=_up(parse_quantity(full.cpu) * compute, Decimal("0.001")),
        memory=_up(parse_quantity(full.memory) * compute),
        ephemeral_storage=_up(scratch * compute),
        pods=_up(pods * compute),
        accelerators={
            name: _up(parse_quantity(count) * compute) for name, count in full.accelerators.items()
        },
        storage=_up(parse_quantity(full.storage) * storage),
    )


def _up(value: Decimal, step: Decimal = Decimal(1)) -> Decimal:
    return (value / step).to_integral_value(rounding=ROUND_CEILING) * step
