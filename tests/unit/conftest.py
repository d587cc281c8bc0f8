"""A clean environment for every test, and a small estate: two regions, one department, two tenancies."""

import os
from pathlib import Path

import pytest

from govcloud.model import Estate
from govcloud.model.loader import load_estate

_OURS = ("GOVCLOUD_", "PULUMI_", "KUBECONFIG")
_HEAD = """\
apiVersion: govcloud.dev/v1
kind: Estate
metadata: {name: small}
spec: {title: 小, network: extranet, hub: north}
---
apiVersion: govcloud.dev/v1
kind: Department
metadata: {name: mee}
spec: {title: 生态环境部}
"""
_REGION = """\
---
apiVersion: govcloud.dev/v1
kind: Region
metadata: {{name: {name}}}
spec:
  title: 中心
  level: central
  network: extranet
  zones: [extranet]
  gradeCeiling: 3
  addresses: {{pods: 10.{number}.0.0/16, services: 10.{number}1.0.0/16}}
  pools: [{{name: ext3, zone: extranet, grade: 3, nodes: 8, shape: {{cpu: 64, memory: 256Gi, storage: 4Ti}}}}]
"""
_TENANCY = """\
---
apiVersion: govcloud.dev/v1
kind: Tenancy
metadata: {{name: {name}}}
spec:
  title: 系统
  department: mee
  zone: extranet
  grading: {{information: 3, service: 3}}
  data: {{class: general, level: L2, personal: false}}
  recovery: {{tier: {tier}}}
  resources: {{cpu: "8", memory: 32Gi, storage: 1Ti, pods: 50}}
  regions: {regions}
  contacts: [{{name: 值班, phone: "010-00000000"}}]
"""


@pytest.fixture(autouse=True)
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests counts, and no state lands outside of the test's folder."""
    for name in [name for name in os.environ if name.startswith(_OURS)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GOVCLOUD_STATE", str(tmp_path / "state"))


@pytest.fixture(scope="session")
def estate_text() -> str:
    """``air`` runs in north and stands by in south; ``water`` runs in south alone."""
    regions = _REGION.format(name="north", number=1) + _REGION.format(name="south", number=2)
    air = _TENANCY.format(name="air", tier=5, regions="{primary: north, standby: [south]}")
    water = _TENANCY.format(name="water", tier=1, regions="{primary: south}")
    return _HEAD + regions + air + water


@pytest.fixture(scope="session")
def estate(estate_text: str) -> Estate:
    return load_estate("-", text=estate_text)
