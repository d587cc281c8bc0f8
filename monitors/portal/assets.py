"""The files of the page: read once, compressed once, and named by their content so that a browser keeps them for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from govcloud.errors import OutsideError
from monitors.portal.answers import Answer

_KINDS = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
_BUILT = ("uplot.js", "uplot.css")
"""What monitors/portal/web/install makes of the locked dependency."""

SCRIPT = "app.js"
STYLES = ("page.css", "uplot.css")
ICON = "icon.svg"


@dataclass(frozen=True, slots=True)
class Assets:
    """All files by name; ``mark`` changes when any of them does."""

    mark: str
    answers: Mapping[str, Answer]

    @property
    def modules(self) -> tuple[str, ...]:
        """The scripts that every view needs, without the chart library, which is loaded when a chart is drawn."""
        return tuple(sorted(name for name in self.answers if name.endswith(".js") and name not in _BUILT))


@cache
def assets() -> Assets:
    """The files of the page.

    Raises:
        OutsideError: the chart library was not installed.
    """
    web = files("monitors.portal") / "web"
    found = {one.name: one for one in web.iterdir() if _kind(one.name)}
    found |= {name: _built(web / "build" / name) for name in _BUILT}
    bodies = {name: found[name].read_bytes() for name in sorted(found)}
    answers = {name: Answer.of(body, _KINDS[_kind(name)]) for name, body in bodies.items()}
    mark = sha256("".join(answers[name].tag for name in answers).encode()).hexdigest()[:12]
    return Assets(mark, answers)


def _kind(name: str) -> str:
    ending = name.rpartition(".")[2]
    return ending if ending in _KINDS else ""


def _built(path: Traversable) -> Traversable:
    if not path.is_file():
        raise OutsideError(
            f"the chart library of the portal is not installed: {path.name} is missing",
            where="monitors/portal/web/build",
            expected="what monitors/portal/web/install makes",
            mend="run `make portal`",
        )
    return path
