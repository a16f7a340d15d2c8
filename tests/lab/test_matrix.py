"""The matrix: every planned cell has a count or a reason, and a kernel that differs stands out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from swapin.catalog import Catalog
from swapin.cli import main
from swapin.lab.backends import backends
from swapin.lab.boot import Ended
from swapin.lab.kernels import Image
from swapin.lab.machines import X86_64
from swapin.lab.matrix import Matrix, make_matrix, table
from swapin.lab.plan import Suite, make_plan
from swapin.lab.results import Results
from swapin.lab.run import KernelRun
from swapin.lab.scenario import scenarios
from swapin.model import Fault, FaultError, Verdict
from swapin.program import Program

# What a guest printed of one run; `%s` is whether the rmap call said exclusive.
RUN = """\
device brd/off stable_writes=0
run brd/off private store 0
trace  actors-1 [000] ..... 5.1: tracing_mark_write: swapin_step parent store pid=9 swap_count=1
trace  actors-9 [000] ..... 5.2: fault: (do_swap_page+0x0/0x9b0) addr=0x20000000 \
pte=0x7fffffffffbe20a flags=0xa55 device=0x1053
trace  actors-9 [000] ..... 5.3: anon_rmap: (page_add_anon_rmap+0x0/0x280) addr=0x20000000 \
page=0xff8e9f12407c6c40 page_flags=0xfffffc0080025 mapping=0x0 refcount=2 rmap=%s
end
run brd/off private load 0
failed parent page-out: Resource temporarily unavailable, parent 0 here 5878
end
unavailable brd/on: swapon
"""


def made(
    program: Program, tmp_path: Path, rmap: str, model: dict[str, str] | None = None
) -> Matrix:
    """The matrix of one small boot that ended too early."""
    for name, text in (("modules.dep", "kernel/brd.ko:\n"), ("modules.builtin", "")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    image = Image("6.1", "6.1.0", tmp_path, tmp_path)
    chosen = [scenarios()["private"], scenarios()["large_folio"]]
    known = backends()
    plan = make_plan(image, chosen, [known["brd"], known["zram"]], suite=Suite.FULL)
    results = Results(image, X86_64, program.catalog, {run.name: run for run in plan.runs})
    results.line("version 6.1.0")
    for line in (RUN % rmap).splitlines():
        results.line(line)
    done = KernelRun(image, plan, [(results, Ended("it hung", tmp_path, 1.0))])

    def evaluate(faults: Iterable[Fault]) -> Iterator[Verdict | FaultError]:
        for fault in faults:
            try:
                yield program.evaluate(fault)
            except FaultError as error:
                yield error

    return make_matrix([done], program.catalog, evaluate, model)


def test_every_cell_is_filled_or_says_why_not(program: Program, tmp_path: Path) -> None:
    """Seen, failed, not to be made, not reached, no such module, wrong release."""
    cells = made(program, tmp_path, "0x1").cells

    seen = cells["6.1", "brd/off", "private"]
    assert (1, 0) == (seen.observations, seen.disagree)
    assert {"parent page-out: Resource temporarily unavailable, parent 0 here 5878"} < seen.why_not
    assert "not reached: it hung" in seen.why_not
    assert {"swapon"} == cells["6.1", "brd/on", "private"].why_not
    assert {"not reached: it hung"} == cells["6.1", "brd/changed", "private"].why_not
    assert {"the kernel has no module zram"} == cells["6.1", "zram", "*"].why_not
    assert {"it needs a kernel since 6.8"} == cells["6.1", "*", "large_folio"].why_not


def test_the_table_tells_the_same(program: Program, tmp_path: Path) -> None:
    """Numbers in the cells stand for reasons below."""
    text = "\n".join(table(made(program, tmp_path, "0x1")))

    assert "brd/off      private   1 agree, (1), (2)" in text
    assert "(1) not reached: it hung" in text
    assert "6.1: no zram: the kernel has no module zram" in text


def test_another_outcome_is_a_disagreement(program: Program, tmp_path: Path) -> None:
    """A kernel that maps an owned page without the mark stands out in its cell."""
    matrix = made(program, tmp_path, "0x0")

    assert 1 == matrix.cells["6.1", "brd/off", "private"].disagree
    assert "DISAGREE" in "\n".join(table(matrix))


def test_another_model_is_asked(program: Program, tmp_path: Path) -> None:
    """Not under writeback, the patch as posted says the same; its name is in the judgement."""
    matrix = made(program, tmp_path, "0x1", {"release": "5.19", "variant": "v2-posted"})

    assert [] == matrix.disagreements
    assert [] == matrix.bad


def test_names_that_do_not_exist(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Each is refused with what there is."""
    for option, name in (("--scenario", "dance"), ("--backend", "tape"), ("--model", "5.9")):
        assert 2 == main(["lab", "run", "--kernel", "6.1", "--out", str(tmp_path), option, name])
        assert name in capsys.readouterr().err


def test_backends_have_their_preset(catalog: Catalog) -> None:
    """Whatever is recorded can be audited."""
    assert {backend.preset for backend in backends().values()} <= catalog.backends.keys()
