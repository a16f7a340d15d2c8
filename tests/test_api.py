"""The Python API: its page is complete and true, its types hold, and it imports what it needs."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import swapin
from swapin.program import Program
from swapin.service.background import serving


@pytest.fixture(scope="module")
def generate(root: Path) -> Any:
    """The module that makes the page."""
    spec = importlib.util.spec_from_file_location("generate_api", root / "docs" / "generate_api.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page_is_fresh_and_complete(root: Path, generate: Any) -> None:
    """The page is as `make docs` makes it; every name and public method is told on it."""
    page = (root / "docs" / "api.md").read_text(encoding="utf-8")
    assert page == generate.api_page(page)
    parts = dict(re.findall(r"^#{3,4} ([\w.]+)(?:\(\))?\n\n(.*?)(?=^#|\Z)", page, re.M | re.S))
    for name in swapin.__all__:
        assert len(parts[name].splitlines()) > 1 or not callable(getattr(swapin, name)), name
        if isinstance(known := getattr(swapin, name), type):
            for member, _ in generate.members(known):
                told = re.sub(r"^`.*`$", "", parts[f"{name}.{member}"], flags=re.M)
                assert re.search(r"\S\.$", told, re.M), member


def test_examples_run(root: Path, program: Program) -> None:
    """The examples of the page run from top to bottom, as one script."""
    page = (root / "docs" / "api.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert 5 == len(examples)
    names: dict[str, Any] = {}
    with serving(program) as address:
        for example in examples:
            exec(example.replace("127.0.0.1:50051", address), names)


def test_script_has_every_name(root: Path) -> None:
    script = (root / "tests" / "typed" / "user.py").read_text(encoding="utf-8")

    assert set(swapin.__all__) <= set(re.findall(r"swapin\.(\w+)", script))


def checked(root: Path, tool: str, file: Path) -> subprocess.CompletedProcess[str]:
    """What a strict type checker says of a script."""
    command = {
        "mypy": ["-m", "mypy", "--strict", str(file)],
        # Strict in a script that says so.
        "basedpyright": [
            *("-m", "basedpyright", "--level", "error"),
            *("--pythonpath", sys.executable, str(file)),
        ],
    }[tool]
    return subprocess.run(
        [sys.executable, *command], cwd=root, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("tool", ["mypy", "basedpyright"])
def test_types(root: Path, tmp_path: Path, tool: str) -> None:
    """A user's script has no error, and one that is wrong has those that it should."""
    pytest.importorskip(tool)
    good = checked(root, tool, root / "tests" / "typed" / "user.py")
    assert 0 == good.returncode, good.stdout
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "# pyright: strict\nimport swapin\n"
        "swapin.evaluate(3)\n"
        "swapin.Fault(release=6.1)\n"
        "swapin.evaluate({}).outcome\n",
        encoding="utf-8",
    )
    told = checked(root, tool, wrong)
    assert 1 == told.returncode
    for line in (3, 4, 5):
        assert f"wrong.py:{line}" in told.stdout, told.stdout


@pytest.mark.parametrize("name", sorted({*swapin.__all__} - {"Client"}))
def test_imports_of_a_name(name: str) -> None:
    """A name that is looked up imports nothing heavy; `import swapin` nothing of swapin."""
    code = f"""
import sys
import swapin
assert [n for n in sys.modules if n.startswith("swapin")] == ["swapin"]
swapin.{name}
heavy = {{"grpc", "google.protobuf", "numpy", "structlog", "tqdm", "asyncio", "pyarrow", "z3"}}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]\n" == done.stdout
