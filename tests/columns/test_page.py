"""The page on columns: its examples run."""

from __future__ import annotations

import re
from pathlib import Path

from swapin.catalog import Catalog
from swapin.model import Group
from swapin.program import Program
from swapin.program.masks import Masks
from swapin.program.sql import Dialect, Sql


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
    alone = [f"{Sql(compiled, group, Dialect.DUCKDB).nodes:,}" for group in Group]
    masks = Masks(compiled, list(Group))

    assert f"have {', '.join(alone[:-1])} and {alone[-1]} nodes" in page
    assert f"all together have {len(masks.diagrams.nodes(masks.root))}." in page
