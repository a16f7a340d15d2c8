"""Recipes in a real kernel: whether each shows what it promises, and undoes what it did."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from swapin.lab.boot import Ended, Limits, boot
from swapin.lab.kernels import Image
from swapin.lab.machines import Machine
from swapin.lab.recipe_guest import recipe_guest

_CPUS = 2
"""The dm-delay recipe needs a second one to go on while the first waits."""

_MARKED = "path=MAPPED & pte.swp_exclusive"
_STABLE = "writeback.stable-writes"

QUERIES: Mapping[str, str] = {
    "null_blk": _STABLE,
    "dm-delay": _STABLE,
    "scsi-dix": _STABLE,
    "loop": _MARKED,
    "brd": _MARKED,
    "zram": _MARKED,
}
"""For each kind of device a state that a recipe can bring about: a slow one can be found writing,
on the others writeback is over before anybody looks."""


@dataclass(slots=True)
class Played:
    """What one recipe said, and how it left the machine."""

    device: str
    query: str
    said: list[str] = field(default_factory=list)
    status: int | None = None
    """Its exit status; ``None`` if it did not end."""
    left: str = ""
    """Swap devices and mounts that it left behind, as two numbers."""

    @property
    def undone(self) -> bool:
        """Whether nothing of it is left."""
        return self.left == "0 0"

    @property
    def result(self) -> str:
        """What came of it, in its own words."""
        if self.status is None:
            return "did not end"
        if self.status == 0:
            return "as the model expects"
        return next((line for line in reversed(self.said) if line.strip()), f"status {self.status}")

    @property
    def good(self) -> bool:
        """Whether it showed what it promised, and undid itself."""
        return self.status == 0 and self.undone

    def take(self, text: str) -> None:
        """One line of the guest about it."""
        word, _, rest = text.partition(" ")
        if word == "status" and rest.isdigit():
            self.status = int(rest)
        elif word == "left":
            self.left = rest
        else:
            self.said.append(text)


def play(
    image: Image,
    machine: Machine,
    busybox: Path,
    scripts: Iterable[tuple[str, str, str]],
    console: Path,
    limits: Limits,
) -> tuple[list[Played], Ended]:
    """Boot a kernel and run recipes in it, one after the other.

    :param scripts: device, query and script of each.
    :param console: the file that keeps what the guest printed.
    :raises DebianError: a tool is missing here.
    """
    wanted = list(scripts)
    played = {device: Played(device, query) for device, query, _ in wanted}

    def line(text: str) -> None:
        name, _, rest = text.partition(" ")
        if name in played:
            played[name].take(rest)

    made = recipe_guest(image, busybox, {device: text for device, _, text in wanted})
    with tempfile.NamedTemporaryFile(prefix="swapin-initrd-") as initrd:
        initrd.write(made)
        initrd.flush()
        ended = boot(
            image, machine, Path(initrd.name), console, cpus=_CPUS, limits=limits, line=line
        )
    return list(played.values()), ended
