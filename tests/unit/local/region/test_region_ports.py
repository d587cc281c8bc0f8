import json
import socket
from pathlib import Path

import pytest

from govcloud.errors import RegionError
from govcloud.local.region.ports import (
    HOST,
    PORT_NAMES,
    Record,
    choose_port,
    is_free,
    ports_of_neighbours,
    settle_ports,
)


def test_every_component_gets_a_port_of_its_own() -> None:
    ports = settle_ports({})
    assert tuple(ports) == PORT_NAMES
    assert len(set(ports.values())) == len(PORT_NAMES)


def test_remembered_ports_are_kept() -> None:
    first = settle_ports({})
    assert settle_ports(first) == first


def test_a_port_that_somebody_else_took_is_chosen_again_and_the_others_stay() -> None:
    first = settle_ports({})
    with socket.create_server((HOST, first["apiserver"])):
        second = settle_ports(first)
    assert second["apiserver"] != first["apiserver"]
    assert {k: v for k, v in second.items() if k != "apiserver"} == {
        k: v for k, v in first.items() if k != "apiserver"
    }


def test_a_port_that_our_own_process_listens_on_stays() -> None:
    first = settle_ports({})
    with socket.create_server((HOST, first["apiserver"])):
        assert settle_ports(first, in_use=["apiserver"]) == first


def test_ports_of_other_regions_are_left_to_them(tmp_path: Path) -> None:
    for name in ("beijing", "guian"):
        (tmp_path / name).mkdir()
    Record({"etcd": 20001}, "10.96.0.0/16").save(tmp_path / "guian" / "region.json")
    Record({"etcd": 20002}, "10.96.0.0/16").save(tmp_path / "beijing" / "region.json")
    assert ports_of_neighbours(tmp_path / "beijing") == {20001}
    all_but_one = {*range(20000, 32000)} - {20007}
    assert choose_port(all_but_one, free=lambda port: True) == 20007


def test_it_says_so_when_no_port_is_free() -> None:
    with pytest.raises(RegionError, match="no free port"):
        choose_port(set(), free=lambda port: False)


def test_a_port_with_a_listener_is_not_free() -> None:
    with socket.create_server((HOST, 0)) as server:
        assert not is_free(server.getsockname()[1])


def test_a_record_comes_back_as_it_was_saved(tmp_path: Path, record: Record) -> None:
    record.save(tmp_path / "region.json")
    assert Record.load(tmp_path / "region.json") == record
    assert Record.load(tmp_path / "absent.json") is None


@pytest.mark.parametrize(
    "content", ["", "[]", json.dumps({"ports": []}), json.dumps({"ports": {"etcd": "x"}})]
)
def test_a_damaged_record_is_named_and_not_overwritten(tmp_path: Path, content: str) -> None:
    path = tmp_path / "region.json"
    path.write_text(content)
    with pytest.raises(RegionError, match=r"region\.json"):
        Record.load(path)
    assert path.read_text() == content
