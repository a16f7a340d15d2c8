"""The decision in a tree's text against the model: both agree, a changed text is found."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from account import account_tree
from swapin.analysis.formats import Format, rendered
from swapin.analysis.report import State
from swapin.catalog import Catalog
from swapin.cli import main
from swapin.cli.exits import Exit
from swapin.cli.source_check import source_report
from swapin.debian.packages import Packages
from swapin.source.check import check_source
from swapin.source.decision import Comparison, Difference
from swapin.source.fetch import trees
from swapin.source.tree import Tree

STABLE_WRITES = "si->flags & SWP_STABLE_WRITES"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tree that holds our own account of 6.1."""
    return account_tree(tmp_path)


def change(folder: Path, before: str, after: str) -> int:
    """Change the text once; the line of the change."""
    path = folder / "mm" / "memory.c"
    text = path.read_text()
    assert 1 == text.count(before)
    path.write_text(text.replace(before, after))
    return text.count("\n", 0, text.index(before)) + 1


def differences(folder: Path, catalog: Catalog) -> dict[str, Difference]:
    """Differences of the decision that a tree's text makes, by outcome."""
    tree = Tree(folder)
    lifted = Comparison(catalog, tree, catalog.kernels["6.1"], {}).lifted()
    assert () == lifted.unmatched
    return {found.outcome: found for found in lifted.differences}


# What 6.1 does with entries of kinds and with large folios is not in our account.
def of_pages(found: dict[str, Difference]) -> set[str]:
    """The outcomes that differ, but for the path."""
    return set(found) - {"path"}


def test_an_account_agrees(folder: Path, catalog: Catalog) -> None:
    """Text of another form that does the same is found to do the same."""
    found = differences(folder, catalog)

    assert not of_pages(found) & {"exclusive", "mapped_exclusive", "pte_writable"}
    assert "folio.swapcache" not in found


def test_the_inverted_test_is_found(folder: Path, catalog: Catalog) -> None:
    """The stable-writes test of the v2 mail: found, with the state, the words and the line."""
    change(folder, f"({STABLE_WRITES})", f"!({STABLE_WRITES})")
    found = differences(folder, catalog)

    assert {"exclusive", "mapped_exclusive", "pte_writable"} <= of_pages(found)
    difference = found["exclusive"]
    assert "folio.writeback=true" in difference.witness
    assert ("ANSWER_NO", "ANSWER_YES") == (difference.text_says, difference.model_says)
    assert 0 < difference.states < 10**9


def test_the_line_is_told(folder: Path, catalog: Catalog) -> None:
    """The condition on which a difference hangs is named with its line."""
    line = change(folder, "if (folio != swapcache)\n", "if (folio == swapcache)\n")
    found = differences(folder, catalog)

    assert f"mm/memory.c:{line}" in [asked.place for asked in found["exclusive"].places]
    assert f"mm/memory.c:{line}" == found["exclusive"].place


def test_a_remedy_is_told(folder: Path, catalog: Catalog) -> None:
    """A backport is told as the override that describes it."""
    change(
        folder,
        "        folio = vma_alloc_folio",
        "        if (swapcache_prepare(entry))\n            return 0;\n"
        "        folio = vma_alloc_folio",
    )
    tree = Tree(folder)
    plain = Comparison(catalog, tree, catalog.kernels["6.1"], {}).lifted()
    override = {"kernel.claims_slot": True}
    overridden = Comparison(catalog, tree, catalog.kernels["6.1"], override).lifted()
    before, after = (
        next((d.states for d in lifted.differences if d.outcome == "path"), 0)
        for lifted in (plain, overridden)
    )

    assert after < before


def test_unmatched_text_is_reported(folder: Path, catalog: Catalog) -> None:
    """A condition that nothing spells and that matters is named, never guessed."""
    line = change(folder, "if (folio != swapcache)\n", "if (folio_is_lucky(folio))\n")
    lifted = Comparison(catalog, Tree(folder), catalog.kernels["6.1"], {}).lifted()

    assert [f"mm/memory.c:{line}: could not match `folio_is_lucky(folio)`"] == [
        str(found) for found in lifted.unmatched
    ]
    cases = source_report(check_source(Tree(folder), catalog)).findings
    assert [("mm/memory.c", line)] == [(c.file, c.line) for c in cases if c.id == "spelling"]


def test_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command counts, shows what differs and says so by its exit status; JSON has the same."""
    change(folder, f"({STABLE_WRITES})", f"!({STABLE_WRITES})")

    assert Exit.FINDINGS == main(["source-check", "--tree", str(folder)])
    text = capsys.readouterr().out
    assert text.startswith("Linux 6.1.0, compared with kernel 6.1\n")
    assert "\nexclusive: differs in " in text
    assert "\n  the text says no, the model says yes\n" in text
    assert Exit.FINDINGS == main(["source-check", "--tree", str(folder), "--json"])
    report = json.loads(capsys.readouterr().out)
    assert "exclusive" in {found["outcome"] for found in report["decision"]["differences"]}
    assert report["citations"]["unresolved"]


def test_annotations(folder: Path, catalog: Catalog) -> None:
    """Each finding stands where a person wants to look; what was not derived is no finding."""
    line = change(folder, "if (folio != swapcache)\n", "if (folio == swapcache)\n")
    report = source_report(check_source(Tree(folder), catalog))
    told = rendered(report, Format.GITHUB).splitlines()

    assert len(report.findings) == len(told)
    assert f"::error file=mm/memory.c,line={line},title=decision%2C kernel 6.1%3A exc" in told[0]
    assert any("::error file=mm/ksm.c,title=citations%2C" in one for one in told)
    open_ones = {case.group for case in report.cases if case.state is State.OPEN}
    assert {"layouts, kernel 6.1"} == open_ones


def test_where_no_condition_decides(folder: Path, catalog: Catalog) -> None:
    """A difference that hangs on no ``if`` stands where the function begins."""
    line = change(folder, "vm_fault_t do_swap_page(", "vm_fault_t do_swap_page(")
    change(folder, "        exclusive = true;\n", "        exclusive = false;\n")
    found = differences(folder, catalog)["exclusive"]

    assert f"mm/memory.c:{line}" == found.place


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--tree", "/nowhere"], "`/nowhere` is no kernel source tree"),
        (["--fact", "folio.ksm=true"], "`folio.ksm` is no capability of a kernel"),
        (["--fact", "kernel.claims_slot"], "is no fact of the form kernel.NAME=true"),
        (["--kernel", "6.100"], "no kernel `6.100`"),
    ],
)
def test_bad_input(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    """Each is told in words, with exit status 2."""
    where = [] if "--tree" in arguments else ["--tree", str(folder)]

    assert Exit.USAGE == main(["source-check", *where, *arguments])
    assert told in capsys.readouterr().err


def test_newer_than_the_model(folder: Path, catalog: Catalog) -> None:
    """A tree that is newer than every kernel is compared with the newest, which is said."""
    (folder / "Makefile").write_text("VERSION = 99\nPATCHLEVEL = 0\n")
    report = check_source(Tree(folder), catalog)

    assert ("99.0.0", "the model has no kernel 99.0") == (report.version, report.remark)
    assert list(catalog.kernels)[-1] == report.decision.kernel


class Inverted(Tree):
    """A tree whose stable-writes test in ``do_swap_page()`` is the other way round."""

    def function(self, file: str, name: str) -> tuple[str, int] | None:
        """The definition, changed where it is that one."""
        found = super().function(file, name)
        if found is None or name != "do_swap_page":
            return found
        assert 1 == found[0].count(f"({STABLE_WRITES})")
        return found[0].replace(f"({STABLE_WRITES})", f"(!({STABLE_WRITES}))"), found[1]


def cached_tree(release: str) -> Tree:
    """A tree of a release, in swapin's cache or a named folder; or the test is skipped."""
    named = os.environ.get("SWAPIN_KERNEL_TREES", "").split(os.pathsep)
    for folder in [trees(Packages()), *(Path(name) for name in named if name)]:
        for makefile in sorted(folder.glob(f"linux-source-{release}*/Makefile"), reverse=True):
            tree = Inverted(makefile.parent)
            if str(tree.release) == release:
                return tree
    pytest.skip(
        f"no tree of {release} is cached (make verify-source fetches some; SWAPIN_KERNEL_TREES "
        "names folders of them)"
    )


@pytest.mark.parametrize(
    "release", ["6.1", *(pytest.param(r, marks=pytest.mark.slow) for r in ("6.12", "7.2", "7.3"))]
)
def test_inverted_kernels(release: str, catalog: Catalog) -> None:
    """In the kernel's own text, inverted, the difference is found where it was made."""
    tree = cached_tree(release)
    lifted = Comparison(catalog, tree, catalog.kernels[release], {}).lifted()
    found = {difference.outcome: difference for difference in lifted.differences}["exclusive"]

    assert "folio.writeback=true" in found.witness
    assert ("ANSWER_NO", "ANSWER_YES") == (found.text_says, found.model_says)
    assert any("SWP_STABLE_WRITES" in asked.text for asked in found.places)
