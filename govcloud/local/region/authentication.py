"""Whom the API server lets in by token: a file that it reads again by itself, so that a change needs no restart."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

from govcloud.errors import GovCloudError, RegionError
from govcloud.local.region.api import Api, Manifest
from govcloud.local.region.layout import Layout, write_private
from govcloud.local.region.process import tail
from govcloud.local.region.waiting import Progress, wait_until_empty

NOBODY: Manifest = {
    "apiVersion": "apiserver.config.k8s.io/v1",
    "kind": "AuthenticationConfiguration",
    "jwt": [],
    "anonymous": {"enabled": False},
}
"""Nobody by token, and nobody without a credential: what a region has until it is told otherwise."""

_METRICS = "apiserver_authentication_config_controller_"
_TAKEN = re.compile(rf'^{_METRICS}last_config_info\{{.*hash="sha256:([0-9a-f]{{64}})"', re.MULTILINE)
_REFUSED = re.compile(
    rf'^{_METRICS}automatic_reload_last_timestamp_seconds\{{.*status="failure".*\}} (\S+)$', re.MULTILINE
)
_POLL = 0.2


def exchange(layout: Layout, wanted: Manifest | None) -> str | None:
    """Let the file say what is wanted.

    Args:
        layout: the region's files.
        wanted: an AuthenticationConfiguration; None leaves the file as it is, and makes one where there is none.

    Returns:
        What it said before, if that was something else.
    """
    path = layout.authentication
    before = path.read_text(encoding="utf-8") if path.exists() else None
    text = before if wanted is None and before else _text(wanted or NOBODY)
    if text == before:
        return None
    write_private(path, text)
    return before


@contextmanager
def undone_on_failure(layout: Layout, before: str | None) -> Iterator[None]:
    """Where what is inside fails, the file says again what it said.

    With a file that it refused the API server would not start again.
    """
    try:
        yield
    except GovCloudError:
        if before is not None:
            write_private(layout.authentication, before)
        raise


def wait_until_taken(api: Api, layout: Layout, seconds: float, say: Progress) -> None:
    """Return when the API server goes by the file. A new provider has to answer it first, which takes some ten seconds.

    Raises:
        RegionError: it refuses the file, or a provider in it does not answer in time.
    """
    content = layout.authentication.read_bytes()
    written = layout.authentication.stat().st_mtime

    def look() -> list[str]:
        metrics = api.text("/metrics")
        if hashlib.sha256(content).hexdigest() in _TAKEN.findall(metrics):
            return []
        if any(float(moment) >= written for moment in _REFUSED.findall(metrics)):
            raise _refusal(layout)
        return ["the API server to take up who may come with a token"]

    if wait_until_empty(look, seconds=seconds, pause=_POLL, say=say):
        raise _refusal(layout)


def _text(document: Manifest) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _refusal(layout: Layout) -> RegionError:
    log = layout.log("kube-apiserver")
    return RegionError(
        f"the API server does not take up whom it shall let in by token; its log says:\n{_said(tail(log, 200))}",
        where=str(log),
        expected="identity providers that answer, and expressions that it understands",
        mend="see that the providers answer, or correct spec.identity of the estate, then bring the region up again; "
        "it goes on with what it had",
    )


def _said(log: str) -> str:
    """The last of what a log says about the configuration; a reason goes on over the lines below."""
    lines = log.splitlines()
    starts = [
        n for n, line in enumerate(lines) if "authentication config" in line or "oidc authenticator" in line
    ]
    return "\n".join(lines[starts[-1] : starts[-1] + 4]) if starts else "nothing yet"
