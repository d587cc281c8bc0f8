"""Who vouches for people: the identity providers of an estate, and what the API servers ask of their tokens.

Passwords, lockout and sessions are the provider's. What the estate fixes is whose tokens count, under which names the
people in them are known here, and that two factors stood behind them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from govcloud.base import Meaning, Name, Strict, Text

RESERVED_PREFIXES = ("system:", "govcloud:")
"""Names that begin so give rights over the platform or belong to Kubernetes: no provider hands them out by itself."""

GrantedGroup = Literal[
    "govcloud:platform",
    "govcloud:auditors",
    "govcloud:reviewers:security",
    "govcloud:reviewers:platform",
]
"""The groups of the platform that an estate may give to members of a provider's groups."""

IssuerUrl = Annotated[
    str,
    StringConstraints(
        pattern=r"^https://([A-Za-z0-9]([-.A-Za-z0-9]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(:[1-9][0-9]{0,4})?(/[-._~%A-Za-z0-9/]*)?$",
        max_length=500,
    ),
    Meaning("the URL of an OpenID Connect provider such as https://id.gov.internal/realms/gov"),
]
Prefix = Annotated[
    str,
    StringConstraints(pattern=r"^[^\s\x00-\x1f]*$", max_length=50),
    Meaning("a text without spaces, at most 50 characters, such as 'gov:'"),
]
Certificates = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100_000),
    Meaning(
        "certificates as PEM text, or the path of a file of them, counted from the folder of the Estate document"
    ),
]


class NameClaim(Strict):
    """The claim of a token that names its user, and what is put in front of that name here."""

    claim: Text = "sub"
    prefix: Prefix = ""


class GroupsClaim(Strict):
    """The claim of a token that lists the groups of its user, and what is put in front of each here."""

    claim: Text = "groups"
    prefix: Prefix = ""


class SecondFactor(Strict):
    """The claim by which a provider says that two factors were shown; one of the values must be in it.

    ``amr`` lists methods (RFC 8176: ``mfa``, ``hwk`` for a key in hardware), ``acr`` names a level of the provider.
    """

    claim: Text = "amr"
    values: Annotated[tuple[Text, ...], Field(min_length=1)] = ("mfa",)


class TokenRule(Strict):
    """What else a token must show: a CEL expression over ``claims``, and what the log of the API server says if not."""

    expression: Annotated[
        str, StringConstraints(min_length=1, max_length=2000), Meaning("an expression in CEL")
    ]
    message: Text


class Issuer(Strict):
    """An OpenID Connect provider whose tokens the regions of an estate accept.

    Attributes:
        name: what the estate calls it.
        url: the issuer, as its tokens name it.
        audiences: for whom a token must be issued; one of them is enough.
        certificate_authority: who vouches for its server; the system's authorities where none is given.
        username: where the name of the user stands.
        groups: where the groups of the user stand.
        second_factor: how it says that two factors were shown; required where a region carries grade 3
            (GB/T 22239-2019 8.1.4.1 d).
        rules: what else its tokens must show.
        grants: groups of the platform by the value of the groups claim that gives them. Without an entry here no token
            makes its user a member of any.
    """

    name: Name
    url: IssuerUrl
    audiences: Annotated[tuple[Text, ...], Field(min_length=1)]
    certificate_authority: Certificates | None = None
    username: NameClaim = NameClaim()
    groups: GroupsClaim = GroupsClaim()
    second_factor: SecondFactor | None = None
    rules: tuple[TokenRule, ...] = ()
    grants: dict[Text, GrantedGroup] = Field(default_factory=dict)


class Identity(Strict):
    """Whose tokens the API servers of an estate accept, besides the certificates of their own authority."""

    issuers: tuple[Issuer, ...] = ()
