"""Folders of state are private, or the person is told why there can be none."""

from __future__ import annotations

from pathlib import Path

import pytest

from govcloud.errors import OutsideError
from govcloud.paths import private_folder


def test_a_folder_is_made_private_and_one_that_is_there_is_narrowed(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    for folder in (there, tmp_path / "new" / "deep"):
        assert private_folder(folder).stat().st_mode & 0o777 == 0o700


def test_where_there_can_be_none_the_place_is_named_and_how_to_mend_it(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutsideError, match=r"GOVCLOUD_STATE") as error:
        private_folder(tmp_path / "file" / "state")
    assert error.value.where == str(tmp_path / "file" / "state")
