"""Small estates, written as people write them, for tests against real regions."""

from __future__ import annotations

_HEAD = """
apiVersion: govcloud.dev/v1
kind: Estate
metadata: {{name: {estate}}}
spec: {{title: Test estate, network: extranet, hub: north}}
---
apiVersion: govcloud.dev/v1
kind: Department
metadata: {{name: mee}}
spec: {{title: 生态环境部}}
"""
_REGION = """
---
apiVersion: govcloud.dev/v1
kind: Region
metadata: {{name: {region}}}
spec:
  title: {region}
  level: central
  network: extranet
  zones: [extranet, dedicated]
  gradeCeiling: 3
  addresses: {{pods: 10.{octet}.0.0/16, services: 10.{services}.0.0/16}}
  pools:
  - {{name: extranet, zone: extranet, grade: 2, nodes: 2, shape: {{cpu: "64", memory: 256Gi}}}}
  - {{name: dedicated, zone: dedicated, grade: 3, nodes: 4, shape: {{cpu: "64", memory: 256Gi}}}}
"""
_TENANCY = """
---
apiVersion: govcloud.dev/v1
kind: Tenancy
metadata: {{name: {name}}}
spec:
  title: {name}
  department: mee
  zone: extranet
  grading: {{information: 2, service: 2}}
  data: {{class: general, level: L2}}
  recovery: {{tier: 3}}
  resources: {{cpu: "{cpu}", memory: 16Gi, storage: 100Gi, pods: 20}}
  regions: {{primary: {primary}, standby: [{standby}]}}
"""


def estate_text(
    estate: str, *, tenancies: int, cpu: dict[str, int] | None = None, without: tuple[str, ...] = ()
) -> str:
    """An estate on the regions north and south, with tenancies ``<estate>-1`` and so on.

    Args:
        estate: its name; tenancies carry it, so that tests on the same regions do not meet.
        tenancies: how many.
        cpu: cores by tenancy, 4 where none is said.
        without: tenancies that are not in it after all.
    """
    parts = [_HEAD.format(estate=estate)]
    parts += [
        _REGION.format(region="north", octet=10, services=110),
        _REGION.format(region="south", octet=20, services=120),
    ]
    for number in range(1, tenancies + 1):
        name = f"{estate}-{number}"
        if name not in without:
            parts.append(
                _TENANCY.format(name=name, cpu=(cpu or {}).get(name, 4), primary="north", standby="south")
            )
    return "".join(parts)
