"""A guest that runs recipes with the programs of this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from swapin.lab.kernels import Image
from swapin.lab.outfit import outfitted

_TOOLS = ("blockdev", "dmsetup", "losetup", "mkswap", "swapoff", "swapon", "truncate")
_COMMON = ("cat", "grep", "id", "mkdir", "mount", "rmdir", "sed", "sleep", "umount")
_IMPORTS = "import ctypes, mmap, os, struct, sys, time, encodings.ascii, encodings.latin_1, json\n"
_OF_DISKS = ("null_blk", "configfs", "loop", "dm-delay", "scsi_debug", "sd_mod", "crc-t10dif")
_MODULES = (*_OF_DISKS, "brd", "zram")


def recipe_guest(image: Image, busybox: Path, recipes: Mapping[str, str]) -> bytes:
    """An initramfs that runs each recipe, and prefixes what it says with its name.

    :raises DebianError: a tool that the recipes call is missing.
    """
    lines = [
        # No udev runs here to make the nodes of device mapper.
        "export DM_DISABLE_UDEV=1",
        "modprobe sd_mod",
        *(
            f'{{ /bin/sh /recipes/{name} 2>&1; echo "status $?"; }} | '
            f'while read -r line; do echo "@@ {name} $line"; done; '
            f'echo "@@ {name} left $(grep -c ^/dev /proc/swaps) $(grep -c swapin /proc/mounts)"'
            for name in recipes
        ),
    ]
    return outfitted(
        image,
        busybox,
        "\n".join(lines) + "\n",
        programs=(*_TOOLS, *_COMMON),
        imports=_IMPORTS,
        modules=_MODULES,
        files={f"recipes/{name}": text.encode() for name, text in recipes.items()},
    )
