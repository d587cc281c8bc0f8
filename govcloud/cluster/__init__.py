"""Talking to an API server with plain manifests: list, apply, delete, watch, without the typed models of the client."""

from govcloud.cluster.client import Cluster, Kind

__all__ = ["Cluster", "Kind"]
