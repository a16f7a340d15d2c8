"""Which kernels are offered, and what becomes of those that cannot be had."""

from __future__ import annotations

import re

import pytest

from swapin.debian.packages import Package, Packages
from swapin.lab.errors import LabError
from swapin.lab.kernels import obtain, offered
from swapin.lab.machines import ARM, X86_64

NAMES = {
    "linux-image-5.10.0-46-cloud-amd64": "5.10.262-1",
    "linux-image-6.1.0-0.deb11.52-cloud-amd64": "6.1.192-2~deb11u1",
    "linux-image-6.1.0-55-cloud-amd64": "6.1.190-1",
    "linux-image-6.1.0-56-cloud-amd64": "6.1.192-2",
    "linux-image-6.1.0-56-cloud-amd64-dbg": "6.1.192-2",
    "linux-image-6.1.0-56-amd64": "6.1.192-2",
    "linux-image-6.1.0-56-rt-amd64": "6.1.192-2",
    "linux-image-cloud-amd64": "6.1.192-2",
    "linux-image-7.1.13+deb13-cloud-amd64": "7.1.13-1~bpo13+1",
    "linux-binary-7.1.13+deb13-cloud-amd64": "7.1.13-1~bpo13+1",
    "linux-image-7.3.3+deb13-cloud-amd64": "7.3.3-1~bpo13+1",
    "linux-binary-7.3.3+deb13-cloud-amd64": "7.3.3-1~bpo13+1",
    "linux-modules-7.3.3+deb13-cloud-amd64": "7.3.3-1~bpo13+1",
    "linux-image-7.3.4+deb13-cloud-amd64": "7.3.4-1~bpo13+1",
    "linux-binary-7.3.4+deb13-cloud-amd64": "7.3.4-1~bpo13+1",
}


class Listed(Packages):
    """Packages by a list."""

    def available(self, pattern: str) -> list[Package]:
        return [Package(*one) for one in NAMES.items() if re.fullmatch(pattern, one[0])]


def test_the_newest_of_each_release_is_offered() -> None:
    """No debug symbols, no rebuilds, no other flavour; a whole kernel before a newer half one."""
    found = [(offer.release, offer.package) for offer in offered(Listed(), X86_64, "cloud")]

    assert [
        ("5.10", "linux-image-5.10.0-46-cloud-amd64"),
        ("6.1", "linux-image-6.1.0-56-cloud-amd64"),
        ("7.1", "linux-image-7.1.13+deb13-cloud-amd64"),
        ("7.3", "linux-image-7.3.3+deb13-cloud-amd64"),
    ] == found


def test_the_general_flavour_is_not_another() -> None:
    """Its ending is the end of the others' too."""
    (offer,) = offered(Listed(), X86_64, "general")

    assert "linux-image-6.1.0-56-amd64" == offer.package


def test_what_the_archive_no_longer_has() -> None:
    """It is listed with what is missing, and refused with the same word."""
    (offer,) = [one for one in offered(Listed(), X86_64, "cloud") if one.release == "7.1"]

    assert "linux-modules-7.1.13+deb13-cloud-amd64" == offer.missing
    with pytest.raises(LabError, match=r"`7\.1` cannot be had: no suite has `linux-modules-7"):
        obtain("7.1", Listed(), X86_64, "cloud")


def test_unknown_kernels_and_flavours() -> None:
    """What there is instead is told."""
    with pytest.raises(LabError, match=r"no kernel `6\.2`; it has `5\.10`, `6\.1`"):
        obtain("6.2", Listed(), X86_64, "cloud")
    with pytest.raises(LabError, match="`arm-lpae` has no flavour `cloud`; there are `general`"):
        offered(Listed(), ARM, "cloud")
