"""A guest that has programs of this machine, besides busybox: its shell, tools and Python."""

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

_ALWAYS = ("sh", "modprobe")
_PYTHON = "bin/python3"

# Run by this Python, after what is to be imported: the files of that, what plugins are installed,
# and where besides the standard library it looks.
_LISTED = """
import importlib.metadata, json, sys
files = {getattr(module, "__file__", None) for module in list(sys.modules.values())} - {None}
for one in importlib.metadata.distributions():
    kept = [f for f in one.files or () if f.name in ("METADATA", "entry_points.txt")]
    files |= {str(one.locate_file(f)) for f in kept}
looked = [place for place in sys.path if place and not place.startswith(sys.base_prefix)]
print(json.dumps([sorted(files), looked]))
"""


def outfitted(
    image: Image,
    busybox: Path,
    script: str,
    *,
    programs: Iterable[str] = (),
    imports: str = "",
    modules: Iterable[str] = (),
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """An initramfs that runs a script of the shell and then ends the guest.

    It is unpacked into the guest's memory; if it is large, ``boot`` needs an option for more.

    :param programs: programs of this machine that the script calls; the shell and ``modprobe``
        are there, and busybox has what is not named.
    :param imports: Python that imports all that Python in the guest will; none: it has no Python.
    :param modules: those that ``modprobe`` finds, if the kernel has them.
    :param files: more files, content by path without a leading slash; in ``bin`` are programs.
    :raises DebianError: a program is missing here.
    """
    paths = {f"bin/{name}": Path(tool(name)).resolve() for name in (*_ALWAYS, *programs)}
    shared = [*paths.values()]
    environment = "export PATH=/bin:/applets LC_ALL=C.UTF-8"
    if imports:
        python, looked = _python(imports)
        paths |= {_inside(path): path for path in python}
        paths[_PYTHON] = Path(sys.executable).resolve()
        shared += [paths[_PYTHON], *(path for path in python if ".so" in path.name)]
        environment += f" PYTHONHOME={sys.base_prefix} PYTHONPATH={':'.join(looked)}"
    paths |= {_inside(path): path for path in _libraries(shared)}
    paths["bin/busybox"] = busybox
    data = {name: path.read_bytes() for name, path in (paths | _modules(image, modules)).items()}
    data |= files or {}
    data |= {"init": _INIT.format(environment=environment).encode(), "script": script.encode()}
    executable = {name for name in data if name.startswith("bin/") or ".so" in name}
    return initramfs(data, executable=frozenset({*executable, "init"}))


def _inside(path: Path) -> str:
    return str(path).lstrip("/")


def _python(imports: str) -> tuple[list[Path], list[str]]:
    """The files that Python reads for what is imported, and where it looks for them."""
    done = subprocess.run(
        [sys.executable, "-c", imports + _LISTED],
        check=True,
        capture_output=True,
        text=True,
        cwd="/",
    )
    files, looked = json.loads(done.stdout)
    return [path for path in map(Path, files) if path.is_file()], looked


def _libraries(programs: Iterable[Path]) -> Iterable[Path]:
    found: dict[str, None] = {}
    for program in programs:
        done = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False)
        found |= dict.fromkeys(re.findall(r"(?:=> |^\s+)(/\S+) \(0x", done.stdout, re.MULTILINE))
    return map(Path, found)


def _modules(image: Image, names: Iterable[str]) -> dict[str, Path]:
    modules = Modules(image.modules)
    files = [*modules.order(list(filter(modules.has, names))), *image.modules.glob("modules.*")]
    inside = f"lib/modules/{image.version}"
    return {f"{inside}/{file.relative_to(image.modules)}": file for file in files if file.is_file()}


_INIT = """\
#!/bin/busybox sh
{environment}
/bin/busybox mkdir -p /applets /proc /sys /dev /run /tmp
/bin/busybox --install -s /applets
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox mount -t tmpfs tmpfs /run
echo 1 > /proc/sys/kernel/printk
echo "@@ version $(uname -r)"
/bin/sh /script
echo "@@ done"
/bin/busybox poweroff -f
"""
