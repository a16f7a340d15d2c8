"""Clients in JavaScript, with their packages installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import google.rpc
import pytest

ROOT = Path(__file__).parents[3]
PROTOS = (ROOT / "proto", Path(next(iter(google.rpc.__path__))).parents[1])


@pytest.fixture(scope="session")
def node_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the clients; they need the same packages."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    folder = tmp_path_factory.mktemp("node-client")
    for file in (
        Path(__file__).parent / "package.json",
        Path(__file__).parent / "client.mjs",
        ROOT / "docs" / "examples" / "columns-node" / "columns.mjs",
    ):
        shutil.copy(file, folder)
    subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"],
        cwd=folder,
        check=True,
        timeout=300,
    )
    return folder


@pytest.fixture(scope="session")
def run_node(node_client: Path) -> Callable[..., str]:
    """Run a client with arguments, then the folders of the protos; what it printed."""

    def run(script: str, *args: str, given: str) -> str:
        done = subprocess.run(
            ["node", script, *args, *map(str, PROTOS)],
            cwd=node_client,
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert 0 == done.returncode, done.stderr
        return done.stdout

    return run
