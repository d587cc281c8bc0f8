"""An error carries all that a person needs, and the tree of errors is as it is drawn."""

import re

import pytest

from govcloud import errors
from govcloud.errors import EstateError, GovCloudError, InputError, OutsideError, Problem, RefusedError


def tree(kind: type[GovCloudError]) -> list[type[GovCloudError]]:
    return [kind, *(one for child in kind.__subclasses__() for one in tree(child))]


TREE = [kind for kind in tree(GovCloudError) if kind.__module__ == errors.__name__]


def drawn() -> dict[str, tuple[int, str]]:
    """Each name in the drawing: how deep it stands, and the words beside it."""
    assert errors.__doc__
    lines = re.findall(r"^    ([ |]*(?:\+-- )?)([A-Z]\w+Error)\b(.*)$", errors.__doc__, re.MULTILINE)
    return {name: (len(indent) // 4, words) for indent, name, words in lines}


def test_the_drawing_names_every_error_of_the_tree_and_no_other() -> None:
    assert set(drawn()) == {kind.__name__ for kind in TREE}


@pytest.mark.parametrize("kind", TREE)
def test_each_stands_in_the_drawing_as_deep_as_in_the_tree(kind: type[GovCloudError]) -> None:
    assert drawn()[kind.__name__][0] == len(kind.__mro__) - len(GovCloudError.__mro__)


def test_the_drawing_tells_the_exit_codes() -> None:
    told = {name: re.search(r"exit (\d)", words) for name, (_, words) in drawn().items()}
    codes = {name: int(code[1]) for name, code in told.items() if code}
    assert codes == {kind.__name__: kind.exit_code for kind in (InputError, RefusedError, OutsideError)}


@pytest.mark.parametrize("kind", TREE)
def test_errors_below_have_the_exit_code_of_their_branch(kind: type[GovCloudError]) -> None:
    branches = [branch for branch in (InputError, RefusedError, OutsideError) if issubclass(kind, branch)]
    assert all(kind.exit_code == branch.exit_code for branch in branches)


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({}, "it is wrong"),
        ({"where": "a.yaml:3"}, "a.yaml:3: it is wrong"),
        (
            {"expected": "the right", "mend": "mend it"},
            "it is wrong; expected the right; to mend it: mend it",
        ),
    ],
)
def test_an_error_reads_as_one_sentence(parts: dict[str, str], text: str) -> None:
    assert str(GovCloudError("it is wrong", **parts)) == text


def problem(file: str, line: int, field: str = "spec.zone") -> Problem:
    return Problem(file, line, field, "'x'", "is no zone", "a zone", "choose one")


def test_the_problems_of_an_estate_come_in_the_order_of_files_and_lines() -> None:
    error = EstateError([problem("b.yaml", 1), problem("a.yaml", 10), problem("a.yaml", 9)])
    assert [(p.file, p.line) for p in error.problems] == [("a.yaml", 9), ("a.yaml", 10), ("b.yaml", 1)]
    assert error.what == "3 problems in the estate"
    assert str(error).splitlines()[0] == (
        "a.yaml:9: spec.zone: is no zone (got 'x'); expected a zone; to mend it: choose one"
    )


def test_one_problem_is_one_problem() -> None:
    assert EstateError([problem("a.yaml", 1)]).what == "1 problem in the estate"
    assert EstateError([problem("a.yaml", 1)], "the request").what == "1 problem in the request"
