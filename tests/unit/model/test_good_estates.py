"""What is just allowed: each of these is one step away from a bad estate, and loads."""

from pathlib import Path

import pytest

from govcloud.model.loader import load_estate

GOOD = (Path(__file__).parent / "good_estate.yaml").read_text(encoding="utf-8")
POOL = "{name: dedicated, zone: dedicated, grade: 3, nodes: 4, shape: {"
OWN = "{name: own, tenancy: air, zone: dedicated, grade: 3, nodes: 2, shape: {cpu: 64, memory: 256Gi}}"

ALLOWED = {
    "the estate as it is": [],
    "objectives as loose as the tier's": [("tier: 4", "tier: 4, rpo: 12h, rto: 720m")],
    "objectives tighter than the tier's": [("tier: 4", "tier: 4, rpo: 0, rto: 1s")],
    "a tier without standby where none is needed": [("tier: 4", "tier: 1"), (", standby: [south]", "")],
    "a tenancy that is not placed yet": [("  regions: {primary: north, standby: [south]}\n", "")],
    "ranges side by side": [("10.80.0.0/16", "10.72.0.0/16")],
    "ranges of two versions": [("10.80.0.0/16", "fd00::/112")],
    "data of the highest level that a zone may hold": [("zone: dedicated\n", "zone: extranet\n")],
    "data of the lowest level on the internet": [
        ("zone: dedicated\n", "zone: internet\n"),
        ("level: L3", "level: L2"),
    ],
    "sensitive data of grade 3 in a dedicated zone": [("general, level: L3", "core, level: L4")],
    "classified data on the intranet": [
        ("network: extranet", "network: intranet"),
        ("network: extranet", "network: intranet"),
        ("network: extranet", "network: intranet"),
        ("level: L3", "level: L3, secrecy: top-secret"),
    ],
    "a sharing as high as the provider's data": [("level: L2", "level: L3")],
    "a sharing and a waiver that have ended": [
        ("until: 2029", "until: 2019"),
        ("until: 2029", "until: 2019"),
    ],
    "a tenancy that has ended": [("[south]}", "[south]}\n  until: 2019-12-31")],
    "a pool of the tenancy's own": [(POOL, f"{OWN}\n    - {POOL}")],
    "isolation stricter than the least": [
        (POOL, POOL.replace("shape", "runtime: sandbox, shape")),
        (POOL, POOL.replace("shape", "runtime: sandbox, shape")),
        ("  recovery", "  isolation: sandbox\n  recovery"),
    ],
    "labels under a prefix of one's own": [("{name: air}", "{name: air, labels: {mee.gov.cn/system: a}}")],
    "a prefix that only resembles a reserved one": [
        ("{name: air}", "{name: air, labels: {mykubernetes.io/a: b}}")
    ],
    "members and a requester with colons": [
        ("title: 生态环境部", "title: 生态环境部, roles: {owner: {groups: ['mee:system:x']}}"),
        ("  recovery", "  requestedBy: zhang.wei@mee\n  recovery"),
    ],
    "domains side by side, and one of a name that is shared": [
        (
            "title: 生态环境部",
            "title: 生态环境部, domains: [mee.gov.cn, imee.gov.cn, www.gov.cn, a.mee.gov.cn]",
        )
    ],
    "registries with and without a port": [
        ("gradeCeiling: 3", "gradeCeiling: 3\n  registries: [a.b, 'registry.gov.internal:5000']")
    ],
    "a waiver that names its department and its objects": [
        (
            "  reason",
            "  department: mee\n  scope: {kinds: [Deployment, Role], names: ['web*', 'a:B', '*']}\n  reason",
        )
    ],
}


@pytest.mark.parametrize("changes", ALLOWED.values(), ids=ALLOWED.keys())
def test_what_is_just_allowed_loads(changes):
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    assert load_estate("estate.yaml", text=text).name == "test"
