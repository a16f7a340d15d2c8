"""Kernels to boot: what the package manager offers, or an image and modules by path."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from swapin.debian.packages import Packages, cache_home, sha256_of, unpack
from swapin.debian.tools import tool
from swapin.lab.errors import LabError
from swapin.lab.machines import Machine

_IMAGE = r"linux-image-(?P<release>\d+\.\d+)[^a-z]\S*"
# Since 6.19 a kernel comes in parts; the one called base holds no code.
_PARTS = re.compile(r"linux-(?:binary|modules)-\d[^\s,]*")


@dataclass(frozen=True, slots=True)
class Offer:
    """The newest package of a release."""

    release: str
    """The release as a preset is named."""
    flavour: str
    package: str
    version: str
    missing: str = ""
    """A part of it that the archive no longer has, so that it cannot be booted."""


@dataclass(frozen=True, slots=True)
class Image:
    """A kernel that can be booted."""

    release: str
    version: str
    """What ``uname -r`` says."""
    vmlinuz: Path
    modules: Path
    """The directory that holds ``modules.dep``."""
    flavour: str = "-"

    @property
    def name(self) -> str:
        """What it is called in results and their files."""
        return self.release


def offered(packages: Packages, machine: Machine, flavour: str) -> list[Offer]:
    """The newest kernel of each release that the suites have; oldest release first.

    :raises LabError: the architecture has no such flavour, or the package manager failed.
    """
    ending = machine.flavours.get(flavour)
    if ending is None:
        names = ", ".join(f"`{name}`" for name in machine.flavours)
        raise LabError(f"`{machine.architecture}` has no flavour `{flavour}`; there are {names}")
    newest: dict[str, Offer] = {}
    others = r"(?<!-cloud)(?<!-rt)" if flavour == "general" else ""
    ends = rf"{others}-{re.escape(ending)}"
    parts = {one.name for one in packages.available(rf"linux-(binary|modules)-\d[^a-z]\S*{ends}")}
    for package in packages.available(rf"{_IMAGE}{ends}"):
        found = re.match(_IMAGE, package.name)
        # A rebuild for an older suite has the same code as the original; the original is taken.
        if found is None or re.search(r"\.deb\d+\.", package.name):
            continue
        release, rest = found["release"], package.name.removeprefix("linux-image-")
        # Where the image is a package of its own, the modules are too.
        modules = f"linux-modules-{rest}"
        missing = modules if f"linux-binary-{rest}" in parts and modules not in parts else ""
        if missing and release in newest and not newest[release].missing:
            continue
        newest[release] = Offer(release, flavour, package.name, package.version, missing)
    return sorted(newest.values(), key=lambda offer: _numbers(offer.release))


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")))


def obtain(name: str, packages: Packages, machine: Machine, flavour: str) -> Image:
    """A kernel ready to boot, fetched and unpacked if need be.

    :param name: a release (``6.1``); a package (``linux-image-…``); ``.deb`` files, joined by
        commas; or an image and its modules as ``VMLINUZ:DIRECTORY``.
    :raises LabError: there is no such kernel.
    """
    if name.endswith(".deb"):
        files = [Path(part) for part in name.split(",")]
        for file in files:
            if not file.exists():
                raise LabError(f"there is no file `{file}`")
        return _unpacked(files, flavour)
    if ":" in name:
        return _by_path(name)
    package = name
    if not name.startswith("linux-image-"):
        offers = {offer.release: offer for offer in offered(packages, machine, flavour)}
        if name not in offers:
            known = ", ".join(f"`{release}`" for release in offers)
            raise LabError(f"the package manager has no kernel `{name}`; it has {known}")
        package = offers[name].package
        if offers[name].missing:
            raise LabError(f"kernel `{name}` cannot be had: no suite has `{offers[name].missing}`")
    depends = packages.dependencies(package)
    parts = _PARTS.findall(depends)
    return _unpacked([packages.fetch(part) for part in (package, *parts)], flavour)


def _unpacked(files: Sequence[Path], flavour: str) -> Image:
    sums = "\n".join(sorted(map(sha256_of, files)))
    where = cache_home() / "kernels" / hashlib.sha256(sums.encode()).hexdigest()[:16]
    if not (where / "complete").exists():
        unpack(files, where)
        (where / "complete").touch()
    images = sorted({*where.glob("boot/vmlinu[xz]-*"), *where.glob("usr/lib/modules/*/vmlinu[xz]")})
    directories = sorted({*where.glob("lib/modules/*"), *where.glob("usr/lib/modules/*")})
    if not images or not directories:
        names = ", ".join(file.name for file in files)
        raise LabError(f"no kernel image with modules is in {names}")
    return _image(images[0], directories[0], flavour)


def _by_path(name: str) -> Image:
    image, _, modules = name.partition(":")
    for path in (Path(image), Path(modules)):
        if not path.exists():
            raise LabError(f"there is no file `{path}`")
    return _image(Path(image), Path(modules), "-")


def _image(vmlinuz: Path, modules: Path, flavour: str) -> Image:
    version = modules.name
    release = re.match(r"\d+\.\d+", version)
    if release is None:
        raise LabError(f"`{modules}` is not named as modules are, after their kernel's version")
    if not (modules / "modules.dep").exists():
        _index(modules)
    return Image(release[0], version, vmlinuz, modules, flavour)


def _index(modules: Path) -> None:
    top = modules.parents[2]
    if modules.parents[1].name == "lib" and modules.parents[2].name == "usr":
        # depmod looks in lib/modules, and merged systems have that in usr.
        top = modules.parents[3]
        if not (top / "lib").exists():
            (top / "lib").symlink_to("usr/lib")
    done = subprocess.run(
        [tool("depmod"), "-b", str(top), modules.name], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise LabError(f"depmod failed for `{modules}`: {done.stderr.strip()}")
