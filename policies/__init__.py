"""Security-grading rules (CEL) and their evaluation."""
