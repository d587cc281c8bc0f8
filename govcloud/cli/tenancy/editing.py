"""A request in the editor of the person, with what may be changed told on top, until its form is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from govcloud.cli.output import say, to_yaml
from govcloud.cli.tenancy.verdict import plain

if TYPE_CHECKING:
    from govcloud.model import Tenancy

_TOP = """\
# What {name} asks for. Save and leave to go on; leave without a change to go on with what it was.
# Zone and grade are free in a draft and never change afterwards; the department and who asked never do.
"""


def edited(tenancy: Tenancy) -> Tenancy:
    """What the person makes of a request; the same where nothing was changed.

    Raises:
        click.Abort: the person gives up on a document whose form is wrong.
    """
    from govcloud.errors import GovCloudError, InputError
    from govcloud.model import Tenancy
    from govcloud.model.loader import load_documents

    text = _TOP.format(name=tenancy.name) + to_yaml(plain(tenancy))
    while True:
        written = click.edit(text, extension=".yaml")
        if written is None:
            return tenancy
        try:
            found = load_documents("request", text=written)
            if len(found) == 1 and isinstance(found[0], Tenancy) and found[0].name == tenancy.name:
                return found[0]
            raise InputError(f"it is no longer the one tenancy {tenancy.name}")
        except GovCloudError as error:
            say(str(error))
        click.confirm("Go back to the editor?", default=True, abort=True, err=True)
        text = written
