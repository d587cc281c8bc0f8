"""The files of standards data, each read once.

They are data and not code so that who knows the standards can check and correct them: each fact keeps its
source and how sure it is.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def standards_data(name: str) -> dict[str, Any]:
    """The content of ``data/<name>.yaml``; callers do not change it."""
    text = files("govcloud.standards").joinpath("data", f"{name}.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=_LOADER)  # noqa: S506 -- it is a safe loader
    return data
