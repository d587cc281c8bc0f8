"""A receipt counts for exactly the plan and the record that it was written for."""

from pathlib import Path

import pytest
from engine_samples import manifest, record, tenancy

from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.receipts import Receipts
from govcloud.engine.units import Unit

AIR = tenancy("air")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "receipts"
    path.mkdir()
    return path


@pytest.fixture
def receipts(folder: Path, tmp_path: Path) -> Receipts:
    """Receipts with one for ``air``, whose stack is recorded."""
    record(tmp_path, str(AIR.name), "air")
    receipts = Receipts(folder, Checkpoints(tmp_path))
    receipts.write(AIR)
    return receipts


def test_a_receipt_holds_for_what_it_was_written_for(receipts: Receipts) -> None:
    assert receipts.holds(AIR)
    assert not receipts.holds(tenancy("water"))


def test_a_receipt_is_void_when_the_plan_changes(receipts: Receipts) -> None:
    changed = Unit(AIR.name, AIR.target, [*AIR.manifests, manifest("Secret", "new", "t-air")])
    assert not receipts.holds(changed)


def test_a_receipt_is_void_when_the_record_was_written_since(receipts: Receipts, tmp_path: Path) -> None:
    Checkpoints(tmp_path).remove(str(AIR.name))
    assert not receipts.holds(AIR)
    record(tmp_path, str(AIR.name), "air", "air")
    assert not receipts.holds(AIR)


@pytest.mark.parametrize("garbage", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"digest": 1}'])
def test_a_garbled_receipt_is_no_receipt(receipts: Receipts, folder: Path, garbage: bytes) -> None:
    (folder / f"{AIR.name}.json").write_bytes(garbage)
    assert not receipts.holds(AIR)


def test_a_removed_receipt_is_gone_and_may_be_removed_again(receipts: Receipts, folder: Path) -> None:
    receipts.remove(AIR.name)
    receipts.remove(AIR.name)
    assert not receipts.holds(AIR)
    assert list(folder.iterdir()) == []


def test_on_another_backend_the_plan_alone_counts(folder: Path) -> None:
    receipts = Receipts(folder, None)
    receipts.write(AIR)
    assert receipts.holds(AIR)
