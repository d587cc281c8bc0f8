"""Short-lived credentials of people in a tenancy: whose they are and when they end is for the API server to say.

A credential is a token of the service account of a part (owner, operator, viewer), bound to a Secret without content that is
made for it and named after account, person and end. So the API server sees in every request for a token whether it is the
caller's own credential and ends in time, and deleting the Secret is what revokes it. RBAC says which part somebody may take;
these policies say that nobody takes it in the name of another, for longer, or by way of a pod or of a credential.
"""

from __future__ import annotations

from typing import Literal

from govcloud.model import LABEL_PREFIX, Region
from govcloud.planner.admission import IN_TENANCIES, NAME, TRUSTED, Check, resource_rule, validating
from govcloud.planner.labels import Manifest, platform_labels

Part = Literal["owner", "operator", "viewer"]
PARTS: tuple[Part, ...] = ("owner", "operator", "viewer")
"""The parts that people take in a tenancy; each includes those after it."""

ACCOUNTS: dict[Part, str] = {part: f"govcloud-{part}" for part in PARTS}
"""The service account of each part."""

CREDENTIAL = f"{LABEL_PREFIX}credential"
"""The type of the Secrets to which credentials are bound."""

ISSUED_TO = f"{LABEL_PREFIX}issued-to"
"""Annotation: whose credential it is."""

MOST_SECONDS = 12 * 3600
"""The longest life of a credential, a working day."""

MOST_SECONDS_OF_PROGRAMS = 24 * 3600
"""The longest life of any other token that is asked for in a tenancy, as for those that pods mount."""

SLACK_SECONDS = 60
"""So much may pass between making a credential and asking for its token."""

_ACCOUNT_NAMES = [*ACCOUNTS.values()]
_CALLER = "request.userInfo.username"
_PROGRAM = f"{_CALLER}.startsWith('system:serviceaccount:')"
_IS_CREDENTIAL = (
    f"[object, oldObject].exists(o, o != null && ((has(o.type) && (o.type == '{CREDENTIAL}' || "
    "(o.type == 'kubernetes.io/service-account-token' && has(o.metadata.annotations) && "
    "'kubernetes.io/service-account.name' in o.metadata.annotations && "
    f"o.metadata.annotations['kubernetes.io/service-account.name'] in {_ACCOUNT_NAMES}))) || "
    f"(has(o.metadata.name) && {_ACCOUNT_NAMES}.exists(a, o.metadata.name.startsWith(a + '.')))))"
)
_GOVERNS = "authorizer.group('').resource('secrets').namespace(request.namespace).check('update').allowed()"


def credential_name(part: Part, user: str, until: int) -> str:
    """The name of the Secret to which a credential is bound.

    Args:
        part: the part that it gives.
        user: whose it is, as the API server knows them.
        until: when it ends, in seconds since 1970 UTC.
    """
    return f"{ACCOUNTS[part]}.{user.encode().hex()}.{until}"


def credential_policies(region: Region) -> list[Manifest]:
    """The policies on the tokens, the Secrets and the accounts of credentials."""
    labels = platform_labels(region)
    return [*_tokens(labels), *_secrets(labels), *_pods(labels)]


def _tokens(labels: dict[str, str]) -> list[Manifest]:
    """A token of a part is the caller's own credential; one of another account ends within a day."""
    match = IN_TENANCIES | {"resourceRules": [resource_rule("", ["serviceaccounts/token"], ["CREATE"])]}
    named = {
        "name": "request.name",
        "part": f"request.name in {_ACCOUNT_NAMES}",
        "bound": (
            "has(object.spec.boundObjectRef) && dyn(object.spec.boundObjectRef) != null && "
            "object.spec.boundObjectRef.kind == 'Secret' ? object.spec.boundObjectRef.name : ''"
        ),
        "own": f"request.name + '.' + '%x'.format([{_CALLER}]) + '.'",
        "named": (
            "variables.bound.startsWith(variables.own) && "
            "variables.bound.substring(size(variables.own)).matches('^[0-9]{10}$')"
        ),
        "ends": "timestamp(dyn(object.metadata.creationTimestamp)) + "
        "duration(string(object.spec.expirationSeconds) + 's')",
    }
    checks = [
        Check(f"!variables.part || !({_PROGRAM})", _refused("a credential begets no other", "by yourself")),
        Check(
            "!variables.part || variables.named",
            _refused("its tokens are bound to credentials of those who ask for them", "for one"),
        ),
        Check(
            "!variables.part || !variables.named || variables.ends <= "
            f"timestamp(int(variables.bound.substring(size(variables.own)))) + duration('{SLACK_SECONDS}s')",
            _refused("its token ends when the credential does", "for a shorter one"),
        ),
        Check(
            f"variables.part || ({TRUSTED}) || object.spec.expirationSeconds <= {MOST_SECONDS_OF_PROGRAMS}",
            "'account ' + variables.name + ': its token would be good for ' + string(object.spec.expirationSeconds) + "
            f"' seconds; ask for at most {MOST_SECONDS_OF_PROGRAMS}, and again when it ends'",
        ),
    ]
    return validating("govcloud-tokens", match, named, checks, labels)


def _secrets(labels: dict[str, str]) -> list[Manifest]:
    """Who may only take credentials writes no other secrets, and nobody writes a credential in the name of another.

    RBAC cannot name what does not exist yet: operators and viewers hold ``create`` and ``delete`` on secrets for the sake
    of their credentials, and are held to those here. Programs have what an owner gave them by a role, and no more.
    """
    match = IN_TENANCIES | {"resourceRules": [resource_rule("", ["secrets"], ["CREATE", "UPDATE", "DELETE"])]}
    conditions = {
        "concerned": f"!({TRUSTED} || {_PROGRAM}) || (request.operation != 'DELETE' && {_IS_CREDENTIAL})",
    }
    named = {
        "name": NAME,
        "credential": _IS_CREDENTIAL,
        "parts": "variables.name.split('.')",
        "created": "request.operation == 'CREATE' && variables.credential",
        "account": "variables.parts[0]",
        "until": "timestamp(int(variables.parts[2]))",
        "at": "timestamp(dyn(object.metadata.creationTimestamp))",
        "form": (
            f"size(variables.parts) == 3 && variables.account in {_ACCOUNT_NAMES} && "
            "variables.parts[2].matches('^[0-9]{10}$') && "
            f"has(object.type) && object.type == '{CREDENTIAL}' && "
            "(!has(object.data) || size(object.data) == 0) && has(object.immutable) && object.immutable && "
            "!has(object.metadata.finalizers) && !has(object.metadata.ownerReferences)"
        ),
        "to": (
            f"has(oldObject.metadata.annotations) && '{ISSUED_TO}' in oldObject.metadata.annotations ? "
            f"oldObject.metadata.annotations['{ISSUED_TO}'] : ''"
        ),
    }
    return validating(
        "govcloud-credentials", match, named, _checks_of_secrets(), labels, conditions=conditions
    )


def _checks_of_secrets() -> list[Check]:
    """Who may write which secret; what is no new credential passes those that are about one."""
    return [
        Check(
            f"variables.credential || {_GOVERNS}",
            _secret("only owners write secrets", "ask an owner of the department, or for a credential"),
        ),
        Check(
            "request.operation != 'UPDATE' || !variables.credential",
            _secret("a credential is never changed", "revoke it, and ask for another"),
        ),
        Check(
            "!variables.created || variables.form",
            _secret(
                "no credential: <account>.<user in hexadecimal>.<end in seconds since 1970>, "
                f"immutable, of type {CREDENTIAL}, without content",
                "ask for one with govcloud tenancy kubeconfig",
            ),
        ),
        Check(
            f"!variables.created || !variables.form || (!({_PROGRAM}) && "
            f"variables.parts[1] == '%x'.format([{_CALLER}]) && has(object.metadata.annotations) && "
            f"'{ISSUED_TO}' in object.metadata.annotations && "
            f"object.metadata.annotations['{ISSUED_TO}'] == {_CALLER})",
            _secret("it names somebody else, or is asked for by a program", "ask for one in your own name"),
        ),
        Check(
            "!variables.created || !variables.form || (variables.until > variables.at && "
            f"variables.until <= variables.at + duration('{MOST_SECONDS + SLACK_SECONDS}s'))",
            _secret(
                f"it would not end within {MOST_SECONDS // 3600} hours",
                "ask for a shorter one, and again when it ends",
            ),
        ),
        Check(
            "!variables.created || !variables.form || authorizer.group('').resource('serviceaccounts')"
            ".subresource('token').namespace(request.namespace).name(variables.account).check('create').allowed()",
            _secret("the caller does not have this part in the tenancy", "ask for a part that you have"),
        ),
        Check(
            f"request.operation != 'DELETE' || !variables.credential || variables.to == {_CALLER} || {_GOVERNS}",
            _secret("it is the credential of ' + variables.to + '", "ask them, or an owner, to revoke it"),
        ),
    ]


def _pods(labels: dict[str, str]) -> list[Manifest]:
    """Whoever may start pods could else have the token of an owner mounted into one."""
    match = IN_TENANCIES | {"resourceRules": [resource_rule("", ["pods"], ["CREATE"])]}
    check = Check(
        f"!has(object.spec.serviceAccountName) || !(object.spec.serviceAccountName in {_ACCOUNT_NAMES})",
        "'pod ' + variables.name + ': account ' + object.spec.serviceAccountName + ' is for people; "
        "leave it out, or name an account of the tenancy'",
    )
    return validating("govcloud-accounts", match, {"name": NAME}, [check], labels)


def _refused(what: str, instead: str) -> str:
    return f"'account ' + variables.name + ': {what}; ask {instead}: govcloud tenancy kubeconfig'"


def _secret(what: str, instead: str) -> str:
    return f"'secret ' + variables.name + ': {what}; {instead}'"
