"""JSON Schemas as tests use them: without room for members that they do not tell."""

from __future__ import annotations

from typing import Any

import jsonschema

from swapin.catalog import Catalog
from swapin.service.schemas import schema

VALIDATOR = jsonschema.Draft202012Validator


def validator(name: str, catalog: Catalog) -> Any:
    """What holds JSON data against a schema of swapin."""
    return VALIDATOR(closed(schema(name, catalog)))


def closed(part: Any) -> Any:
    """A schema that refuses every member that it does not tell."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    made = {key: closed(value) for key, value in part.items()}
    return {"additionalProperties": False, **made} if "properties" in made else made
