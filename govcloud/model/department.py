"""A government organ that owns tenancies."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from govcloud.model.base import Document, Strict, Text
from govcloud.model.tenancy import Contact


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
    """What a department is."""

    title: Text
    roles: Roles = Field(default_factory=Roles)
    contacts: tuple[Contact, ...] = ()


class Department(Document):
    """A government organ."""

    kind: Literal["Department"] = "Department"
    spec: DepartmentSpec
