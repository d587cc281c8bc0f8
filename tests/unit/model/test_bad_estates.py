"""Each bad estate has beside it the complete text of its errors."""

from pathlib import Path

import pytest

from govcloud.errors import EstateError
from govcloud.model import checks
from govcloud.model.loader import load_estate

FOLDER = Path(__file__).parent / "bad_estates"
BAD = sorted(path.name for path in FOLDER.iterdir() if path.suffix != ".expected")


@pytest.fixture(autouse=True)
def messages_name_files_as_they_were_given(monkeypatch):
    monkeypatch.chdir(FOLDER)


def problems_of(name):
    with pytest.raises(EstateError) as caught:
        load_estate(name)
    return caught.value


@pytest.mark.parametrize("name", BAD)
def test_a_bad_estate_is_refused_with_exactly_these_problems(name):
    expected = Path(name).with_suffix(".expected").read_text(encoding="utf-8")
    assert f"{problems_of(name)}\n" == expected


def test_every_expectation_belongs_to_an_estate():
    expectations = {path.stem for path in FOLDER.glob("*.expected")}
    assert expectations == {Path(name).stem for name in BAD}


def test_every_check_finds_something_in_a_bad_estate(monkeypatch):
    fired = set()

    def noting(check):
        def noted(draft):
            for flaw in check(draft):
                fired.add(check.__name__)
                yield flaw

        return noted

    names = {check.__name__ for check in checks.CHECKS}
    monkeypatch.setattr(checks, "CHECKS", tuple(noting(check) for check in checks.CHECKS))
    for name in BAD:
        problems_of(name)
    assert fired == names


def test_six_problems_of_four_documents_are_reported_at_once():
    problems = problems_of("six-problems-at-once.yaml").problems
    assert [problem.field for problem in problems] == [
        "spec.hub",
        "spec.network",
        "spec.addresses.pods",
        "spec.titel",
        "spec.data.level",
        "spec.recovery.rto",
    ]


def test_an_error_of_syntax_hides_no_problem_of_another_file():
    files = [problem.file for problem in problems_of("syntax-error-in-one-file").problems]
    assert files == ["syntax-error-in-one-file/b.yaml", "syntax-error-in-one-file/c.yaml"]


def test_no_message_speaks_of_the_validator():
    text = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.expected"))
    for word in ("Input should", "pydantic", "valid string", "ctx", "union_tag"):
        assert word not in text
