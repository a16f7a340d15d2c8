"""The house: imports run one way, and the library stays clear of grpc."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# What each room may import, from the ground up.
ROOMS = {
    "model": {"model"},
    "debian": {"debian"},
    "catalog": {"model", "catalog"},
    "program": {"model", "catalog", "program"},
    "columns": {"model", "catalog", "program", "columns"},
    "analysis": {"model", "catalog", "program", "analysis"},
    "observe": {"model", "catalog", "program", "analysis", "observe"},
    "life": {"model", "catalog", "program", "life"},
    "lab": {
        "debian",
        "recipe",
        "model",
        "catalog",
        "program",
        "analysis",
        "life",
        "observe",
        "lab",
    },
    "source": {"debian", "model", "catalog", "program", "source"},
    "service": {
        "model",
        "catalog",
        "program",
        "columns",
        "life",
        "analysis",
        "observe",
        "service",
        "v1",
    },
    "mcp": {"model", "catalog", "program", "analysis", "mcp"},
    "recipe": {"model", "catalog", "program", "analysis", "recipe"},
    "testing": {"model", "catalog", "program", "analysis", "source", "testing"},
    "cli": {
        "recipe",
        "model",
        "catalog",
        "program",
        "columns",
        "analysis",
        "observe",
        "debian",
        "lab",
        "life",
        "source",
        "mcp",
        "service",
        "cli",
        "v1",
    },
}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("room", ROOMS)
def test_imports_run_one_way(root: Path, room: str) -> None:
    """No module imports from a room above its own."""
    for path in (root / "engine" / "swapin" / room).rglob("*.py"):
        for name in imports(path):
            if name.startswith("swapin.") and name != "swapin.__version__":
                assert name.split(".")[1] in ROOMS[room], (path, name)


def test_model_needs_nothing(root: Path) -> None:
    """The model imports the standard library alone."""
    for path in (root / "engine" / "swapin" / "model").rglob("*.py"):
        for name in imports(path):
            top = name.split(".")[0]
            assert top in {"swapin", *sys.stdlib_module_names}, (path, name)


def test_plugins_import_the_model_alone(root: Path) -> None:
    """swapin's own plugins are written as a stranger's: model and hook marker."""
    for path in (root / "plugins").rglob("*.py"):
        for name in imports(path):
            if name.split(".")[0] == "swapin":
                assert name in {"swapin", "swapin.hookimpl"} or name.startswith("swapin.model")


def test_only_presets_know_releases(root: Path) -> None:
    """Rules, constraints and invariants read capabilities; none compares a version."""
    for room in ("rules", "constraints", "invariants", "facts"):
        for path in (root / "plugins" / "swapin_linux" / room).glob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert "Release" not in text, path
            for node in ast.walk(ast.parse(text)):
                assert not isinstance(node, ast.Compare), (path, node.lineno)


def test_engine_names_no_yardstick(root: Path) -> None:
    """Neither engine nor plugins import a test."""
    for folder in ("engine", "plugins"):
        for path in (root / folder).rglob("*.py"):
            assert not any("yardstick" in name for name in imports(path)), path


def test_library_without_grpc() -> None:
    """A verdict is had without grpc, protobuf, structlog or tqdm."""
    code = """
import sys, swapin
swapin.evaluate({"kernel": {"release": "6.1"}})
heavy = {"grpc", "google.protobuf", "structlog", "tqdm", "numpy", "asyncio"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]\n" == done.stdout
