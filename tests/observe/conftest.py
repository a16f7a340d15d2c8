"""A dump of a guest that holds pages in known states of swap, with what the guest says of them."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from swapin.debian.packages import Packages, cache_home
from swapin.debian.tools import DebianError, missing_tools, tool
from swapin.lab.boot import Limits, boot
from swapin.lab.cpio import initramfs
from swapin.lab.guest import busybox_of
from swapin.lab.kernels import Image, obtain
from swapin.lab.machines import X86_64
from swapin.lab.modules import Modules, content

HOLDER = Path(__file__).with_name("holder.c")
DEVICE = "/sys/kernel/config/nullb/nullb0"
# null_blk gives a request up after five seconds, so it completes after three.
INIT = f"""\
#!/bin/busybox sh
export PATH=/bin
/bin/busybox --install -s /bin
mkdir -p /proc /sys /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t cgroup2 cgroup2 /sys/fs/cgroup
echo 0 > /proc/sys/vm/page-cluster
for file in $(cat /modules/order); do
    case $file in null_blk.ko) given=nr_devices=0;; *) given=;; esac
    insmod /modules/$file $given
done
mount -t configfs configfs /sys/kernel/config
mkdir {DEVICE}
for setting in size=64 memory_backed=1 irqmode=0 power=1; do
    echo ${{setting#*=}} > {DEVICE}/${{setting%=*}}
done
mkswap /dev/nullb0 > /dev/null
for setting in power=0 irqmode=2 completion_nsec=3000000000 power=1; do
    echo ${{setting#*=}} > {DEVICE}/${{setting%=*}}
done
echo 1 > /sys/block/nullb0/queue/stable_writes
swapon /dev/nullb0
echo +memory > /sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/held
echo $$ > /sys/fs/cgroup/held/cgroup.procs
echo "@@ version $(uname -r)"
echo "@@ stable_writes $(cat /sys/block/nullb0/queue/stable_writes)"
holder
"""


@dataclass(slots=True)
class Dump:
    """A vmcore and what the guest said before it was taken."""

    core: Path
    symbols: Path
    told: dict[str, str] = field(default_factory=dict)
    pages: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Address and ``/proc/self/pagemap`` of each page."""
    pid: int = 0


@pytest.fixture(scope="session")
def dump_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Dump]:
    """Boots a release, and dumps its memory; skips the test if it cannot be had."""
    tools = [X86_64.emulator, X86_64.compiler, "depmod", "dpkg-deb", "apt-get", "tar"]
    missing = missing_tools(tools)

    def dumped(release: str) -> Dump:
        if missing:
            pytest.skip("; ".join(missing))
        packages = Packages()
        try:
            image = obtain(release, packages, X86_64, "cloud")
            symbols = symbols_of(image, packages)
            busybox = busybox_of(X86_64, packages)
        except DebianError as error:
            pytest.skip(f"no kernel with debugging symbols: {error}")
        return take(image, symbols, busybox, tmp_path_factory.mktemp("dump"))

    return dumped


def symbols_of(image: Image, packages: Packages) -> Path:
    """The kernel's DWARF, out of a package of which nothing else is unpacked."""
    package = packages.fetch(f"linux-image-{image.version}-dbg")
    where = cache_home() / "symbols" / package.parent.name[:16]
    if not (where / "complete").exists():
        where.mkdir(parents=True, exist_ok=True)
        with subprocess.Popen(
            [tool("dpkg-deb"), "--fsys-tarfile", str(package)], stdout=subprocess.PIPE
        ) as unpacked:
            # One of several names is the file, and which one differs by release.
            wanted = ["--wildcards", "*/boot/vmlinux-*", "*/lib/modules/*/vmlinux"]
            command = [tool("tar"), "-x", "-C", str(where), *wanted]
            subprocess.run(command, stdin=unpacked.stdout, check=True)
        (where / "complete").touch()
    return where / "usr/lib/debug/boot" / f"vmlinux-{image.version}"


def take(image: Image, symbols: Path, busybox: Path, where: Path) -> Dump:
    """Boot, wait until the pages are held, stop the machine and dump its memory."""
    holder = where / "holder"
    command = [tool(X86_64.compiler), "-O1", "-static", "-o", str(holder), str(HOLDER)]
    subprocess.run(command, check=True)
    modules = Modules(image.modules).order(["configfs", "null_blk", "qemu_fw_cfg"])
    names = [file.name.partition(".ko")[0] + ".ko" for file in modules]
    files = {f"modules/{name}": content(f) for name, f in zip(names, modules, strict=True)}
    files |= {"modules/order": " ".join(names).encode(), "init": INIT.encode()}
    files |= {"bin/busybox": busybox.read_bytes(), "bin/holder": holder.read_bytes()}
    initrd = where / "initrd"
    programs = frozenset({"init", "bin/busybox", "bin/holder"})
    initrd.write_bytes(initramfs(files, executable=programs))
    dump = Dump(where / "core", symbols)
    held = threading.Event()

    def line(text: str) -> None:
        word, *rest = text.split()
        if word == "page":
            dump.pid = int(rest[1])
            dump.pages[rest[0]] = int(rest[2], 16), int(rest[3], 16)
        elif word == "held":
            wanted = {"paging": False, "protocol": f"file:{dump.core}"}
            asked(where / "qmp", ("stop", {}), ("dump-guest-memory", wanted))
            held.set()
        else:
            dump.told[word] = " ".join(rest)

    monitor = ("-qmp", f"unix:{where / 'qmp'},server=on,wait=off", "-device", "vmcoreinfo")
    ended = boot(
        image,
        X86_64,
        initrd,
        where / "console",
        cpus=1,
        limits=Limits(),
        line=line,
        stop=held,
        options=monitor,
    )
    assert held.is_set(), ended
    return dump


def asked(monitor: Path, *commands: tuple[str, dict[str, Any]]) -> None:
    """Have the emulator's monitor carry out commands."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(monitor))
        with connection.makefile("rw") as stream:
            stream.readline()
            for name, arguments in (("qmp_capabilities", {}), *commands):
                stream.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
                stream.flush()
                while not re.search(r'"(return|error)"', answer := stream.readline()):
                    assert answer, "the emulator has ended"
                assert '"return"' in answer, answer
