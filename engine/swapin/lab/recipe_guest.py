"""A guest that runs recipes with the programs of this machine: its shell, tools and Python."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from swapin.debian.tools import tool
from swapin.lab.cpio import initramfs
from swapin.lab.kernels import Image
from swapin.lab.modules import Modules

TOOLS = ("blockdev", "dmsetup", "losetup", "mkswap", "modprobe", "swapoff", "swapon", "truncate")
"""What the recipes call, beside what the shell's own directories hold."""
_COMMON = ("sh", "cat", "grep", "id", "mkdir", "mount", "rmdir", "sed", "sleep", "umount")
_MODULES = ("null_blk", "configfs", "loop", "dm-delay", "scsi_debug", "sd_mod", "crc-t10dif")


def recipe_guest(image: Image, busybox: Path, recipes: Mapping[str, str]) -> bytes:
    """An initramfs that runs each recipe, and prefixes what it says with its name.

    :raises DebianError: a tool that the recipes call is missing.
    """
    programs = {name: Path(tool(name)).resolve() for name in (*TOOLS, *_COMMON)}
    files = {f"bin/{name}": path.read_bytes() for name, path in programs.items()}
    files["bin/python3"] = Path(sys.executable).resolve().read_bytes()
    executable = {*files, "init", "bin/busybox"}
    python = list(_of_python())
    shared = [*programs.values(), Path(sys.executable).resolve()]
    shared += [path for path in python if ".so" in path.name]
    for path in (*python, *_libraries(shared)):
        files[str(path).lstrip("/")] = path.read_bytes()
        if ".so" in path.name:
            executable.add(str(path).lstrip("/"))
    files.update(_modules(image))
    files |= {f"recipes/{name}": text.encode() for name, text in recipes.items()}
    files |= {"bin/busybox": busybox.read_bytes(), "init": _init(recipes).encode()}
    return initramfs(files, executable=frozenset(executable))


def _of_python() -> Iterable[Path]:
    """The files that the recipes' program makes Python read."""
    asked = (
        "import ctypes, mmap, os, struct, sys, time, encodings.ascii, encodings.latin_1, json;"
        "found = [getattr(m, '__file__', None) for m in list(sys.modules.values())];"
        "print(json.dumps(sorted({f for f in found if f})))"
    )
    done = subprocess.run(
        [str(Path(sys.executable).resolve()), "-I", "-c", asked],
        check=True,
        capture_output=True,
        text=True,
        cwd="/",
    )
    return [Path(name) for name in json.loads(done.stdout) if "site-packages" not in name]


def _libraries(programs: Iterable[Path]) -> Iterable[Path]:
    found: dict[str, None] = {}
    for program in programs:
        done = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False)
        found |= dict.fromkeys(re.findall(r"(?:=> |^\s+)(/\S+) \(0x", done.stdout, re.MULTILINE))
    return map(Path, found)


def _modules(image: Image) -> dict[str, bytes]:
    modules = Modules(image.modules)
    wanted = [name for name in (*_MODULES, "brd", "zram") if modules.has(name)]
    files = [*modules.order(wanted), *image.modules.glob("modules.*")]
    inside = f"lib/modules/{image.version}"
    return {
        f"{inside}/{file.relative_to(image.modules)}": file.read_bytes()
        for file in files
        if file.is_file()
    }


def _init(recipes: Iterable[str]) -> str:
    return "\n".join(
        [
            "#!/bin/busybox sh",
            "export PATH=/bin:/applets LC_ALL=C.UTF-8",
            f"export PYTHONHOME={sys.base_prefix}",
            # No udev runs here to make the nodes of device mapper.
            "export DM_DISABLE_UDEV=1",
            "/bin/busybox mkdir -p /applets /proc /sys /dev /run /tmp",
            "/bin/busybox --install -s /applets",
            "/bin/busybox mount -t proc proc /proc",
            "/bin/busybox mount -t sysfs sysfs /sys",
            "/bin/busybox mount -t devtmpfs devtmpfs /dev",
            "/bin/busybox mount -t tmpfs tmpfs /run",
            "echo 1 > /proc/sys/kernel/printk",
            "modprobe sd_mod",
            'echo "@@ version $(uname -r)"',
            *(
                f'{{ /bin/sh /recipes/{name} 2>&1; echo "status $?"; }} | '
                f'while read -r line; do echo "@@ {name} $line"; done; '
                f'echo "@@ {name} left $(grep -c ^/dev /proc/swaps) $(grep -c swapin /proc/mounts)"'
                for name in recipes
            ),
            'echo "@@ done"',
            "/bin/busybox poweroff -f",
            "",
        ]
    )
