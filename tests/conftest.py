"""What tests share: the program of the installed plugins, and the compiled kernels."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from swapin.catalog import Catalog, load_catalog
from swapin.program import Program

ROOT = Path(__file__).parent.parent

pytest_plugins = ["pytester"]

# The tests are of swapin as installed, not as the machine that runs them selects plugins.
os.environ["SWAPIN_CONFIG"] = ""
# Nor as an earlier command left them.
os.environ["SWAPIN_CACHE"] = "off"


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the project."""
    return ROOT


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalog of swapin's own plugins."""
    return load_catalog(strict=True)


@pytest.fixture(scope="session")
def program(catalog: Catalog) -> Program:
    """Its program."""
    return Program(catalog)
