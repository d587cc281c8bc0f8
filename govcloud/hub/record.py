"""A tenancy as the register holds it: what was asked for, where it stands, and what is still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from govcloud.errors import RefusedError
from govcloud.hub.hashes import spec_hash
from govcloud.hub.lifecycle import FIRST, ROLES, Phase, ReviewerRole, Step, roles_needed, steps_from
from govcloud.model import Tenancy

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Record:
    """A tenancy of the register, from the JSON that the API server gave."""

    manifest: Manifest

    @property
    def name(self) -> str:
        """The name of the tenancy, unique in the estate."""
        return str(self.manifest["metadata"]["name"])

    @property
    def namespace(self) -> str:
        """The namespace of its department on the hub."""
        return str(self.manifest["metadata"]["namespace"])

    @property
    def department(self) -> str:
        """The department that it is of."""
        return str(self.spec["department"])

    @property
    def uid(self) -> str:
        """Tells this tenancy from an earlier one of the same name."""
        return str(self.manifest["metadata"]["uid"])

    @property
    def generation(self) -> int:
        """Counts the changes of the spec."""
        return int(self.manifest["metadata"]["generation"])

    @property
    def version(self) -> str:
        """Changes with every write; a write that names it is refused after somebody else's."""
        return str(self.manifest["metadata"]["resourceVersion"])

    @property
    def spec(self) -> Mapping[str, Any]:
        """What is asked for."""
        return cast("Mapping[str, Any]", self.manifest["spec"])

    @property
    def status(self) -> Mapping[str, Any]:
        """What was decided and where it runs; empty at first."""
        return self.manifest.get("status") or {}

    @property
    def phase(self) -> Phase:
        """Where it stands."""
        return cast("Phase", self.status.get("phase", FIRST))

    @property
    def grade(self) -> int:
        """The overall grade asked for."""
        grading = self.spec["grading"]
        return max(int(grading["information"]), int(grading["service"]))

    @cached_property
    def hash(self) -> str:
        """The hash of the present spec, which reviews name."""
        return spec_hash(self.spec)

    @property
    def history(self) -> Sequence[Mapping[str, Any]]:
        """The entries of its history, the oldest first; older ones may be in the decision log alone."""
        return sorted(self.status.get("history", ()), key=lambda entry: int(entry["seq"]))

    @property
    def reviews(self) -> Sequence[Mapping[str, Any]]:
        """Every reviewer's last review, of whichever generation."""
        return cast("Sequence[Mapping[str, Any]]", self.status.get("reviews", ()))

    @property
    def current_reviews(self) -> Sequence[Mapping[str, Any]]:
        """The reviews that count: those of the present generation."""
        return [review for review in self.reviews if review["generation"] == self.generation]

    @property
    def missing(self) -> tuple[ReviewerRole, ...]:
        """The roles whose approval is still needed; where one of any role is, all of them."""
        given = {review["role"] for review in self.current_reviews if review["decision"] == "approve"}
        if len(given) >= roles_needed(self.grade):
            return ()
        return tuple(role for role in ROLES if role not in given)

    @property
    def is_being_destroyed(self) -> bool:
        """Whether its destruction has begun, after which nobody keeps it any more."""
        return any(place.get("state") == "destroying" for place in self.status.get("regions", ()))

    @property
    def steps(self) -> tuple[Step, ...]:
        """What can come next, by whomever."""
        return steps_from(self.phase)

    def document(self) -> Tenancy:
        """The present spec as a typed document."""
        return _document(self.name, self.spec)

    def approved(self) -> Tenancy | None:
        """What was approved, to be brought about; None where nothing was yet.

        Raises:
            RefusedError: the approved spec has another hash than the one that the reviewers saw.
        """
        approval = self.status.get("approved")
        if approval is None:
            return None
        if (found := spec_hash(approval["spec"])) != approval["hash"]:
            raise RefusedError(
                f"the approved spec has the hash {found}, the reviewers approved {approval['hash']}",
                where=f"Tenancy {self.namespace}/{self.name}: status.approved",
                expected="the spec that was reviewed",
                mend="ask for a change and have it reviewed anew; see the decision log for who wrote what",
            )
        return _document(self.name, approval["spec"])


def _document(name: str, spec: Mapping[str, Any]) -> Tenancy:
    return Tenancy.model_validate({"metadata": {"name": name}, "spec": dict(spec)})
