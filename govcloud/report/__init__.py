"""Findings as documents: for people, for machines of others, and for assessors, all from one value."""

from govcloud.report.formats import FORMATS, write
from govcloud.report.report import Report, RuleLike
from govcloud.report.rows import coverage_rows, finding_rows, summary_rows

__all__ = ["FORMATS", "Report", "RuleLike", "coverage_rows", "finding_rows", "summary_rows", "write"]
