"""Guests that hold pages in known states of swap, and say of them what they know."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from swapin.debian.packages import Packages, cache_home
from swapin.debian.tools import DebianError, missing_tools, tool
from swapin.lab.boot import Ended, Limits, boot
from swapin.lab.guest import busybox_of
from swapin.lab.kernels import Image, obtain
from swapin.lab.machines import X86_64
from swapin.lab.outfit import outfitted

HOLDER = Path(__file__).with_name("held.c")
NULLB = "/sys/kernel/config/nullb/nullb0"
MODULES = ("null_blk", "configfs", "dm_mod", "qemu_fw_cfg", "virtio_pci", "virtio_blk")
SET_UP = f"""\
# No udev runs here to make the nodes of device mapper.
export DM_DISABLE_UDEV=1
modprobe null_blk nr_devices=0
modprobe -a dm_mod qemu_fw_cfg virtio_pci virtio_blk
mount -t configfs configfs /sys/kernel/config
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tracefs tracefs /sys/kernel/tracing
echo 0 > /proc/sys/vm/page-cluster
mkdir {NULLB}
for setting in size=64 memory_backed=1 power=1; do
    echo ${{setting#*=}} > {NULLB}/${{setting%=*}}
done
echo 1 > /sys/block/nullb0/queue/stable_writes
dmsetup create held --table "0 131072 linear /dev/nullb0 0"
mkswap /dev/mapper/held > /dev/null
swapon /dev/mapper/held
echo +memory > /sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/held
echo "@@ stable_writes $(cat /sys/block/dm-0/queue/stable_writes)"
# Until it has stopped itself; what it says is in /held.
hold() {{
    sh -c 'echo $$ > /sys/fs/cgroup/held/cgroup.procs; exec holder $1' - $1 > /held &
    held=$!
    until grep -q '^State:.T' /proc/$held/status; do sleep 1; done
    cat /held
}}
release() {{
    kill -CONT $held
    wait $held
    sed '1,/@@ held/d' /held
}}
"""


@dataclass(slots=True)
class Told:
    """What a guest said of the pages that it holds."""

    told: dict[str, str] = field(default_factory=dict)
    pages: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Address and ``/proc/self/pagemap`` of each page."""
    pid: int = 0
    exclusive: dict[str, bool] = field(default_factory=dict)
    """Whether each page that was loaded then was PG_anon_exclusive."""
    copied: dict[str, bool] = field(default_factory=dict)
    """Whether each page that was stored to, after a load, had another frame then."""

    def take(self, text: str) -> None:
        """One line of the guest."""
        word, *rest = text.split(" ")
        if word == "page":
            self.pid = int(rest[1])
            self.pages[rest[0]] = int(rest[2], 16), int(rest[3], 16)
        elif word == "loaded":
            self.exclusive[rest[0]] = rest[1] == "1"
        elif word == "stored":
            self.copied[rest[0]] = rest[1] == "1"
        else:
            self.told[word] = " ".join(rest)


@dataclass(frozen=True, slots=True)
class Guests:
    """Boots kernels in which pages are held in known states of swap."""

    image: Image
    busybox: Path
    where: Path

    def boot(
        self,
        script: str,
        line: Callable[[str], None],
        *,
        programs: Iterable[str] = (),
        imports: str = "",
        files: Mapping[str, bytes] | None = None,
        options: Iterable[str] = (),
        stop: threading.Event | None = None,
    ) -> Ended:
        """Run a script that may call ``hold load``, ``hold store`` and ``release``."""
        holder = self.where / "holder"
        command = [tool(X86_64.compiler), "-O1", "-static", "-o", str(holder), str(HOLDER)]
        subprocess.run(command, check=True)
        initrd = self.where / "initrd"
        initrd.write_bytes(
            outfitted(
                self.image,
                self.busybox,
                SET_UP + script,
                programs=("dmsetup", *programs),
                imports=imports,
                modules=MODULES,
                files={"bin/holder": holder.read_bytes(), **(files or {})},
            )
        )
        return boot(
            self.image,
            X86_64,
            initrd,
            self.where / "console",
            cpus=1,
            limits=Limits(silence_s=600),
            line=line,
            stop=stop,
            options=options,
        )


def guests_of(release: str, where: Path) -> Guests:
    """The guests of a release; skips the test if its kernel cannot be had.

    :param where: a directory for what they are made of.
    """
    tools = [X86_64.emulator, X86_64.compiler, "depmod", "dmsetup", "dpkg-deb", "apt-get", "tar"]
    if missing := missing_tools(tools):
        pytest.skip("; ".join(missing))
    packages = Packages()
    try:
        image = obtain(release, packages, X86_64, "cloud")
        return Guests(image, busybox_of(X86_64, packages), where)
    except DebianError as error:
        pytest.skip(f"no kernel to boot: {error}")


def symbols_of(image: Image) -> Path:
    """A kernel's DWARF, out of a package of which nothing else is unpacked; or skips the test."""
    try:
        package = Packages().fetch(f"linux-image-{image.version}-dbg")
    except DebianError as error:
        pytest.skip(f"no debugging symbols: {error}")
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


def dump_of(guests: Guests, core: Path) -> Told:
    """Boots until the pages are held, stops the machine and dumps its memory."""
    told = Told()
    monitor = guests.where / "qmp"
    held = threading.Event()

    def line(text: str) -> None:
        told.take(text)
        if text == "held":
            wanted = {"paging": False, "protocol": f"file:{core}"}
            asked(monitor, ("stop", {}), ("dump-guest-memory", wanted))
            held.set()

    options = ("-qmp", f"unix:{monitor},server=on,wait=off", "-device", "vmcoreinfo")
    ended = guests.boot("hold load\n", line, options=options, stop=held)
    assert held.is_set(), ended
    return told


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
