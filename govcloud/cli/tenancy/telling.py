"""What a command tells after a step: where the tenancy stands now, and who has to do what next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govcloud.cli.output import say

if TYPE_CHECKING:
    from govcloud.hub.prospects import Prospect
    from govcloud.hub.record import Record


def tell(record: Record) -> None:
    """Say where a tenancy stands, and for whom it waits."""
    from govcloud.hub.lifecycle import PHASES
    from govcloud.hub.prospects import prospects

    say(f"{record.name} is {record.phase}: {PHASES[record.phase]}")
    for one in prospects(record):
        if one.needed:
            say(f"next: {who(one, record)}: {one.what}")
            say(f"      {one.command}")


def who(prospect: Prospect, record: Record) -> str:
    """Whose step it is, in words."""
    if prospect.side == "department":
        return f"an owner of {record.department}"
    if prospect.side == "platform":
        return "the platform"
    return f"a reviewer ({' or '.join(prospect.roles)}), not of {record.department}"
