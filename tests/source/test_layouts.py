"""Layouts derived by compiling macros: a toy tree of our own, and kernel trees that are cached."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from swapin.catalog import Catalog
from swapin.model import Architecture, PteLayout, Release, Segment, Source
from swapin.source.layouts import Agreement, LayoutCheck, NotDerived, check_layouts

needs_compiler = pytest.mark.skipif(
    not any(map(shutil.which, ("gcc", "cc"))), reason="there is no C compiler"
)

# Headers as an architecture might have: types, constants, inline functions, and noise.
PAGE = """
#ifndef _TOY_PAGE_H
#define _TOY_PAGE_H
#include <linux/missing.h>
#define PAGE_SHIFT CONFIG_PAGE_SHIFT
typedef struct { unsigned long pte; } pte_t;
#define pte_val(x) ((x).pte)
#define __pte(x) ((pte_t) { (x) })
struct page;
extern struct page *some_table[1UL << 3];
#endif
"""
PGTABLE = """
#include <asm/page.h>
#include <asm/absent.h>
#define _PAGE_PRESENT (_PAGE_BIT << 0)
#define _PAGE_BIT 1UL
#define _PAGE_SWP_EXCLUSIVE (1UL << SHIFT_OF_MARKER)
#define SHIFT_OF_MARKER 7
static inline int pte_present(pte_t pte) { return pte_val(pte) & _PAGE_PRESENT; }
static inline void untouched(struct page *page) { undeclared_function(page, 3); }
#define __swp_type(x) (((x).val >> 2) & 0x1f)
#define __swp_offset(x) ((x).val >> SHIFT_OF_OFFSET)
#define SHIFT_OF_OFFSET 8
static inline swp_entry_t mk_entry(unsigned long type, unsigned long offset)
{
    return (swp_entry_t) { ((type & 0x1f) << 2) | (offset << SHIFT_OF_OFFSET) };
}
#define __swp_entry(type, offset) mk_entry(type, offset)
#define __pte_to_swp_entry(pte) ((swp_entry_t) { pte_val(pte) })
#define __swp_entry_to_pte(x) ((pte_t) { (x).val })
#ifdef CONFIG_WITH_MARKER
static inline pte_t pte_swp_mkexclusive(pte_t pte)
{
    pte_val(pte) |= _PAGE_SWP_EXCLUSIVE;
    return pte;
}
#endif
"""

LAYOUT = PteLayout(
    bits=32,
    type=(Segment(0, 2, 5),),
    offset=(Segment(0, 8, 24),),
    flags={"swp_exclusive": 0x80},
    present=0x1,
    source=Source("arch/toy/include/asm/pgtable.h", "__swp_entry"),
)
WIDE = replace(LAYOUT, bits=64, offset=(Segment(0, 8, 56),))


def toy(layout: PteLayout, configuration: str = "WITH_MARKER") -> Catalog:
    """A catalog of one architecture."""
    catalog = Catalog([])
    architecture = Architecture(
        name="toy",
        summary="",
        source=layout.source,
        layouts=(layout,),
        configuration=configuration,
    )
    catalog.architectures = {"toy": architecture}
    return catalog


def tree_of(folder: Path, change: tuple[str, str] = ("", "")) -> Path:
    """A tree with the toy headers, something in them replaced."""
    headers = folder / "arch" / "toy" / "include" / "asm"
    headers.mkdir(parents=True)
    (headers / "page.h").write_text(PAGE, encoding="utf-8")
    (headers / "pgtable.h").write_text(PGTABLE.replace(*change), encoding="utf-8")
    return folder


def checked(tree: Path, catalog: Catalog) -> LayoutCheck:
    (check,) = check_layouts(tree, catalog, "6.12")
    return check


@needs_compiler
@pytest.mark.parametrize("layout", [LAYOUT, WIDE], ids=["32 bits", "64 bits"])
def test_agreement(tmp_path: Path, layout: PteLayout) -> None:
    """The declared layout comes out, with a long of either width, and the tree is as it was."""
    tree = tree_of(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    assert "toy: agrees" == str(checked(tree, toy(layout)))
    assert before == sorted(tmp_path.rglob("*"))


@needs_compiler
@pytest.mark.parametrize(
    ("change", "differences"),
    [
        (("SHIFT_OF_OFFSET 8", "SHIFT_OF_OFFSET 9"), ["offset is bits 9-31, declared bits 8-31"]),
        (("SHIFT_OF_MARKER 7", "SHIFT_OF_MARKER 1"), ["swp_exclusive is 0x2, declared 0x80"]),
        (("CONFIG_WITH_MARKER", "CONFIG_OTHER"), ["swp_exclusive is none, declared 0x80"]),
        (("_PAGE_BIT << 0", "_PAGE_BIT << 1"), ["present is 0x2, declared 0x1"]),
        (
            (" & 0x1f)", " & 0xf)"),
            ["type is bits 2-5, declared bits 2-6"],
        ),
        (("{ ((type", "{ 1UL << 1 | ((type"), ["base is 0x2, declared 0x0"]),
    ],
)
def test_a_changed_macro_is_found(
    tmp_path: Path, change: tuple[str, str], differences: list[str]
) -> None:
    """What one changed macro makes of the layout is told by field, expected and found."""
    check = checked(tree_of(tmp_path, change), toy(LAYOUT))

    assert Agreement.DIFFERS == check.agreement
    assert differences == [str(each) for each in check.differences]


@needs_compiler
@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("__swp_offset(x)", "__other(x)"), "the headers have no swap macros: offset_again"),
        (("_PAGE_SWP_EXCLUSIVE;", "_PAGE_UNKNOWN;"), "'_PAGE_UNKNOWN' undeclared"),
    ],
)
def test_not_derived(tmp_path: Path, change: tuple[str, str], why: str) -> None:
    """Headers that cannot be asked are told apart from those that disagree."""
    check = checked(tree_of(tmp_path, change), toy(LAYOUT))

    assert Agreement.NOT_DERIVED == check.agreement
    assert why in check.remark


@needs_compiler
def test_a_test_for_present_that_does_not_compile(tmp_path: Path) -> None:
    """It is left out, and the check says so."""
    change = ("return pte_val(pte) & _PAGE_PRESENT;", "return _PAGE_UNKNOWN;")
    check = checked(tree_of(tmp_path, change), toy(LAYOUT))

    assert "toy: agrees: the test for present does not compile here" == str(check)


@needs_compiler
def test_no_such_folder(tmp_path: Path) -> None:
    """A folder without arch is no tree; a tree may lack an architecture or a layout of it."""
    with pytest.raises(NotDerived, match="no kernel tree"):
        check_layouts(tmp_path, toy(LAYOUT), "6.12")
    (tmp_path / "arch").mkdir()
    assert "the tree has no arch/toy" == checked(tmp_path, toy(LAYOUT)).remark
    gone = replace(LAYOUT, releases=replace(LAYOUT.releases, until=Release(6, 1)))
    assert "no layout is declared for 6.12" == checked(tmp_path, toy(gone)).remark


def test_no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a compiler the message says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)

    with pytest.raises(NotDerived, match="no C compiler: install gcc"):
        check_layouts(tree_of(tmp_path), toy(LAYOUT), "6.12")


def cached() -> list[Path]:
    """Kernel trees on this machine: folders of SWAPIN_KERNEL_TREES, and swapin's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "swapin"
    named = os.environ.get("SWAPIN_KERNEL_TREES", "").split(os.pathsep)
    folders = [cache, cache / "sources", *(Path(name) for name in named if name)]
    return sorted(
        makefile.parent
        for folder in folders
        for makefile in folder.glob("linux-source-*/Makefile")
        if (makefile.parent / "arch" / "x86" / "include" / "asm").is_dir()
    )


def release_of(tree: Path) -> str:
    version = dict(re.findall(r"^(\w+) = (\d+)$", (tree / "Makefile").read_text()[:500], re.M))
    return f"{version['VERSION']}.{version['PATCHLEVEL']}"


@pytest.fixture(params=cached() or [None], ids=lambda tree: tree.name if tree else "none")
def tree(request: pytest.FixtureRequest) -> Path:
    """A kernel tree; skips if there is none."""
    if request.param is None:
        pytest.skip("no kernel source tree is cached (SWAPIN_KERNEL_TREES names folders of them)")
    found: Path = request.param
    return found


@pytest.mark.slow
@needs_compiler
def test_every_layout_of_a_kernel_tree(catalog: Catalog, tree: Path) -> None:
    """Every architecture's macros make the declared layout."""
    checks = check_layouts(tree, catalog, release_of(tree))

    assert [] == [str(check) for check in checks if check.agreement is not Agreement.AGREES]
    assert 40 < len(checks)


@needs_compiler
def test_one_shift_changed_in_a_kernel_tree(catalog: Catalog, tree: Path, tmp_path: Path) -> None:
    """In a copy of the headers, one macro with one bit changed is found, and nothing else."""
    for part in ("arch/openrisc/include", "arch/hexagon/include", "include/uapi/linux"):
        shutil.copytree(tree / part, tmp_path / part, symlinks=True)
    for name in ("include/linux/const.h", "include/linux/kconfig.h", "include/vdso"):
        source, target = tree / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    header = tmp_path / "arch" / "openrisc" / "include" / "asm" / "pgtable.h"
    text = header.read_text(encoding="utf-8")
    changed = re.sub(r"(define __swp_entry\(type.*?<<\s*)12\b", r"\g<1>13", text, flags=re.DOTALL)
    changed = re.sub(r"(define __swp_offset\(.*?>>\s*)12\b", r"\g<1>13", changed)
    assert changed != text
    header.write_text(changed, encoding="utf-8")

    release = release_of(tree)
    wrong, right = check_layouts(tmp_path, catalog, release, ["openrisc", "hexagon"])[::-1]
    assert "openrisc: differs: offset is bits 13-31, declared bits 12-31" == str(wrong)
    assert "hexagon: agrees" == str(right)
