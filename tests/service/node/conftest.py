"""Clients in JavaScript, with their packages installed."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import google.rpc
import pytest

from swapin.debian.packages import cache_home

ROOT = Path(__file__).parents[3]
PROTOS = (ROOT / "proto", Path(next(iter(google.rpc.__path__))).parents[1])


@pytest.fixture(scope="session")
def node_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the clients; they need the same packages."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    folder = tmp_path_factory.mktemp("node-client")
    here = Path(__file__).parent
    shutil.copy(here / "client.mjs", folder)
    shutil.copy(ROOT / "docs" / "examples" / "columns-node" / "columns.mjs", folder)
    (folder / "node_modules").symlink_to(_installed(here / "package.json") / "node_modules")
    return folder


def _installed(package: Path) -> Path:
    """A folder with the packages, kept by what was asked for as all that is fetched is."""
    asked = hashlib.sha256(package.read_bytes()).hexdigest()
    kept = cache_home() / "node" / asked
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as draft:
            folder = Path(draft) / "client"
            folder.mkdir()
            shutil.copy(package, folder)
            install = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"]
            subprocess.run(install, cwd=folder, check=True, timeout=300)
            # Another may have been faster; its folder is as good.
            with contextlib.suppress(OSError):
                folder.rename(kept)
    return kept


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
