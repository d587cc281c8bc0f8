from pathlib import Path

import pytest

from govcloud.local.region.layout import Layout
from govcloud.local.region.ports import PORT_NAMES, Record


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "regions" / "beijing")
    made.make_folders()
    return made


@pytest.fixture
def record() -> Record:
    return Record({name: 21000 + number for number, name in enumerate(PORT_NAMES)}, "10.96.0.0/16")
