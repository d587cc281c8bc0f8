import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from govcloud.errors import RegionError
from govcloud.local.region import LocalRegion
from govcloud.local.region.components import NAMES
from govcloud.local.region.layout import Layout
from govcloud.local.region.ports import Record
from govcloud.local.region.process import Ticket


class NoPrograms:
    def path(self, name: str) -> Path:
        raise AssertionError(f"{name} is not needed for this")


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as other:
        yield other
        other.kill()


@pytest.fixture
def region(layout: Layout) -> LocalRegion:
    return LocalRegion("beijing", layout.root, NoPrograms())


def test_a_region_that_was_never_started_is_absent(region: LocalRegion) -> None:
    status = region.status()
    assert (status.state, status.components, status.server) == ("absent", (), None)


def test_a_region_without_processes_is_down(region: LocalRegion, layout: Layout, record: Record) -> None:
    record.save(layout.record)
    status = region.status()
    assert status.state == "down"
    assert [component.name for component in status.components] == list(NAMES)
    assert {component.state for component in status.components} == {"stopped"}
    assert status.failing == ()


def test_a_pid_that_somebody_else_got_counts_as_dead_and_down_leaves_him_alone(
    region: LocalRegion, layout: Layout, record: Record, stranger: subprocess.Popen[bytes]
) -> None:
    record.save(layout.record)
    for name in NAMES:
        Ticket(stranger.pid, 1.0, f"/opt/{name}", [f"/opt/{name}"], "f").save(layout.pid(name))
    assert region.status().failing == NAMES
    region.down()
    assert stranger.poll() is None
    assert list(layout.pids.iterdir()) == []


def test_purge_deletes_everything_the_region_kept(
    region: LocalRegion, layout: Layout, record: Record
) -> None:
    record.save(layout.record)
    region.down(purge=True)
    assert not layout.root.exists()
    assert region.status().state == "absent"


def test_identities_come_from_a_region_that_was_up_once(region: LocalRegion, tmp_path: Path) -> None:
    with pytest.raises(RegionError, match="region up beijing"):
        region.issue("li.na@mee", [], tmp_path / "kubeconfig")


def test_by_default_a_region_lives_in_the_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOVCLOUD_STATE", str(tmp_path))
    region = LocalRegion("guian", None, NoPrograms())
    assert region.kubeconfig == tmp_path / "regions" / "guian" / "admin.kubeconfig"
