"""A government organ that owns tenancies."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from govcloud.base import Document, Meaning, Strict, Text
from govcloud.model.tenancy import Contact

Domain = Annotated[
    str,
    StringConstraints(
        pattern=r"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$", max_length=253
    ),
    Meaning("a domain in lower case such as mee.gov.cn"),
]


class Members(Strict):
    """Who acts for a department in a role: groups and users of the identity provider."""

    groups: tuple[Text, ...] = ()
    users: tuple[Text, ...] = ()


class Roles(Strict):
    """Members of each role. Groups default to ``<department>:owners``, ``:operators`` and ``:viewers``."""

    owner: Members = Members()
    operator: Members = Members()
    viewer: Members = Members()


class DepartmentSpec(Strict):
    """What a department is; ``domains`` are those that the hosts it publishes may be under."""

    title: Text
    domains: tuple[Domain, ...] = ()
    roles: Roles = Field(default_factory=Roles)
    contacts: tuple[Contact, ...] = ()


class Department(Document):
    """A government organ."""

    kind: Literal["Department"] = "Department"
    spec: DepartmentSpec
