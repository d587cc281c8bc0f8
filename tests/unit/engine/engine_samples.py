"""Units, checkpoints and live objects as the engine meets them, made by hand and small."""

import json
from pathlib import Path
from typing import Any

from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.units import Unit
from policies.finding import Action, Finding, Subject
from stacks.names import StackName
from stacks.target import Target

Manifest = dict[str, Any]
SALTED = "v1:4ngB0FkzYzE=:MTnTB5k34eZ8Vg=="


def manifest(kind: str, name: str, namespace: str | None = None, **fields: Any) -> Manifest:
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **fields}


def labelled(one: Manifest, **labels: str) -> Manifest:
    named = {f"govcloud.dev/{key}": value for key, value in labels.items()}
    managed = {"app.kubernetes.io/managed-by": "govcloud", **named}
    return {**one, "metadata": {**one["metadata"], "labels": managed}}


def platform(region: str) -> Unit:
    role = labelled(manifest("ClusterRole", "viewer", rules=["read"]))
    return Unit(StackName(region), Target(region, "/kubeconfig"), [role])


def tenancy(name: str, region: str = "north") -> Unit:
    namespace = f"t-{name}"
    manifests = [
        labelled(manifest("Namespace", namespace), tenancy=name),
        labelled(manifest("ConfigMap", "facts", namespace, data={"tenancy": name}), tenancy=name),
    ]
    return Unit(StackName(region, name), Target(region, "/kubeconfig"), manifests)


def finding(rule: str, action: Action = "deny") -> Finding:
    """What a rule finds in the facts of the tenancy ``air``."""
    return Finding(
        rule,
        "It is wrong",
        "high",
        action,
        "preview",
        Subject("v1", "ConfigMap", "facts", "t-air"),
        grade=2,
        message=f"[{rule}] It is wrong: data is 1; govcloud",
        offences=("data is 1",),
        clauses=(),
        remedy="mend it",
    )


def urn(stack: str, type_: str, name: str) -> str:
    return f"urn:pulumi:{stack}::govcloud::{type_}::{name}"


def resources(stack: str, *tenancies: str) -> list[dict[str, Any]]:
    """A root, a provider, and for each tenancy its component, a namespace and an object with a ciphertext."""
    root = urn(stack, "pulumi:pulumi:Stack", f"govcloud-{stack}")
    provider = urn(stack, "pulumi:providers:kubernetes", "region")
    found: list[dict[str, Any]] = [
        {"urn": root, "type": "pulumi:pulumi:Stack"},
        {"urn": provider, "custom": True, "id": "7f", "type": "pulumi:providers:kubernetes"},
    ]
    for name in tenancies:
        component = urn(stack, "govcloud:stacks:Tenancy", name)
        found.append({"urn": component, "type": "govcloud:stacks:Tenancy", "parent": root})
        for kind, object_ in (("v1:Namespace", f"t-{name}"), ("v1:Secret", f"t-{name}/key")):
            found.append(
                {
                    "urn": urn(stack, f"govcloud:stacks:Tenancy$kubernetes:core/{kind}", object_),
                    "custom": True,
                    "id": object_,
                    "type": f"kubernetes:core/{kind}",
                    "parent": component,
                    "provider": f"{provider}::7f",
                    "outputs": {"data": {"ciphertext": SALTED}},
                }
            )
    return found


def checkpoint_file(backend: Path, stack: str) -> Path:
    return backend / ".pulumi" / "stacks" / "govcloud" / f"{stack}.json"


def record(backend: Path, stack: str, *tenancies: str) -> Path:
    """A checkpoint as Pulumi leaves it after a run."""
    Checkpoints(backend).begin(stack)
    path = checkpoint_file(backend, stack)
    latest = {"manifest": {"version": "v3.259.0"}, "resources": resources(stack, *tenancies)}
    latest["secrets_providers"] = {"type": "passphrase", "state": {"salt": "v1:abc"}}
    path.write_text(json.dumps({"version": 3, "checkpoint": {"stack": stack, "latest": latest}}))
    return path


def quiet() -> Any:
    """A progress that nobody looks at, with what it heard said in ``said``."""

    class Quiet:
        def __init__(self) -> None:
            self.said: list[str] = []

        def start(self, jobs: Any) -> None:
            self.jobs = dict(jobs)

        def step(self, job: str, done: int) -> None: ...

        def finish(self, job: str, failed: bool) -> None: ...

        def say(self, message: str) -> None:
            self.said.append(message)

    return Quiet()
