"""Kubeconfigs: where the one that somebody has leads to, and one around a credential.

What leads to the API server (address, authority, proxy) is taken over from the kubeconfig through which the credential was
taken, with its files inlined, so that the new one stands by itself.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from govcloud.access.credentials import Issued, credential_of
from govcloud.errors import InputError


def endpoint(path: str, context: str | None = None) -> dict[str, Any]:
    """The cluster to which a context of a kubeconfig leads, with its authority inlined.

    Args:
        path: of the kubeconfig.
        context: one of its contexts; its current one where none is named.

    Raises:
        InputError: the kubeconfig cannot be read, or has no such context.
    """
    file = Path(path).expanduser()
    try:
        document = _read(file)
        name = context or document["current-context"]
        cluster = dict(
            _named(document["clusters"], _named(document["contexts"], name)["context"]["cluster"])["cluster"]
        )
        if (authority := cluster.pop("certificate-authority", None)) and (
            "certificate-authority-data" not in cluster
        ):
            data = (file.parent / authority).read_bytes()
            cluster["certificate-authority-data"] = base64.b64encode(data).decode()
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        raise InputError(
            f"the kubeconfig does not say where it leads: {error!r}",
            where=str(file),
            expected=f"a kubeconfig with the context {context}" if context else "a kubeconfig with a context",
            mend="name another one, or another context",
        ) from error
    return cluster


def kubeconfig(tenancy: str, region: str, namespace: str, cluster: dict[str, Any], issued: Issued) -> str:
    """The text of a kubeconfig around a credential; its context is named after tenancy and region."""
    context = f"{tenancy}@{region}"
    user = issued.credential.id
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": region, "cluster": cluster}],
        "users": [{"name": user, "user": {"token": issued.token}}],
        "contexts": [{"name": context, "context": {"cluster": region, "user": user, "namespace": namespace}}],
        "current-context": context,
    }
    return json.dumps(document, indent=2) + "\n"  # JSON is YAML, and needs no library to write


def held(path: Path) -> tuple[str, str] | None:
    """The context and the credential of a kubeconfig that was written here; None where there is no file.

    Raises:
        InputError: the file is something else.
    """
    if not path.exists():
        return None
    try:
        document = _read(path)
        return str(document["current-context"]), credential_of(document["users"][0]["name"]).id
    except (OSError, ValueError, KeyError, TypeError, IndexError, InputError) as error:
        raise InputError(
            "the file holds something other than a credential",
            where=str(path),
            expected="a kubeconfig that this command wrote, or no file yet",
            mend="name another file",
        ) from error


def _read(path: Path) -> dict[str, Any]:
    import yaml

    try:
        document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError("it is no YAML") from error
    return document


def _named(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(entry for entry in entries if entry["name"] == name)
