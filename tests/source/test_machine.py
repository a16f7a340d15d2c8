"""The text is run over every state: control flow, values, and what nothing spells."""

from __future__ import annotations

from pathlib import Path

import pytest

from swapin.model import Outcome, Source, Spelling, fact, follow, ignore, spell
from swapin.program.diagram import Diagrams
from swapin.source.machine import UNKNOWN_FACTS, Machine
from swapin.source.tree import Tree, TreeError

HERE = Source("mm/memory.c", "run")
ANSWER = Outcome.EXCLUSIVE.yes.name
SPELLINGS = (
    follow("run", source=HERE),
    follow("helper", source=HERE),
    spell("is_a()", means=fact("a"), source=HERE),
    spell("is_b()", means=fact("b"), source=HERE),
    spell("page_of($p)", gives={"NULL": ~fact("a"), "cached": fact("b"), "new": ~fact("b")},
          source=HERE),
    spell("answer($x)", records={ANSWER: "$x"}, reads="0", source=HERE),
    spell("NONE", reads="0", source=HERE),
    ignore("count_event", source=HERE),
)  # fmt: skip


def tree_of(folder: Path, text: str) -> Tree:
    """A tree whose only file is *text*."""
    (folder / "mm").mkdir()
    (folder / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 7\n")
    (folder / "mm" / "memory.c").write_text(text)
    return Tree(folder)


def run(tree: Tree, spellings: tuple[Spelling, ...] = SPELLINGS) -> Machine:
    """The machine, after it has run."""
    d = Diagrams(("a", "b", *UNKNOWN_FACTS))
    machine = Machine(tree, spellings, d, d.true)
    machine.run("run")
    return machine


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("answer(is_a() && !is_b());", "a & ~b", id="operators"),
        pytest.param("int x = 0; if (is_a()) x = 1; else x = is_b(); answer(x);", "a | b", id="if"),
        pytest.param(
            "int x = 1; if (is_a()) goto out; x = 0; out: answer(x);", "a", id="goto a label"
        ),
        pytest.param(
            "int x = 0; if (is_a()) goto in; if (is_b()) { x = 1; in: x |= 1; } answer(x);",
            "a | b",
            id="goto into a block",
        ),
        pytest.param(
            "int f = NONE; f |= FLAG_A; if (is_a()) f &= ~FLAG_A; answer(f & FLAG_A);",
            "~a",
            id="flags",
        ),
        pytest.param("answer(helper(is_a(), is_b()));", "a & ~b", id="a function is followed"),
        pytest.param(
            "struct page *p = page_of(q), *q = p; answer(p && p == q);", "a", id="pointers"
        ),
        pytest.param("answer(page_of(q) ? is_b() : 1);", "~a | b", id="a conditional value"),
        pytest.param("int n = 1; if (is_a()) n = 2; answer(n != 1 || n == 3);", "a", id="numbers"),
        pytest.param("int x = other(q); answer(x == x && is_a());", "a", id="the same unknown"),
        pytest.param("answer(is_a()); if (0) answer(1); return; answer(1);", "a", id="return"),
        pytest.param(
            "int x = 0;\n#ifdef CONFIG_B\nx = is_b();\n#endif\nanswer(x);", "b", id="an option"
        ),
    ],
)
def test_run(tmp_path: Path, body: str, expected: str) -> None:
    """The answer holds in exactly the states that the text says."""
    text = "static bool helper(int x, int y)\n{\nif (y)\nreturn false;\nreturn x;\n}\n\n"
    machine = run(tree_of(tmp_path, f"{text}int run(void)\n{{\n{body}\n}}\n"))
    d = machine.d
    a, b = d.fact("a"), d.fact("b")
    not_a, not_b = (d.choose(node, d.false, d.true) for node in (a, b))
    meanings = {
        "a": a,
        "b": b,
        "~a": not_a,
        "a & ~b": d.all([a, not_b]),
        "a | b": d.any([a, b]),
        "~a | b": d.any([not_a, b]),
    }

    assert meanings[expected] == machine.recorded[ANSWER]
    assert [] == machine.statements


def test_unmatched_is_named(tmp_path: Path) -> None:
    """A call for its effect that nothing spells is named by place; an ignored one is not."""
    text = "int run(void)\n{\n\tcount_event(A);\n\tstrange(is_a());\n\tanswer(foo(bar));\n}\n"
    machine = run(tree_of(tmp_path, text))

    assert ["mm/memory.c:4: could not match `strange(is_a())`"] == list(
        map(str, machine.statements)
    )
    (name,) = machine.d.facts_of(machine.recorded[ANSWER])
    assert "mm/memory.c:5: could not match `foo(bar)`" == str(machine.unknown[name])


def test_loops_are_not_guessed(tmp_path: Path) -> None:
    """A loop is reported, not run."""
    machine = run(tree_of(tmp_path, "int run(void)\n{\nwhile (is_a())\ncount_event(A);\n}\n"))

    assert ["while (is_a()) count_event(A);"] == [found.text for found in machine.statements]


def test_missing_function(tmp_path: Path) -> None:
    """A function that is to be read and is not there is an error that names it."""
    with pytest.raises(LookupError, match=r"`run` is not defined in mm/memory\.c"):
        run(tree_of(tmp_path, "int other(void)\n{\n}\n"))


def test_no_tree(tmp_path: Path) -> None:
    """A folder without a kernel's Makefile is refused."""
    with pytest.raises(TreeError, match="no kernel source tree"):
        Tree(tmp_path)


def test_tree(tmp_path: Path) -> None:
    """A tree knows its release; declarations are no definitions."""
    tree = tree_of(tmp_path, "int run(int x);\n\nint run(int x)\n\t__releases(y)\n{\n}\n")

    assert "6.1.7" == tree.version
    found = tree.function("mm/memory.c", "run")
    assert found is not None
    assert (3, False) == (found[1], "__releases" in found[0])
