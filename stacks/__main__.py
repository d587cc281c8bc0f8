"""The program that the plain ``pulumi`` program runs: the stack's name says what to register.

``GOVCLOUD_ESTATE`` names the estate (a file or folder). ``govcloud env`` prints what the shell needs.
"""

from __future__ import annotations

import os

import pulumi

from govcloud.model.loader import load_estate
from govcloud.placement import place
from stacks.components import platform_program, tenancies_program
from stacks.desired import platform_manifests, target_of, tenancy_manifests
from stacks.names import StackName


def main() -> None:
    """Register the resources of the selected stack."""
    estate = place(load_estate(os.environ.get("GOVCLOUD_ESTATE", "estates/national")))
    name = StackName.parse(pulumi.get_stack())
    target = target_of(estate, name.region)
    if name.tenancy is None:
        platform_program(target, platform_manifests(estate, name.region))
    else:
        tenancies_program(target, {name.tenancy: tenancy_manifests(estate, name.tenancy, name.region)})


main()
