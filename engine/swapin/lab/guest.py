"""What a guest boots into: busybox, modules, our programs, and the shell that runs the plan."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterable, Mapping
from importlib.resources import as_file, files
from pathlib import Path

from swapin.debian.packages import Packages, cache_home, unpack
from swapin.debian.tools import tool
from swapin.lab.cpio import initramfs
from swapin.lab.errors import LabError
from swapin.lab.kernels import Image
from swapin.lab.machines import Machine
from swapin.lab.modules import Modules, content
from swapin.lab.plan import Device
from swapin.model import Release
from swapin.observe.probes import GROUP, Probe, offsets_of, probes

_PAGES = "addr >= 0x20000000 && addr < 0x20200000"
"""The addresses that the scenarios use, as a filter of tracefs."""


def make_guest(
    image: Image,
    machine: Machine,
    plans: Mapping[Device, Iterable[str]],
    busybox: Path,
    player: str = "actors",
) -> bytes:
    """The initramfs that plays a plan on each of some devices, on this kernel.

    :param plans: the lines of each device's plan.
    :param player: the program that plays them.
    :raises LabError: a tool is missing, or the programs cannot be compiled.
    """
    modules = Modules(image.modules)
    data = {"bin/busybox": busybox.read_bytes(), "init": _init(image, machine, plans).encode()}
    names = (player, "mapper")
    for name in names:
        data[f"bin/{name}"] = program(name, machine).read_bytes()
    for device, lines in plans.items():
        plan = "\n".join([f"device {device.backend.device}", *lines, ""])
        data[f"plans/{_slug(device)}"] = plan.encode()
        data[f"devices/{_slug(device)}"] = _device(device, modules, player).encode()
        wanted = [module.split()[0] for module in device.backend.modules]
        wanted += filter(modules.has, device.backend.optional_modules)
        for file in modules.order(wanted):
            data[f"modules/{_module(file)}.ko"] = content(file)
    programs = frozenset({"bin/busybox", "init", *(f"bin/{name}" for name in names)})
    return initramfs(data, executable=programs)


def program(name: str, machine: Machine) -> Path:
    """A program of ours for the guest, compiled if its source changed.

    :raises LabError: the compiler is missing or refuses.
    """
    with as_file(files("swapin.lab") / "guest") as folder:
        source = folder / f"{name}.c"
        shared = (folder / "common.h").read_bytes()
        made_of = source.read_bytes() + shared + machine.compiler.encode()
        made = cache_home() / "guest" / hashlib.sha256(made_of).hexdigest()[:16] / name
        if made.exists():
            return made
        made.parent.mkdir(parents=True, exist_ok=True)
        command = [tool(machine.compiler), "-O1", "-static", "-pthread", "-o"]
        done = subprocess.run(
            [*command, str(made), str(source)], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise LabError(f"`{machine.compiler}` cannot make `{name}`: {done.stderr.strip()}")
    return made


def _slug(device: Device) -> str:
    return device.name.replace("/", "-")


def _module(file: Path) -> str:
    return file.name.partition(".ko")[0].replace("-", "_")


def _device(device: Device, modules: Modules, player: str) -> str:
    """The shell that makes a device, swaps on it, runs its plan, and takes it away again."""
    backend = device.backend
    lines = [f"trap 'echo \"@@ unavailable {device.name}: $doing\"' EXIT", "set -e"]
    for module in (*filter(modules.has, backend.optional_modules), *backend.modules):
        name, _, parameters = module.partition(" ")
        for file in modules.order([name]):
            ours = parameters if _module(file) == name.replace("-", "_") else ""
            lines.append(f"doing='insmod {_module(file)}'; load {_module(file)} {ours}")
    stable = f"/sys/block/{backend.stable_queue}/queue/stable_writes"
    before = {"off": "0", "changed": "0", "on": "1"}.get(device.stable)
    # A stacked device takes the setting of the disk below when it is made.
    early = backend.stable_queue != backend.queue
    setting = [
        f"doing='write {before} to {stable}'; echo {before} > {stable}",
        f"doing='{stable} does not stay {before}'; [ \"$(cat {stable})\" = {before} ]",
    ]
    if before and early:
        lines += setting
    lines += [f"doing='making the device'; {line}" for line in backend.set_up.strip().splitlines()]
    lines.append("cd /")
    if before and not early:
        lines += setting
    lines += [
        f"doing='mkswap'; mkswap {backend.device} > /dev/null",
        f"doing='swapon'; swapon {backend.device}",
    ]
    if device.stable == "changed":
        lines.append(f"doing='write 1 to {stable}'; echo 1 > {stable}")
    lines += [
        "trap - EXIT",
        "set +e",
        f'echo "@@ device {device.name} stable_writes=$(cat {stable})"',
        f"{player} /plans/{_slug(device)}",
        f"swapoff {backend.device}",
        *backend.tear_down.strip().splitlines(),
    ]
    return "\n".join(lines) + "\n"


def _init(image: Image, machine: Machine, devices: Iterable[Device]) -> str:
    release = Release.parse(image.release)
    offsets = offsets_of(release, word=machine.word)
    wanted = probes(release, offsets, machine.arguments, word=machine.word)
    return "\n".join(
        [
            "#!/bin/busybox sh",
            "export PATH=/bin",
            "/bin/busybox --install -s /bin",
            "mkdir -p /proc /sys /dev /tmp /mnt",
            "mount -t proc proc /proc",
            "mount -t sysfs sysfs /sys",
            "mount -t devtmpfs devtmpfs /dev",
            "mount -t tmpfs tmpfs /tmp",
            "mount -t tracefs tracefs /sys/kernel/tracing",
            "mount -t cgroup2 cgroup2 /sys/fs/cgroup",
            "echo 1 > /proc/sys/kernel/printk",
            "echo 0 > /proc/sys/vm/page-cluster",
            # Anonymous pages only; releases before 5.8 know no more than 100.
            "echo 200 > /proc/sys/vm/swappiness || echo 100 > /proc/sys/vm/swappiness",
            # Large folios of 64 kB where a scenario asks for them, and nowhere else.
            "huge=/sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled",
            "[ ! -e $huge ] || echo madvise > $huge",
            "echo +memory > /sys/fs/cgroup/cgroup.subtree_control",
            "mkdir /sys/fs/cgroup/swapin",
            'echo "@@ version $(uname -r)"',
            'load() { name=$1; shift; grep -q "^$name " /proc/modules || '
            "insmod /modules/$name.ko $*; [ $name != configfs ] || "
            "mount -t configfs configfs /sys/kernel/config 2> /dev/null || true; }",
            "cd /sys/kernel/tracing",
            *_install(wanted),
            "cd /",
            *(f"( . /devices/{_slug(device)} )" for device in devices),
            'echo "@@ done"',
            "poweroff -f",
            "",
        ]
    )


def _install(wanted: list[list[Probe]]) -> Iterable[str]:
    for choices in wanted:
        event = choices[0].event
        tries = " || ".join(
            f"{{ echo '{probe.definition()}' >> kprobe_events; }} 2> /dev/null" for probe in choices
        )
        yield f"{{ {tries}; }} || echo '@@ no-probe {event}'"
        yield f"echo '{_PAGES}' > events/{GROUP}/{event}/filter"
        yield f"echo 1 > events/{GROUP}/{event}/enable"


def busybox_of(machine: Machine, packages: Packages) -> Path:
    """A static busybox of the machine's architecture, out of its package.

    :raises LabError: the package cannot be had.
    """
    package = packages.fetch("busybox-static")
    where = cache_home() / "guest" / package.parent.name[:16]
    found = [path for path in (where / "bin/busybox", where / "usr/bin/busybox") if path.exists()]
    if not found:
        unpack([package], where)
        found = [
            path for path in (where / "bin/busybox", where / "usr/bin/busybox") if path.exists()
        ]
    if not found:
        raise LabError(f"no busybox is in `{package}`")
    return found[0]
