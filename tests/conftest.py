"""What tests share: the program of the installed plugins, and the compiled kernels."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[..., Any]:
    """Make JSON data once for all processes that run tests: the first makes it, others wait."""
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent

    def made(name: str, make: Callable[[], Any]) -> Any:
        file = folder / f"shared-{name}.json"
        with open(folder / f"shared-{name}.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not file.exists():
                file.write_text(json.dumps(make()), encoding="utf-8")
        return json.loads(file.read_text(encoding="utf-8"))

    return made


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalog of swapin's own plugins."""
    return load_catalog(strict=True)


@pytest.fixture(scope="session")
def program(catalog: Catalog) -> Program:
    """Its program."""
    return Program(catalog)
