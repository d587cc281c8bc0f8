"""What docs/register.md says of the process is what the process is."""

import re
from pathlib import Path

from govcloud.hub.lifecycle import PHASES, STEPS
from govcloud.hub.rules import RULES

TEXT = (Path(__file__).parents[3] / "docs/register.md").read_text(encoding="utf-8")


def _table(heading):
    lines = TEXT.split(heading, 1)[1].split("\n\n", 1)[0].splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|---" not in line and line
    ]


def test_every_phase_is_explained_as_the_code_does():
    assert _table("| phase | meaning |") == [list(item) for item in PHASES.items()]


def test_every_step_is_named_with_who_may_make_it():
    rows = [row[:4] for row in _table("| step | from | to | by | needs |")]
    assert rows == [[s.name, s.source, s.target, ", ".join(s.sides)] for s in STEPS]


def test_a_step_that_needs_something_says_so_and_no_other():
    rows = _table("| step | from | to | by | needs |")
    assert [bool(row[4]) for row in rows] == [bool(step.needs) for step in STEPS]
    told = {step.needs: row[4] for step, row in zip(STEPS, rows, strict=True)}
    assert all(row[4] == told[step.needs] for step, row in zip(STEPS, rows, strict=True))


def test_every_rule_is_told():
    assert _table("| rule | what must hold | who could |") == [[r.id, r.title, r.who] for r in RULES.values()]


def test_the_tolerance_of_times_is_told():
    from govcloud.planner.register_steps import STEP_CHECKS

    seconds = {
        int(found) for check in STEP_CHECKS for found in re.findall(r"duration\('(\d+)s'\)", check.expression)
    }
    assert seconds == {600}
    assert "may be ten minutes off" in TEXT
