"""The machines that are emulated, one for each architecture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from swapin.lab.errors import LabError


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """How to emulate an architecture, and where its probes find arguments."""

    architecture: str
    """The name of the architecture's preset."""
    debian: str
    flavours: Mapping[str, str]
    """What the packages' names end with, by the lab's name of the flavour."""
    emulator: str
    options: tuple[str, ...]
    console: str
    compiler: str
    arguments: tuple[str, ...]
    """How a kprobe names a function's arguments, in order."""
    word: int
    """Bytes in a ``long``."""
    two_nodes: tuple[str, ...] = ()
    """Options for two NUMA nodes, between which a page can be moved."""


X86_64 = Machine(
    architecture="x86_64",
    debian="amd64",
    flavours={"cloud": "cloud-amd64", "general": "amd64"},
    emulator="qemu-system-x86_64",
    options=("-accel", "tcg", "-cpu", "max", "-machine", "pc"),
    console="ttyS0",
    compiler="cc",
    arguments=("%di", "%si", "%dx", "%cx", "%r8", "%r9"),
    word=8,
    two_nodes=(
        *("-object", "memory-backend-ram,id=m0,size=256M", "-numa", "node,nodeid=0,memdev=m0"),
        *("-object", "memory-backend-ram,id=m1,size=256M", "-numa", "node,nodeid=1,memdev=m1"),
    ),
)
ARM64 = Machine(
    architecture="arm64",
    debian="arm64",
    flavours={"cloud": "cloud-arm64", "general": "arm64"},
    emulator="qemu-system-aarch64",
    options=("-accel", "tcg", "-cpu", "cortex-a57", "-machine", "virt"),
    console="ttyAMA0",
    compiler="aarch64-linux-gnu-gcc",
    arguments=("%x0", "%x1", "%x2", "%x3", "%x4", "%x5"),
    word=8,
)
ARM = Machine(
    architecture="arm-lpae",
    debian="armhf",
    flavours={"general": "armmp-lpae"},
    emulator="qemu-system-arm",
    options=("-accel", "tcg", "-cpu", "cortex-a15", "-machine", "virt"),
    console="ttyAMA0",
    compiler="arm-linux-gnueabihf-gcc",
    arguments=("%r0", "%r1", "%r2", "%r3", "$stack0", "$stack1"),
    word=4,
)
MACHINES: Mapping[str, Machine] = {
    machine.architecture: machine for machine in (X86_64, ARM64, ARM)
}


def machine(architecture: str) -> Machine:
    """The machine of an architecture.

    :raises LabError: the lab emulates none.
    """
    found = MACHINES.get(architecture)
    if found is None:
        names = ", ".join(f"`{name}`" for name in MACHINES)
        raise LabError(f"the lab emulates no `{architecture}`; there are {names}")
    return found
