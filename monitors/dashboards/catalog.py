"""Which dashboards there are."""

from __future__ import annotations

from monitors.dashboards.department import DEPARTMENT_BOARD
from monitors.dashboards.estate import ESTATE
from monitors.dashboards.model import Board
from monitors.dashboards.recovery import RECOVERY_BOARD
from monitors.dashboards.region import REGION_BOARD
from monitors.dashboards.tenancy import TENANCY_BOARD

BOARDS: tuple[Board, ...] = (ESTATE, REGION_BOARD, DEPARTMENT_BOARD, TENANCY_BOARD, RECOVERY_BOARD)
"""From the whole to the part."""
