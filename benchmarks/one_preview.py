"""One preview of an estate's tenancies, as `govcloud preview` makes it, or without the rules; for `benchmarks.policy`.

python -m benchmarks.one_preview FILE [--bare]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest.mock import patch

from govcloud.cli.progress import progress
from govcloud.engine.engine import Engine
from govcloud.engine.judge import Verdict
from govcloud.engine.settings import settings_for
from govcloud.engine.units import Selection, units_of
from govcloud.local.toolchain import Toolchain
from govcloud.model.loader import load_estate


@contextmanager
def _nobody(*context: Any) -> Iterator[Verdict]:
    yield Verdict()


def main() -> None:
    """Preview; exit code 1 where anything but a change of every tenancy came of it."""
    file, bare = sys.argv[1], "--bare" in sys.argv
    estate = load_estate(file)
    units = [unit for unit in units_of(estate, Selection()) if unit.name.tenancy]
    without = patch("govcloud.engine.engine.judged", _nobody) if bare else nullcontext()
    with without, progress() as heard:
        report = Engine(settings_for(estate, Toolchain.default()), heard).preview(units)
    if report.count("planned") != len(units):
        sys.exit("\n".join(f"{one.stack}: {one.state}: {one.why}" for one in report.results))


if __name__ == "__main__":
    main()
