import hashlib
import json
from pathlib import Path

import pytest

from govcloud.errors import RegionError
from govcloud.local.region.authentication import NOBODY, exchange, undone_on_failure, wait_until_taken
from govcloud.local.region.components import apiserver
from govcloud.local.region.layout import Layout
from govcloud.local.region.ports import Record
from govcloud.model.identity import Identity
from govcloud.planner.authentication import authentication_configuration

SOMEBODY = NOBODY | {"jwt": [{"issuer": {"url": "https://id.gov.internal"}}]}
_PREFIX = "apiserver_authentication_config_controller_"


class Told:
    """An API server that answers one text after the other, and the last one again and again."""

    server = "https://127.0.0.1:1"

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)

    def text(self, path: str) -> str:
        assert path == "/metrics"
        return self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]


def read(layout: Layout) -> object:
    return json.loads(layout.authentication.read_text())


def taken(layout: Layout) -> str:
    digest = hashlib.sha256(layout.authentication.read_bytes()).hexdigest()
    return f'{_PREFIX}last_config_info{{apiserver_id_hash="sha256:aa",hash="sha256:{digest}"}} 1\n'


def failed(seconds: float) -> str:
    labels = '{apiserver_id_hash="sha256:aa",status="failure"}'
    return f"{_PREFIX}automatic_reload_last_timestamp_seconds{labels} {seconds}\n"


def test_a_region_starts_with_nobody_by_token_and_nobody_without_a_credential(layout: Layout) -> None:
    assert exchange(layout, None) is None
    assert read(layout) == NOBODY == authentication_configuration(Identity())
    assert layout.authentication.stat().st_mode & 0o777 == 0o600


def test_a_change_is_told_and_what_is_the_same_is_not(layout: Layout) -> None:
    exchange(layout, None)
    before = layout.authentication.read_text()
    assert exchange(layout, SOMEBODY) == before
    assert exchange(layout, SOMEBODY) is None
    assert exchange(layout, None) is None
    assert read(layout) == SOMEBODY


def test_the_file_says_what_it_said_when_what_follows_fails(layout: Layout) -> None:
    exchange(layout, None)
    before = exchange(layout, SOMEBODY)
    with pytest.raises(RegionError), undone_on_failure(layout, before):
        raise RegionError("it does not start")
    assert read(layout) == NOBODY


def test_the_file_stays_when_it_was_the_first_or_nothing_fails(layout: Layout) -> None:
    before = exchange(layout, SOMEBODY)
    with pytest.raises(RegionError), undone_on_failure(layout, before):
        raise RegionError("it does not start")
    with undone_on_failure(layout, exchange(layout, NOBODY)):
        pass
    assert read(layout) == NOBODY


def test_what_is_only_read_again_is_no_reason_for_a_restart(layout: Layout, record: Record) -> None:
    component = apiserver(layout, record)
    assert f"--authentication-config={layout.authentication}" in component.arguments
    assert layout.authentication not in component.inputs


def test_the_api_server_has_taken_up_the_file_when_it_tells_its_digest(layout: Layout) -> None:
    exchange(layout, SOMEBODY)
    server = Told("", failed(1.0), taken(layout))
    wait_until_taken(server, layout, 5, print)
    assert server.texts == [taken(layout)]


def test_a_refusal_is_reported_with_what_the_log_says_and_nothing_else(layout: Layout) -> None:
    exchange(layout, SOMEBODY)
    layout.log("kube-apiserver").write_text(
        'E1 "failed to validate authentication config" err=<\n\tjwt[0]: it is wrong\n >\nI2 pods are fine\n'
        'E3 "Unable to authenticate the request"\nI4 something else\n'
    )
    later = layout.authentication.stat().st_mtime + 1
    with pytest.raises(RegionError, match="it is wrong") as refused:
        wait_until_taken(Told(failed(later)), layout, 5, print)
    assert "something else" not in refused.value.what


def test_a_provider_that_never_answers_is_not_waited_for_for_ever(layout: Layout) -> None:
    exchange(layout, SOMEBODY)
    with pytest.raises(RegionError, match="does not take up"):
        wait_until_taken(Told(failed(1.0)), layout, 0, print)


def test_the_folder_of_people_is_in_the_folder_of_the_region(layout: Layout, tmp_path: Path) -> None:
    assert layout.identities.is_relative_to(layout.root)
