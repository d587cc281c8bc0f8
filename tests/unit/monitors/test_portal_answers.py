"""How the portal answers: compressed, tagged, in the language that is wanted, and small in all."""

from __future__ import annotations

import gzip
import http.client
import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from portal_samples import served, sources

from monitors.portal.assets import assets
from monitors.portal.language import preferred
from monitors.portal.shell import page

LIMIT = 300_000


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(sources(1000)) as url:
        yield url


def get(address: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    try:
        connection.request(
            "GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_what_a_browser_has_already_is_not_sent_again(address: str) -> None:
    for path in ("/", "/api/capacity", "/api/tenancies", "/api/recovery", "/api/sharings", "/api/compliance"):
        status, headers, body = get(address, path)
        assert status == 200 and body, path
        assert get(address, path, If_None_Match=headers["etag"])[::2] == (304, b"")


def test_answers_are_compressed_where_the_browser_takes_it(address: str) -> None:
    plain = get(address, "/api/tenancies")[2]
    status, headers, packed = get(address, "/api/tenancies", Accept_Encoding="gzip, br")
    assert (status, headers["content-encoding"]) == (200, "gzip")
    assert gzip.decompress(packed) == plain
    assert "content-encoding" not in get(address, "/api/tenancies", Accept_Encoding="gzip;q=0")[1]


def test_a_thousand_tenancies_fit_on_a_slow_line(address: str) -> None:
    packed = get(address, "/api/tenancies", Accept_Encoding="gzip")[2]
    assert len(json.loads(gzip.decompress(packed))["rows"]) > 1000
    assert len(packed) < 60_000


def test_the_whole_page_is_small() -> None:
    found = assets()
    files = sum(len(answer.packed or answer.body) for answer in found.answers.values())
    first = len(gzip.compress(page("zh", "全国", found).encode()))
    assert files + first < LIMIT
    assert first < 12_000


def test_the_page_comes_in_the_language_that_is_wanted(address: str) -> None:
    assert b'lang="zh-CN"' in get(address, "/", Accept_Language="zh-CN,zh;q=0.9,en;q=0.8")[2][:60]
    assert b'lang="en"' in get(address, "/?lang=en", Accept_Language="zh-CN")[2][:60]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de,fr;q=0.5", "en"),
        ("en;q=0.4, zh-TW;q=0.9", "zh"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh;q=x", "en"),
    ],
)
def test_the_language_that_the_browser_likes_best_is_chosen(header: str, language: str) -> None:
    assert preferred(header) == language


def test_nothing_may_come_from_elsewhere_and_no_script_stands_in_the_page(address: str) -> None:
    _, headers, body = get(address, "/")
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert b"http:" not in body and b"https:" not in body and b"style=" not in body


def test_files_are_kept_for_ever_under_the_mark_of_their_content_alone(address: str) -> None:
    mark = assets().mark
    assert "immutable" in get(address, f"/portal/{mark}/app.js")[1]["cache-control"]
    assert get(address, "/portal/older/app.js")[1]["cache-control"] == "no-cache"
    assert get(address, f"/portal/{mark}/package.json")[0] == 404
    assert get(address, f"/portal/{mark}/..%2Froutes.py")[0] == 404


def test_a_title_cannot_end_the_words_of_the_page() -> None:
    text = page("en", "</script><b>", assets())
    assert "</script><b>" not in text


def test_a_question_that_is_none_is_refused_with_what_may_be_asked(address: str) -> None:
    status, _, body = get(address, "/api/trend?days=3")
    assert status == 400
    assert "days=7|30|90" in json.loads(body)["error"]
