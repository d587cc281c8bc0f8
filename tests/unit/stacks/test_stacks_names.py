"""A stack's name says what it is, there and back."""

import pytest

from govcloud.errors import InputError
from stacks.names import StackName


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (StackName("north"), "platform.north"),
        (StackName("north-east", "mee-air"), "tenancy.mee-air.north-east"),
    ],
)
def test_a_name_becomes_text_and_a_name_again(name: StackName, text: str) -> None:
    assert str(name) == text
    assert StackName.parse(text) == StackName.read(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "north",
        "platform",
        "platform.",
        "platform.a.b",
        "tenancy.a",
        "tenancy..north",
        "tenancy.a.",
        "passing.north.0",
    ],
)
def test_any_other_text_names_no_stack(text: str) -> None:
    assert StackName.read(text) is None
    with pytest.raises(InputError, match="names no stack") as caught:
        StackName.parse(text)
    assert repr(text) in caught.value.what
    assert "tenancy.<tenancy>.<region>" in str(caught.value.expected)
    assert caught.value.mend
