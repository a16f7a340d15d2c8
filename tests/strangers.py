"""Distributions of strangers, installed by pip for real, and the command with them in sight."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def install(target: Path, *sources: Path) -> Path:
    """Let pip build and install distributions into a folder; gives the folder."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--no-index", "--no-build-isolation", "--target", str(target)]
    subprocess.run([*pip, *options, *map(str, sources)], check=True)
    return target


def environment(site: Path, **more: str) -> dict[str, str]:
    """The environment in which a folder of installed distributions is in sight."""
    return {**os.environ, "PYTHONPATH": str(site), **more}


def run(
    site: Path, *arguments: str, stdin: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a module of Python with a folder of installed distributions in sight.

    :param arguments: the module and what it is told, such as ``"swapin", "plugins", "list"``.
    :param more: variables of the environment.
    """
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        env=environment(site, **more),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
