"""The page on columns: its examples run."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from rows import MARKER
from swapin.catalog import Catalog
from swapin.columns import Bits, ColumnDecider
from swapin.model import Group
from swapin.program import Program
from swapin.program.masks import Masks


def test_examples_run(root: Path) -> None:
    """As one script; they assert what they show."""
    page = (root / "docs" / "columns.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)

    assert 2 == len(blocks)
    assert all("assert" in block for block in blocks)
    exec("\n".join(blocks), {})


def test_sizes(root: Path, catalog: Catalog, program: Program) -> None:
    """The page says how large the diagrams of 6.1 are, one by one and together."""
    page = (root / "docs" / "columns.md").read_text(encoding="utf-8")
    compiled = program.compiled(catalog.kernels["6.1"])
    sizes = []
    for groups in (*([group] for group in Group), list(Group)):
        masks = Masks(compiled, groups, passes=2)
        sizes.append(len(masks.diagrams.nodes(masks.root)))
    *alone, last, together = sizes

    assert f"have {', '.join(map(str, alone))} and {last} nodes" in page
    assert f"all together have {together}." in page


def test_operations(root: Path, catalog: Catalog, program: Program) -> None:
    """The page says how many operations numpy does."""
    page = (root / "docs" / "columns.md").read_text(encoding="utf-8")
    compiled = program.compiled(catalog.kernels["6.1"])
    column = np.zeros(1, np.uint64)
    for name, groups, facts in (
        ("marker decision, of six facts", [Group.EXCLUSIVE], MARKER),
        ("`exclusive`, of every fact", [Group.EXCLUSIVE], None),
        ("`write`", [Group.WRITE], None),
        ("every outcome", list(Group), None),
    ):
        decider = ColumnDecider(compiled, groups, facts=facts, thorough=True)
        known, some = (
            len(decider.plan(dict.fromkeys(decider.facts, bits)).steps)
            for bits in (Bits(column), Bits(column, column))
        )
        assert re.search(rf"^\| {name} \| {known} \(.*\) \| {some} \(", page, re.MULTILINE)
