"""Recipes in a real kernel: they reach the state, the model is right, and nothing is left."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from swapin.cli import main
from swapin.debian.tools import DebianError
from swapin.lab.kernels import Image
from swapin.lab.recipe_guest import recipe_guest
from swapin.lab.recipes import QUERIES, Played

RELEASE = "6.12"


@pytest.mark.emulator
def test_recipes_in_a_real_kernel(
    image_of: Callable[[str], Image], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page of the thread among them: under writeback, not exclusive, copied."""
    try:
        recipe_guest(image_of(RELEASE), Path("/bin/true"), {})
    except DebianError as error:
        pytest.skip(f"the guest needs it: {error}")
    console = tmp_path / "console"

    found = main(["lab", "recipes", "--kernel", RELEASE, "--json", "--console", str(console)])

    told = {one["device"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert 0 == found, console.read_text(errors="replace")
    assert {*QUERIES} == {*told}
    for device, one in told.items():
        assert ("as the model expects", True) == (one["result"], one["undone"])
        if QUERIES[device] == "writeback.stable-writes":
            assert "PG_anon_exclusive after the access: no" in one["said"]
            assert "under writeback after the access:   yes" in one["said"]
            assert "the write:                          copied" in one["said"]


def test_what_is_no_recipe(capsys: pytest.CaptureFixture[str]) -> None:
    """It says which there are, and boots nothing."""
    assert 2 == main(["lab", "recipes", "--backend", "nvme"])
    assert "no recipe for `nvme`; there are `null_blk`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lines", "result", "undone"),
    [
        ((), "did not end", False),
        (("the write: copied", "status 0", "left 0 0"), "as the model expects", True),
        (("not reached", "status 1", "left 0 0"), "not reached", True),
        (("status 2", "left 1 0"), "status 2", False),
    ],
)
def test_what_came_of_it(lines: tuple[str, ...], result: str, undone: bool) -> None:
    """A recipe is good if it ends with status 0 and leaves nothing behind."""
    played = Played("brd", "path=MAPPED")
    for line in lines:
        played.take(line)

    assert (result, undone) == (played.result, played.undone)
    assert (result == "as the model expects" and undone) == played.good
