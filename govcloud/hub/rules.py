"""The rules of the register in words: what each refuses, who could do it, and what to do instead.

Admission quotes them by their id, so that a refusal reads the same through kubectl, raw HTTP and govcloud.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class RegisterRule:
    """A rule that the API server of the hub enforces.

    Attributes:
        id: ``GC-REG-`` and a number, by which messages name it.
        title: what must hold.
        who: who could do what was refused.
        mend: what to do about a refusal.
    """

    id: str
    title: str
    who: str
    mend: str

    @property
    def advice(self) -> str:
        """Who could, and what to do instead."""
        return f"{self.who}; {self.mend}"


_OWNERS = "the owners of its department can"
_PLATFORM = "the platform (group govcloud:platform) can"
_REVIEWERS = "reviewers (groups govcloud:reviewers:security and govcloud:reviewers:platform) can"
_NOBODY = "nobody can"

_ALL = (
    # the request
    RegisterRule(
        "GC-REG-01",
        "a tenancy is kept in its department's namespace and carries its department's name in front",
        _OWNERS,
        "ask in namespace d-<department>, under the name <department>-<system>",
    ),
    RegisterRule(
        "GC-REG-02",
        "only the department asks for a tenancy and changes what it asks for",
        _OWNERS,
        "ask an owner of the department",
    ),
    RegisterRule(
        "GC-REG-03",
        "a tenancy is requested by the one who writes it down, for good",
        _OWNERS,
        "leave spec.requestedBy out, it is filled in",
    ),
    RegisterRule(
        "GC-REG-04",
        "what was approved stays as it was approved until a change is asked for",
        _OWNERS,
        "ask for a change first (status.phase), then write it and have it reviewed",
    ),
    RegisterRule(
        "GC-REG-05",
        "labels and annotations under govcloud.dev/, finalizers and owners of a tenancy are not for its department",
        _PLATFORM,
        "leave them out, they are filled in",
    ),
    RegisterRule(
        "GC-REG-06",
        "a tenancy's record goes only when nothing of it exists any more",
        f"{_PLATFORM}, for a draft and for what is rejected, withdrawn or retired",
        "ask for its retirement, or withdraw it",
    ),
    # the life cycle
    RegisterRule(
        "GC-REG-10",
        "phases follow the life cycle",
        _NOBODY,
        "ask for one of the phases that can come next",
    ),
    RegisterRule(
        "GC-REG-11",
        "each step of the life cycle is for one side to make",
        "the side that the step belongs to can",
        "ask somebody of that side",
    ),
    RegisterRule(
        "GC-REG-12",
        "whoever writes the status makes a step, a review or an agreement to destroy, and nothing else",
        f"{_PLATFORM} write everything else",
        "ask the platform",
    ),
    RegisterRule(
        "GC-REG-13",
        "history is added to, one entry a write, and never changed",
        _NOBODY,
        "leave earlier entries as they are and add one",
    ),
    RegisterRule(
        "GC-REG-14",
        "an entry of the history says who wrote it, when, which step, and at which generation",
        _NOBODY,
        "leave nothing of it to others: by is you, at is now, generation is the tenancy's",
    ),
    # reviews
    RegisterRule(
        "GC-REG-20",
        "a review is written by a reviewer, under the reviewer's own name and role",
        _REVIEWERS,
        "ask a reviewer",
    ),
    RegisterRule(
        "GC-REG-21",
        "nobody reviews what they or their department asked for, and the platform reviews nothing",
        "reviewers who are neither of the department nor of the platform can",
        "ask another reviewer",
    ),
    RegisterRule(
        "GC-REG-22",
        "a review names the generation that the reviewer saw, which must be the present one",
        _REVIEWERS,
        "look at the tenancy again, it has changed; ask the department what for",
    ),
    RegisterRule(
        "GC-REG-23",
        "approval takes reviews of the present generation: one, from grade 3 on two by persons of different roles",
        "the reviewer whose approval is still missing can",
        "ask for the missing review",
    ),
    RegisterRule(
        "GC-REG-24",
        "what is approved is the present spec, and the hash that every reviewer saw",
        _REVIEWERS,
        "leave status.approved to the step that approves, as a copy of the present generation, hash and spec",
    ),
    RegisterRule(
        "GC-REG-25",
        "no tenancy is of a higher grade than its regions may carry (GB/T 22239-2019 8.2.2.1 a)",
        _NOBODY,
        "ask for regions with a higher ceiling",
    ),
    RegisterRule(
        "GC-REG-26",
        "what is not reviewed anew must be what was approved, to the letter",
        "reviewers can approve something else",
        "ask for a review, or make the spec again what status.approved.spec says",
    ),
    RegisterRule(
        "GC-REG-27",
        "a rejection stands until the department answers it with another spec",
        f"{_OWNERS} answer it",
        "change what the reviewer objected to, then ask again",
    ),
    RegisterRule(
        "GC-REG-28",
        "a tenancy is rejected by a review that says so",
        _REVIEWERS,
        "write the rejecting review, or ask a reviewer for one",
    ),
    # bringing about
    RegisterRule(
        "GC-REG-30",
        "only the platform writes where a tenancy runs and how that goes",
        _PLATFORM,
        "ask the platform",
    ),
    RegisterRule(
        "GC-REG-31",
        "a tenancy that is brought about names its regions",
        _PLATFORM,
        "name them in status.regions, or ask the platform",
    ),
    RegisterRule(
        "GC-REG-32",
        "what exists in a region is changed or retired; what does not is amended or withdrawn",
        _OWNERS,
        "ask for the other step",
    ),
    # ending
    RegisterRule(
        "GC-REG-40",
        "a cordon is lifted by the side that set it; the platform can lift every one",
        _PLATFORM,
        "ask the platform",
    ),
    RegisterRule(
        "GC-REG-41",
        "status.cordon and status.retirement say who set them, and come and go with their phases",
        _NOBODY,
        "leave them to the steps that set and clear them, with your own name and the time of the entry",
    ),
    RegisterRule(
        "GC-REG-42",
        "destruction is agreed to by a second person, a reviewer, and not by the one who asked",
        "reviewers who are neither of the department nor of the platform can",
        "ask a reviewer",
    ),
    RegisterRule(
        "GC-REG-43",
        "the retention period of the tier passes before anything is destroyed",
        f"{_PLATFORM}, when it is over",
        "ask again when status.retirement.until has passed",
    ),
    RegisterRule(
        "GC-REG-44",
        "a tenancy is retired when somebody has agreed and nothing of it is left in any region",
        _PLATFORM,
        "ask a reviewer to agree, destroy, and clear status.regions",
    ),
    RegisterRule(
        "GC-REG-45",
        "a destruction begins agreed to and after the retention; once it has begun it comes to its end",
        _NOBODY,
        "ask for another tenancy, and look whether a backup has what was in this one",
    ),
    # the decision log
    RegisterRule(
        "GC-REG-50",
        "decisions are recorded by the platform",
        _PLATFORM,
        "ask the platform",
    ),
    RegisterRule(
        "GC-REG-51",
        "a decision that is recorded is never changed or deleted",
        _NOBODY,
        "leave it; record another decision that corrects it",
    ),
    RegisterRule(
        "GC-REG-52",
        "a decision is recorded under its number, at the present time",
        _PLATFORM,
        "leave its name and time to `govcloud`",
    ),
)

RULES: Mapping[str, RegisterRule] = MappingProxyType({rule.id: rule for rule in _ALL})
"""The rules by their ids."""
