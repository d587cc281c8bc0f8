"""What the register keeps beside the request itself: the status of a tenancy, and the decisions that were recorded.

The API server's schemas are made from these models, so that it takes what they describe and nothing else.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from govcloud.base import Document, Grade, Name, Strict, Text
from govcloud.hub.lifecycle import Decision as Decided
from govcloud.hub.lifecycle import Phase, ReviewerRole, Side
from govcloud.model.tenancy import Role, TenancySpec

Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Hash = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^(sha256|sm3):[0-9a-f]{64}$")]
Generation = Annotated[int, Field(ge=1)]
Number = Annotated[int, Field(ge=1)]


def _list_map(*keys: str) -> dict[str, Any]:
    """The server keeps entries of such a list apart by these fields, and refuses two that are alike in them."""
    return {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": list(keys)}


class Review(Strict):
    """What one reviewer says about one generation of the spec; a later review takes its place."""

    by: Text
    role: ReviewerRole
    decision: Literal["approve", "reject"]
    reason: Reason
    generation: Generation
    hash: Hash
    at: AwareDatetime


class Approval(Strict):
    """What was approved: the spec itself, so that it can be brought about whatever is written afterwards."""

    generation: Generation
    hash: Hash
    spec: TenancySpec


class Entry(Strict):
    """One act: who made which step, when, at which generation and hash of the spec, and why."""

    seq: Number
    source: Annotated[Phase, Field(alias="from")]
    to: Phase
    by: Text
    at: AwareDatetime
    generation: Generation
    hash: Hash
    decision: Decided | None = None
    reason: Reason


class Cordon(Strict):
    """Who closed the tenancy to new work."""

    by: Text
    side: Side
    at: AwareDatetime


class Consent(Strict):
    """The second person's agreement to destroy."""

    by: Text
    role: ReviewerRole
    at: AwareDatetime


class Retirement(Strict):
    """Who asked for the end, until when all is kept, and who agreed."""

    by: Text
    at: AwareDatetime
    until: AwareDatetime
    consent: Consent | None = None


class Condition(Strict):
    """One thing that holds or does not, as Kubernetes writes it."""

    type: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    status: Literal["True", "False", "Unknown"]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    message: Annotated[str, StringConstraints(max_length=2000)]
    last_transition_time: AwareDatetime
    observed_generation: Generation | None = None


class Place(Strict):
    """A region of the tenancy, the stack that brings it about there, and how that stands."""

    name: Name
    role: Role
    stack: Text
    state: Literal["pending", "provisioning", "ready", "failed", "destroying"]
    message: Annotated[str, StringConstraints(max_length=2000)] | None = None


class TenancyStatus(Strict):
    """Where a tenancy stands, what was decided about it, and where it runs.

    ``observed_generation`` is the generation that was last brought about; ``logged`` is the number of the last entry
    of the history that the decision log holds.
    """

    phase: Phase = "draft"
    history: Annotated[tuple[Entry, ...], Field(max_length=100, json_schema_extra=_list_map("seq"))] = ()
    reviews: Annotated[tuple[Review, ...], Field(max_length=20, json_schema_extra=_list_map("by"))] = ()
    approved: Approval | None = None
    cordon: Cordon | None = None
    retirement: Retirement | None = None
    conditions: Annotated[
        tuple[Condition, ...], Field(max_length=20, json_schema_extra=_list_map("type"))
    ] = ()
    regions: Annotated[tuple[Place, ...], Field(max_length=20, json_schema_extra=_list_map("name"))] = ()
    observed_generation: Generation | None = None
    last_error: Annotated[str, StringConstraints(max_length=4000)] | None = None
    logged: Annotated[int, Field(ge=0)] | None = None


class DecisionSpec(Strict):
    """An entry of a tenancy's history as it was recorded, and its place in the chain of its department.

    ``previous`` is the digest of the decision before it, nothing for the first; ``digest`` is that of all other fields.
    """

    number: Number
    tenancy: Name
    uid: Text
    entry: Entry
    recorded: AwareDatetime
    previous: Digest | None = None
    digest: Digest


class Decision(Document):
    """One decision about a tenancy, recorded for good and chained to the one before it."""

    kind: Literal["Decision"] = "Decision"
    spec: DecisionSpec


class LimitsSpec(Strict):
    """What the register holds requests to: the highest grade by region, and days of retention by recovery tier."""

    ceilings: dict[Name, Grade]
    retention: dict[str, Annotated[int, Field(ge=0, le=36_500)]]


class Limits(Document):
    """The limits of an estate that its register holds requests to."""

    kind: Literal["Limits"] = "Limits"
    spec: LimitsSpec
