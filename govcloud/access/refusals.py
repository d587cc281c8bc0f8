"""A refusal of a region's API server in words for people who want a credential."""

from __future__ import annotations

from govcloud.cluster.client import StatusError
from govcloud.errors import ClusterError, GovCloudError, InputError, RefusedError

_DENIED = "denied request: "
_WHO = {
    "owner": "owners of the department",
    "operator": "owners and operators of the department",
    "viewer": "owners, operators and viewers of the department",
}


def explained(error: StatusError, namespace: str = "", part: str | None = None) -> GovCloudError:
    """What an answer that is an error means.

    Args:
        error: the answer of the API server.
        namespace: that of the tenancy.
        part: the part that was asked for, where one was.
    """
    where = f"namespace {namespace}" if namespace else error.where
    if error.status == 401:
        return RefusedError(
            "the API server of the region does not know you",
            where=where,
            expected="a credential of that region which has not ended",
            mend="name your kubeconfig of the region with --region-kubeconfig, or have a new one issued",
        )
    if error.status == 403:
        return _refused(error, where, part)
    if error.status == 404:
        return InputError(
            f"the region has no accounts for people there: {error.what}",
            where=where,
            expected="a tenancy that was brought about in this region",
            mend="see its regions with `govcloud tenancy show`, or ask the platform to bring it about anew",
        )
    return ClusterError(error.what, where=where, mend="try again; if it stays so, ask the platform")


def _refused(error: StatusError, where: str | None, part: str | None) -> RefusedError:
    _, denied, words = error.what.partition(_DENIED)
    if denied:
        return RefusedError(words, where=where)
    if part:
        return RefusedError(
            f"you have no credentials of its {part}",
            where=where,
            expected=_WHO[part],
            mend="ask for a part that you have (--role), or ask one of them",
        )
    return RefusedError(
        "you may not see the credentials of others",
        where=where,
        expected="an owner of the department, or the platform",
        mend="your own is named in your kubeconfig, as the user; for all others ask an owner",
    )
