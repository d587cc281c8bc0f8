"""Pulumi programs: thin components over the planner.

Two kinds of stacks: ``platform.<region>``, one a region, and ``tenancy.<tenancy>.<region>``, one a tenancy and region.
Both are run by the engine as inline programs and by the plain ``pulumi`` program through ``Pulumi.yaml``.
"""
