"""An API server that holds the rules: what it says of objects, beside what the rules say of them without it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from api_servers import Cluster, Manifest, Verdict
from policy_mutants import Case

from policies.admission import MOST_BYTES, PREFIX
from policies.evaluation import Evaluator, Surroundings
from policies.examples import Bases
from policies.finding import Finding
from policies.rule import Rule
from policies.target import targets

AT_ONCE = 12
_REFUSED = re.compile(
    rf"ValidatingAdmissionPolicy '({PREFIX}[-a-z0-9]+)' with binding '[-a-z0-9]+' denied request: (.*)",
    re.DOTALL,
)
_WARNED = re.compile(
    rf"Validation failed for ValidatingAdmissionPolicy '({PREFIX}[-a-z0-9]+)' with binding '[-a-z0-9]+': (.*)",
    re.DOTALL,
)


class Ruled:
    """An API server that holds the rules.

    ``place`` puts cases into namespaces that are as they say; those are made before the rules are, since a namespace
    without pod security is one that the rules refuse.
    """

    def __init__(self, cluster: Cluster, rules: list[Rule], bases: Bases) -> None:
        self.cluster = cluster
        self.bases = bases
        self._evaluator = Evaluator(rules, bases.settings)
        self._spaces: dict[str, str] = {}

    def place(self, case: Case) -> Case:
        """The case in a namespace of this server."""
        key = json.dumps(case.namespace, sort_keys=True)
        if key not in self._spaces:
            self._spaces[key] = f"t-ruled-{len(self._spaces)}"
            labels = {
                k: v for k, v in case.namespace["metadata"]["labels"].items() if "pod-security" not in k
            }
            metadata = {**case.namespace["metadata"], "name": self._spaces[key], "labels": labels}
            self.found({**case.namespace, "metadata": metadata})
        return case.moved_to(self._spaces[key])

    def found(self, namespace: Manifest) -> None:
        """Makes a namespace, and what else of a tenancy is in it that pods need or that changes them."""
        beside = [self.bases.of("ServiceAccount"), self.bases.of("LimitRange")]
        for manifest in beside:
            manifest["metadata"] = {
                "name": manifest["metadata"]["name"],
                "namespace": namespace["metadata"]["name"],
            }
        self.cluster.apply_all([namespace, *beside])

    def judge(self, manifest: Manifest, namespace: Manifest) -> list[Finding]:
        """What the rules say of an object, without any server."""
        return self._evaluator.evaluate(manifest, "admission", Surroundings(namespace=namespace))

    def ask(self, manifest: Manifest) -> Verdict:
        """Whether the server would take a new object."""
        metadata = manifest["metadata"]
        if "namespace" not in metadata and self.cluster.is_namespaced(manifest):
            # The register keeps tenancies in namespaces, of which their documents say nothing.
            manifest = {**manifest, "metadata": {**metadata, "namespace": "default"}}
        path = f"{self.cluster.path(manifest, name=False)}?dryRun=All"
        return self.cluster.ask("POST", path, manifest)

    def ask_put(self, manifest: Manifest, subresource: str = "") -> Verdict:
        """Whether the server would take an object in place of the one that there is."""
        return self.cluster.ask("PUT", f"{self.cluster.path(manifest)}{subresource}?dryRun=All", manifest)

    @staticmethod
    def at_once(ask: Callable[[Any], Verdict], cases: Iterable[Any]) -> list[Verdict]:
        """The answers to many questions, in their order."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(ask, cases))


def until_in_force(ruled: Ruled, fails: list[Case]) -> None:
    """Returns when a rule of each policy speaks: the server takes policies up a moment after they are written."""
    by_policy: dict[tuple[str, str], list[Manifest]] = {}
    for case in fails:
        if case.about:
            by_policy.setdefault((case.about.target, case.about.action), []).append(case.manifest)
    for (target, action), manifests in by_policy.items():
        speak = refusal if action == "deny" else warned

        def spoken(
            manifests: list[Manifest] = manifests[:8], speak: Callable[[Verdict], Any] = speak
        ) -> bool:
            return any(map(speak, ruled.at_once(ruled.ask, manifests)))

        assert ruled.cluster.until(spoken), (target, action)


def unserved(cluster: Cluster) -> list[Manifest]:
    """Definitions, without any schema, of the kinds that rules are about and of whose group this server knows nothing."""
    served = {"", "govcloud.dev", *(group["name"] for group in cluster.call("GET", "/apis")[1]["groups"])}
    kinds = (kind for target in targets().values() for kind in target.kinds)
    return [
        _definition(kind.group, kind.version, kind.kind, kind.plural)
        for kind in kinds
        if kind.group not in served
    ]


def _definition(group: str, version: str, kind: str, plural: str) -> Manifest:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    metadata: dict[str, Any] = {"name": f"{plural}.{group}"}
    if group.endswith(".k8s.io"):
        metadata["annotations"] = {"api-approved.kubernetes.io": "unapproved, for tests"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": metadata,
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"},
            "versions": [
                {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
            ],
        },
    }


def refusal(verdict: Verdict) -> str | None:
    """What the rules said of an object that they refused; None where they did not."""
    found = _REFUSED.search(verdict.message)
    return found[2] if found and verdict.status == 403 else None


def said(findings: Iterable[Finding]) -> str | None:
    """What the API server has to say where the rules find this; None where it takes the object."""
    messages = [one.message for one in sorted(findings, key=lambda one: one.rule) if one.action == "deny"]
    told = "; ".join(messages)
    if len(told.encode()) <= MOST_BYTES:
        return told or None
    others = ", ".join(message[1 : message.index("]")] for message in messages[1:])
    return (
        f"{messages[0]}; and {len(messages) - 1} more findings, of {others}; "
        "see them all with govcloud policy check"
    )


def warned(verdict: Verdict) -> list[str]:
    """What rules that only warn said."""
    found = (_WARNED.search(one) for one in verdict.warnings)
    return [one[2] for one in found if one]
