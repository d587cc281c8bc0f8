"""What people ask an API server about credentials, and what it must refuse, as raw requests."""

from __future__ import annotations

import base64
import json
from typing import Any

from access_people import NAMESPACES
from access_table import OWN
from api_servers import Manifest

from govcloud.planner.credentials import ACCOUNTS, CREDENTIAL, ISSUED_TO, Part, credential_name

SPACE = NAMESPACES[OWN]
SECRETS = f"/api/v1/namespaces/{SPACE}/secrets"
PODS = f"/api/v1/namespaces/{SPACE}/pods"
HOUR = 3600
PEOPLE = {
    "owner": ("li.na@mee", "mee:owners"),
    "operator": ("chen.jie@mee", "mee:operators"),
    "viewer": ("liu.yang@mee", "mee:viewers"),
    "neighbour": ("wang.fang@mem", "mem:owners"),
    "auditor": ("audit@cnao", "govcloud:auditors"),
}


_OTHERS = "bound to credentials of those who ask"
_SOMEBODY = "names somebody else"
_NOT_YOURS = "only owners write secrets"
_FORM = "no credential: <account>"
_LONG = "would not end within 12 hours"
REFUSALS = {
    "a token that is bound to nothing": _OTHERS,
    "a token bound to the credential of another": _OTHERS,
    "a token that outlives its credential": "ends when the credential does",
    "a token of a program for two days": "would be good for 172800 seconds",
    "a pod as the account of an owner": "is for people",
    "such a pod by the platform": "is for people",
    "a credential in the name of another": _SOMEBODY,
    "a credential named after another": _SOMEBODY,
    "a credential of a part that one has not": "does not have this part",
    "a credential for more than a day of work": _LONG,
    "a credential that is over": _LONG,
    "a credential with content": _FORM,
    "a credential that may change": _FORM,
    "a credential that clings": _FORM,
    "a credential by the platform for somebody": _SOMEBODY,
    "a secret by a viewer": _NOT_YOURS,
    "a secret by an operator": _NOT_YOURS,
    "a standing token of an owner": _FORM,
    "a standing token by the platform": _FORM,
}
"""What the API server says of each of the attempts."""


def attempts(now: int) -> dict[str, tuple[str, str, str, Any]]:
    """Who asks, and for what: each must be refused."""
    liu, chen = PEOPLE["viewer"][0], PEOPLE["operator"][0]
    good = credential_name("viewer", liu, now + HOUR)
    mine = credential(good, liu)
    robot = {"spec": {"expirationSeconds": 2 * 86400}}
    legacy = {"kubernetes.io/service-account.name": ACCOUNTS["owner"]}
    standing = secret("standing", type="kubernetes.io/service-account-token", annotations=legacy)
    posts = {
        "a token that is bound to nothing": ("owner", *unbound("owner")),
        "a token bound to the credential of another": ("operator", *token_request("viewer", good)),
        "a token that outlives its credential": ("viewer", *token_request("viewer", good, 2 * HOUR)),
        "a token of a program for two days": (
            "owner",
            "POST",
            f"/api/v1/namespaces/{SPACE}/serviceaccounts/workload/token",
            {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest"} | robot,
        ),
        "a pod as the account of an owner": (
            "operator",
            "POST",
            PODS,
            pod("climb", "1", ACCOUNTS["owner"]),
        ),
        "such a pod by the platform": ("", "POST", PODS, pod("climb", "1", ACCOUNTS["owner"])),
    }
    secrets = {
        "a credential in the name of another": ("viewer", credential(good, chen)),
        "a credential named after another": (
            "viewer",
            credential(credential_name("viewer", chen, now + HOUR), liu),
        ),
        "a credential of a part that one has not": (
            "viewer",
            credential(credential_name("operator", liu, now + HOUR), liu),
        ),
        "a credential for more than a day of work": (
            "viewer",
            credential(credential_name("viewer", liu, now + 13 * HOUR), liu),
        ),
        "a credential that is over": ("viewer", credential(credential_name("viewer", liu, now - 60), liu)),
        "a credential with content": ("viewer", mine | {"data": {"a": "YQ=="}}),
        "a credential that may change": ("viewer", mine | {"immutable": False}),
        "a credential that clings": (
            "viewer",
            mine | {"metadata": mine["metadata"] | {"finalizers": ["mee.gov.cn/keep"]}},
        ),
        "a credential by the platform for somebody": ("", mine),
        "a secret by a viewer": ("viewer", secret("plain")),
        "a secret by an operator": ("operator", secret("plain")),
        "a standing token of an owner": ("owner", standing),
        "a standing token by the platform": ("", standing),
    }
    return posts | {key: (who, "POST", SECRETS, body) for key, (who, body) in secrets.items()}


def unbound(part: Part) -> tuple[str, str, Manifest]:
    method, path, body = token_request(part, "")
    del body["spec"]["boundObjectRef"]
    return method, path, body


def token_request(part: str, secret: str, seconds: int = HOUR) -> tuple[str, str, Manifest]:
    spec = {
        "expirationSeconds": seconds,
        "boundObjectRef": {"apiVersion": "v1", "kind": "Secret", "name": secret},
    }
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
    return "POST", f"/api/v1/namespaces/{SPACE}/serviceaccounts/govcloud-{part}/token", body


def secret(name: str, annotations: dict[str, str] | None = None, **fields: Any) -> Manifest:
    metadata = {"name": name, "namespace": SPACE, "annotations": annotations or {}}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, **fields}


def credential(name: str, user: str) -> Manifest:
    return secret(name, {ISSUED_TO: user}, type=CREDENTIAL, immutable=True)


def pod(name: str, cpu: str, account: str = "workload") -> Manifest:
    size = {"cpu": cpu, "memory": "64Mi", "ephemeral-storage": "64Mi"}
    container = {
        "name": "web",
        "image": "registry.gov.internal/web:1",
        "resources": {"requests": size, "limits": size},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    spec = {
        "serviceAccountName": account,
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
    }
    metadata = {"name": name, "namespace": SPACE}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def deployment() -> Manifest:
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": pod("web", "1")["spec"]}
    spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}


def parts_of(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token."""
    head, claims, _ = token.split(".")
    return tuple(
        json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (head, claims)
    )
