"""Placement: which regions a tenancy gets."""

from govcloud.placement.place import place

__all__ = ["place"]
