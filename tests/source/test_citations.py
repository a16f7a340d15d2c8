"""Citations: what counts as a definition, and what a tree is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from swapin.catalog import Catalog
from swapin.model import Release, Releases, Source
from swapin.source.citations import Citation, check_citations, citations_of, defines, missing
from swapin.source.tree import Tree

TEXT = """
#define VM_WRITE 0x2
int declared(int x);
static inline int
split(int x)
{
	return used(x);
}
bool plain(struct folio *folio)
	__releases(lock)
{
}
struct kind {
	int member;
};
enum flags {
	FLAG_A = 1,
	FLAG_B,
};
typedef unsigned int rmap;
static bool setting = true;
FOLIO_TEST_FLAG(made, HEAD)
"""


@pytest.mark.parametrize(
    "name",
    ["VM_WRITE", "split", "plain", "kind", "flags", "FLAG_A", "FLAG_B", "rmap", "setting", "made"],
)
def test_defined(name: str) -> None:
    """Functions, macros, types, constants, variables, and what a macro makes."""
    assert defines(TEXT, name)


@pytest.mark.parametrize("name", ["declared", "used", "member", "absent", "folio"])
def test_not_defined(name: str) -> None:
    """A declaration, a use or a member is no definition."""
    assert not defines(TEXT, name)


def test_missing(tmp_path: Path) -> None:
    """What is wrong with a citation is told."""
    (tmp_path / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 1\n")
    (tmp_path / "a.c").write_text(TEXT)
    tree = Tree(tmp_path)

    assert "" == missing(tree, Source("a.c", "plain"))
    assert "" == missing(tree, Source("a.c"))
    assert "no such file" == missing(tree, Source("b.c", "plain"))
    assert "no `absent` there" == missing(tree, Source("a.c", "absent"))
    assert "`used` is mentioned there, not defined" == missing(tree, Source("a.c", "used"))


def test_applies() -> None:
    """A citation is looked up only where source and declaration both hold."""
    cited = Citation("rule x", Source("a.c", since="5.19", until="6.12"), Releases.of("6.1"))

    assert [False, True, False] == [
        cited.applies(Release.parse(text)) for text in ("5.19", "6.1", "6.18")
    ]
    assert Citation("kernel v2", Source("a.c", title="[PATCH v2] x"), Releases()).is_mail


def test_every_declaration_is_asked(tmp_path: Path, catalog: Catalog) -> None:
    """In an empty tree no citation of its release resolves, and every kind is asked."""
    (tmp_path / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 1\n")
    found = check_citations(Tree(tmp_path), catalog)

    assert 0 == found.resolved
    kinds = {unresolved.declaration.split()[0] for unresolved in found.unresolved}
    assert {"fact", "rule", "constraint", "invariant", "kernel", "architecture", "backend",
            "spelling", "transition", "property"} == kinds  # fmt: skip
    total = len(found.unresolved) + found.mails + found.elsewhere
    assert total == len(list(citations_of(catalog)))
