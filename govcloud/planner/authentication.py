"""Whom an API server lets in by token: the identity providers of an estate as Kubernetes' own configuration.

Closed where nothing is said: a token whose user or groups would be a name of the platform or of Kubernetes is refused as a
whole, and the platform's groups come from the estate's ``grants`` alone. Refused tokens are told apart in the log of the API
server, not to the caller.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from govcloud.model.identity import RESERVED_PREFIXES, Identity, Issuer, SecondFactor
from govcloud.planner.labels import Manifest

HEALTH_PATHS = ("/livez", "/readyz", "/healthz")
"""What kubelets and load balancers ask without credentials."""

_CLAUSE = "GB/T 22239-2019 8.1.4.1 d"


def authentication_configuration(identity: Identity, anonymous: Sequence[str] = ()) -> Manifest:
    """The file that ``kube-apiserver --authentication-config`` reads, and reads again when it changes.

    It stands in for the flag ``--anonymous-auth``, which may not be given beside it.

    Args:
        identity: whose tokens count; certificates as PEM text (see `identity_with_authorities`).
        anonymous: paths that are answered without credentials; none by default. The API server takes a change of these only
            when it starts.
    """
    paths: dict[str, Any] = {"conditions": [{"path": path} for path in anonymous]} if anonymous else {}
    return {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "AuthenticationConfiguration",
        "jwt": [_authenticator(issuer) for issuer in identity.issuers],
        "anonymous": {"enabled": bool(anonymous), **paths},
    }


def _authenticator(issuer: Issuer) -> dict[str, Any]:
    authority = issuer.certificate_authority
    return {
        "issuer": {
            "url": issuer.url,
            "audiences": list(issuer.audiences),
            "audienceMatchPolicy": "MatchAny",
            **({"certificateAuthority": authority} if authority else {}),
        },
        "claimMappings": {
            "username": {"claim": issuer.username.claim, "prefix": issuer.username.prefix},
            "groups": {"expression": _groups(issuer)},
        },
        "claimValidationRules": _claim_rules(issuer),
        "userValidationRules": _user_rules(issuer),
    }


def _groups(issuer: Issuer) -> str:
    """CEL: the groups of the user, those that the estate grants in place of the claimed ones that give them."""
    claimed, granted = _claimed(issuer.groups.claim), _map(issuer.grants)
    prefix = _text(issuer.groups.prefix)
    if not issuer.grants:
        return f"{claimed}.map(g, {prefix} + g)"
    return f"{claimed}.map(g, g in {granted} ? {granted}[g] : {prefix} + g)"


def _claim_rules(issuer: Issuer) -> list[dict[str, str]]:
    rules = [{"expression": rule.expression, "message": rule.message} for rule in issuer.rules]
    if issuer.second_factor:
        rules.insert(0, _two_factors(issuer.second_factor))
    return [_no_reserved_claim(issuer), *rules]


def _no_reserved_claim(issuer: Issuer) -> dict[str, str]:
    """The groups as claimed, before grants: else a claim of a group that somebody else is granted would pass."""
    own = f"g in {_list(issuer.grants)} || " if issuer.grants else ""
    name = f"({_text(issuer.groups.prefix)} + g)"
    return {
        "expression": f"{_claimed(issuer.groups.claim)}.all(g, {own}!({_is_reserved(name)}))",
        "message": f"the claim {issuer.groups.claim} holds a group of the platform or of Kubernetes itself",
    }


def _two_factors(factor: SecondFactor) -> dict[str, str]:
    shown = f"{_claimed(factor.claim)}.exists(f, f in {_list(factor.values)})"
    said = f"the claim {factor.claim} does not say that two factors were shown ({_CLAUSE})"
    return {"expression": shown, "message": said}


def _user_rules(issuer: Issuer) -> list[dict[str, str]]:
    granted = _list(dict.fromkeys(issuer.grants.values()))
    return [
        {
            "expression": f"!({_is_reserved('user.username')})",
            "message": "the user has a name of the platform or of Kubernetes itself",
        },
        {
            "expression": f"!has(user.groups) || user.groups.all(g, !({_is_reserved('g')}) || g in {granted})",
            "message": "the user is in a group of the platform that the estate grants to nobody here",
        },
    ]


def _claimed(claim: str) -> str:
    """CEL: a claim as a list, whether the provider writes a list, a single text or nothing.

    Anything else makes the expression fail, and with it the token: to a mapping nothing can be added, and what is no text in
    a list has no beginning.
    """
    found = f"claims[?{_text(claim)}].orValue(dyn([]))"
    return f"(type({found}) == string ? [{found}] : {found} + [])"


def _is_reserved(name: str) -> str:
    """CEL: whether a name is one of the platform or of Kubernetes, however it is written."""
    return " || ".join(f"{name}.lowerAscii().startsWith({_text(prefix)})" for prefix in RESERVED_PREFIXES)


def _text(words: str) -> str:
    """A CEL literal of a text: CEL reads the escapes of JSON."""
    return json.dumps(words, ensure_ascii=False)


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, words))}]"


def _map(words: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{_text(key)}: {_text(value)}' for key, value in words.items())}}}"
