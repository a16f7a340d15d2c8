"""Kernels to boot, or the reason why none can be had here."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from swapin.debian.packages import Packages
from swapin.debian.tools import DebianError, missing_tools
from swapin.lab.kernels import Image, obtain
from swapin.lab.machines import X86_64


@pytest.fixture(scope="session")
def image_of() -> Callable[[str], Image]:
    """Debian's kernel of a release for x86_64; skips the test if it cannot be had."""
    missing = missing_tools([X86_64.emulator, X86_64.compiler, "depmod", "dpkg-deb", "apt-get"])

    def obtained(release: str) -> Image:
        if missing:
            pytest.skip("; ".join(missing))
        packages = Packages()
        try:
            packages.fetch("busybox-static")
            return obtain(release, packages, X86_64, "cloud")
        except DebianError as error:
            pytest.skip(f"no kernel to boot: {error}")

    return obtained
