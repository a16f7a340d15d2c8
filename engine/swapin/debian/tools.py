"""Programs of the machine, and what to install where one is missing."""

from __future__ import annotations

import shutil


class DebianError(LookupError):
    """A program or a package is missing, or came damaged.

    The message says what, and what to do about it.
    """


_PACKAGES = {
    "apt-cache": "apt",
    "apt-get": "apt",
    "busybox": "busybox-static",
    "cc": "gcc libc6-dev",
    "blockdev": "util-linux",
    "dmsetup": "dmsetup",
    "losetup": "mount",
    "mkswap": "util-linux",
    "modprobe": "kmod",
    "aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
    "arm-linux-gnueabihf-gcc": "gcc-arm-linux-gnueabihf libc6-dev-armhf-cross",
    "depmod": "kmod",
    "dpkg-deb": "dpkg",
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-system-aarch64": "qemu-system-arm",
    "qemu-system-arm": "qemu-system-arm",
    "xz": "xz-utils",
    "zstd": "zstd",
}
_PLACES = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where tools are that an ordinary user has not on the path."""


def tool(name: str) -> str:
    """The path of a program.

    :raises DebianError: it is not installed; says which packages have it.
    """
    found = shutil.which(name) or shutil.which(name, path=_PLACES)
    if found is None:
        raise DebianError(f"`{name}` is missing: apt-get install {_PACKAGES.get(name, name)}")
    return found


def missing_tools(names: list[str]) -> list[str]:
    """What is said of each of these programs that is not installed."""
    said = []
    for name in names:
        try:
            tool(name)
        except DebianError as error:
            said.append(str(error))
    return said
