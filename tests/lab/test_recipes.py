"""Recipes in a real kernel: they reach the state, the model is right, and nothing is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.recipe_guest import guest
from swapin.debian.packages import Packages
from swapin.lab.boot import Limits, boot
from swapin.lab.guest import busybox_of
from swapin.lab.kernels import Image
from swapin.lab.machines import X86_64
from swapin.program import Program
from swapin.recipe import plan, script

RELEASE = "6.12"
MARKED = "path=MAPPED & pte.swp_exclusive"
STABLE = "writeback.stable-writes"
RECIPES = {
    "null_blk": STABLE,
    "dm-delay": STABLE,
    "scsi-dix": STABLE,
    "loop": MARKED,
    "brd": MARKED,
    "zram": MARKED,
}


@pytest.mark.emulator
def test_recipes_in_a_real_kernel(
    image_of: Callable[[str], Image], program: Program, tmp_path: Path
) -> None:
    """The page of the thread among them: under writeback, not exclusive, copied."""
    image = image_of(RELEASE)
    scripts = {name: script(plan(program, query, RELEASE, name)) for name, query in RECIPES.items()}
    try:
        made = guest(image, busybox_of(X86_64, Packages()), scripts)
    except LookupError as error:
        pytest.skip(f"the guest needs it: {error}")
    initrd = tmp_path / "initrd"
    initrd.write_bytes(made)
    said = defaultdict(list)

    def line(text: str) -> None:
        name, _, rest = text.partition(" ")
        said[name].append(rest)

    ended = boot(image, X86_64, initrd, tmp_path / "console", cpus=2, limits=Limits(), line=line)

    assert "" == ended.why, (tmp_path / "console").read_text(errors="replace")
    for name in RECIPES:
        assert "as the model expects" in said[name], said[name]
        assert "status 0" in said[name], said[name]
        assert "left 0 0" in said[name], said[name]
        if RECIPES[name] == STABLE:
            assert "PG_anon_exclusive after the access: no" in said[name]
            assert "under writeback after the access:   yes" in said[name]
            assert "the write:                          copied" in said[name]
