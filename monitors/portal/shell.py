"""The page before its scripts: small, in one language, with its words, so that something is read at once on a slow line."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from importlib.resources import files

import msgspec
import yaml

from govcloud.report.markup import Markup, join, tag
from monitors.portal.assets import ICON, SCRIPT, STYLES, Assets
from monitors.portal.language import LANGUAGES, TAGS, Language

VIEWS = ("capacity", "tenancies", "trend", "recovery", "compliance", "sharings", "reclaim")
DATA = ("capacity", "tenancies", "recovery", "compliance", "sharings", "reclaim")
_NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}
_THEMES = ("auto", "light", "dark")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What a browser may do for the page (CSP): nothing from elsewhere, nothing written into it."""


@cache
def words(language: Language) -> Mapping[str, str]:
    """The words of the page in a language, by key."""
    text = files("monitors.portal").joinpath("words.yaml").read_text(encoding="utf-8")
    place = LANGUAGES.index(language)
    return {key: pair[place] for key, pair in yaml.safe_load(text).items()}


def page(language: Language, title: str, found: Assets) -> str:
    """The page.

    Args:
        language: the language it is in.
        title: what the estate is called.
        found: the files it loads.
    """
    told = words(language)
    body = tag(
        "body",
        tag("a", told["page.skip"], class_="skip", href="#view-title"),
        _header(language, title, told),
        tag(
            "main",
            tag("p", hidden=True, id="trouble", class_="trouble", role="alert"),
            tag("h2", told["view.capacity"], id="view-title", tabindex="-1"),
            _noscript(told),
            tag("div", id="view", aria_busy="true"),
        ),
        tag("footer", tag("p", told["page.footer"].format(version=version("govcloud")))),
        _words(told),
        data_title=title,
    )
    return f"<!doctype html>\n{tag('html', _head(title, told, found), body, lang=TAGS[language])}\n"


def _head(title: str, told: Mapping[str, str], found: Assets) -> Markup:
    place = f"portal/{found.mark}/"
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{told['page.title']} – {title}"),
        _link("icon", f"{place}{ICON}"),
        *(_link("stylesheet", f"{place}{name}") for name in STYLES),
        *(_link("modulepreload", f"{place}{name}") for name in found.modules),
        tag("script", type="module", src=f"{place}{SCRIPT}"),
    )


def _link(rel: str, href: str) -> Markup:
    """A link; it has no end tag."""
    return Markup(str(tag("link", rel=rel, href=href)).removesuffix("</link>"))


def _header(language: Language, title: str, told: Mapping[str, str]) -> Markup:
    heading = tag("div", tag("h1", title), tag("p", f"{told['page.title']} · ", tag("span", id="freshness")))
    settings = tag("div", _languages(language, told), _themes(told), class_="settings")
    links = (tag("li", tag("a", told[f"view.{view}"], href=f"#{view}", data_view=view)) for view in VIEWS)
    views = tag("nav", tag("ul", *links), class_="views", aria_label=told["page.views"])
    return tag("header", tag("div", heading, settings, class_="top"), views)


def _languages(chosen: Language, told: Mapping[str, str]) -> Markup:
    links = (
        tag(
            "a",
            _NAMES[one],
            href=f"?lang={one}",
            hreflang=TAGS[one],
            lang=TAGS[one],
            data_language=one,
            aria_current="true" if one == chosen else None,
        )
        for one in LANGUAGES
    )
    return tag("nav", join(links, " · "), aria_label=told["page.language"])


def _themes(told: Mapping[str, str]) -> Markup:
    options = (tag("option", told[f"page.theme.{theme}"], value=theme) for theme in _THEMES)
    return tag("label", told["page.theme"], " ", tag("select", *options, id="theme"))


def _noscript(told: Mapping[str, str]) -> Markup:
    links = (tag("a", told[f"view.{name}"], href=f"api/{name}") for name in DATA)
    return tag("noscript", tag("p", told["page.noscript"], " ", join(links, ", ")))


def _words(told: Mapping[str, str]) -> Markup:
    """The words that scripts need; ``<`` is written so that no word can end the element."""
    text = msgspec.json.encode(dict(told)).decode().replace("<", "\\u003c")
    return tag("script", Markup(text), type="application/json", id="words")
