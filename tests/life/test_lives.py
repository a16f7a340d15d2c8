"""Every life within a bound: nothing goes wrong, and each mutant of a transition is caught."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from swapin.cli import main
from swapin.life.catalogue import catalogue
from swapin.life.decide import Decider
from swapin.life.lives import explore
from swapin.life.run import play
from swapin.model import EFFECTS, Effect, Event, LifeError, Transition
from swapin.program import Program

STABLE = {"swap_device.stable_writes": True}


def decider(program: Program, kernel: str = "7.3", **given: bool) -> Decider:
    return Decider(program, kernel, backend="null_blk", given=given or STABLE)


@pytest.mark.parametrize("kernel", ["5.19", "6.1", "6.12", "6.19", "7.0", "7.3"])
def test_no_life_goes_wrong(program: Program, kernel: str) -> None:
    """Since the mark was brought in, within eight steps."""
    found = explore(decider(program, kernel), steps=8)

    assert ("", ()) == (found.broken, found.life)
    assert found.states > 3000


@pytest.mark.parametrize(
    ("kernel", "broken", "life"),
    [
        ("v2-posted", "torn", ("P0: store", "P0: reclaim", "P0: store")),
        # A pin for reading on a shared page was not unshared before 5.19.
        ("5.10", "pin-lost", ("P0: store", "P0: fork P1", "P0: pin-read", "P0: store")),
    ],
)
def test_the_shortest_life_that_goes_wrong(
    program: Program, kernel: str, broken: str, life: tuple[str, ...]
) -> None:
    found = explore(decider(program, kernel))

    assert (broken, life) == (found.broken, found.life)


@pytest.mark.parametrize("kernel", ["5.10", "6.1", "7.3", "v2-posted"])
def test_merging_changes_no_answer(program: Program, kernel: str) -> None:
    """States that are alike are one; what is found is the same as without."""
    for processes in (2, 3):
        plain = explore(decider(program, kernel), processes=processes, steps=6, merged=False)
        merged = explore(decider(program, kernel), processes=processes, steps=6)

        assert (plain.broken, len(plain.life)) == (merged.broken, len(merged.life))
        assert merged.states <= plain.states


@pytest.mark.parametrize("kernel", ["5.10", "7.3", "v2-posted"])
def test_pages_are_merged_without_a_change(program: Program, kernel: str) -> None:
    """Pages in another order are one state too."""
    for processes, pages in ((2, 2), (1, 3)):
        sizes = {"processes": processes, "pages": pages, "steps": 4}
        plain = explore(decider(program, kernel), merged=False, **sizes)
        merged = explore(decider(program, kernel), **sizes)

        assert (plain.broken, len(plain.life)) == (merged.broken, len(merged.life))
        assert merged.states < plain.states


def test_a_life_of_two_pages_keeps_to_its_page(program: Program) -> None:
    """What is told is one life, though states that are alike were merged on the way."""
    found = explore(decider(program, "v2-posted"), pages=2)

    assert ("torn", 2) == (found.broken, found.pages)
    assert [f"P0: {done} (page 0)" for done in ("store", "reclaim", "store")] == list(found.life)


def test_memory_is_bounded(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    """Past the bound nothing is claimed of the lives that were not gone through."""
    found = explore(decider(program), most=500)

    assert (500, True, False) == (found.states, found.cut, found.complete)
    assert 2 == main(["explore", "--kernel", "7.3", "--most-states", "500"])
    output = capsys.readouterr()
    assert "rules hold in the shorter lives of 2 processes" in output.out
    assert "more than 500 states" in output.err


# A transition with another effect, and the test of the catalogue that finds it.
MUTANTS = {
    ("fork-swapped.clears-mark", Effect.KEEP): "S-O-F-S_L",
    ("fork-present.shares", Effect.COPY): "S-Gr-F-S-RR",
    ("fork-present.pinned", Effect.CLEAR): "S-Pw-F-S-RR_L",
    ("unmap.marks", Effect.CLEAR): "S-O",
    ("unmap.marks", Effect.REFUSE): "S-O",
    ("unmap.forgets", Effect.MARK): "S-F-R-S_L",
    ("unmap.forgets", Effect.REFUSE): "S-M-R-L@out",
    ("unmap.pinned", Effect.MARK): "S-Pw-O",
    ("unmap.pinned", Effect.CLEAR): "S-Pw-O",
    ("write-out.starts", Effect.REFUSE): "S-O-L@dropped",
    ("write-out.referenced", Effect.TAKE): "S-Gr-O@kept",
    ("swapoff.restores", Effect.DROP_MARK): "S-V-O-Z-S",
    ("pin-read.takes", Effect.UNSHARE): "S-Pr@mine",
    ("pin-read.unshares", Effect.TAKE): "S-F-Pr-S-RR",
    ("merge.shares", Effect.REFUSE): "S-M-S",
    ("merge.referenced", Effect.TAKE): "S-Gr-M",
    ("migrate.moves", Effect.REFUSE): "S-I",
    ("migrate.referenced", Effect.KEEP): "S-Gr-I",
    ("move-swapped.takes", Effect.REFUSE): "S-O-Y-S",
    ("move-swapped.refused", Effect.KEEP): "S-O-F-Y",
}


def mutants(program: Program) -> set[tuple[str, Effect]]:
    """Every other effect that a transition of the newest kernel could have."""
    known = program.catalog.transitions_of(program.catalog.kernels["7.3"])
    # Those of kernels without the mark are of no matter here.
    return {
        (one.id, effect)
        for one in known
        for effect in EFFECTS[one.event]
        if effect is not one.effect and not one.id.endswith("no-mark")
    }


def test_every_mutant_has_a_test(program: Program) -> None:
    assert mutants(program) == set(MUTANTS)


@pytest.mark.parametrize(("mutant", "name"), MUTANTS.items(), ids=lambda value: str(value))
def test_a_mutant_is_caught(program: Program, mutant: tuple[str, Effect], name: str) -> None:
    """The named test says otherwise of it than of the kernel."""
    test = catalogue()[name]
    honest = Decider(
        program, "7.3", architecture=test.architecture, backend=test.device, given=test.facts
    )
    lying = Decider(
        program, "7.3", architecture=test.architecture, backend=test.device, given=test.facts
    )
    transition, effect = mutant
    lying.change(transition, lambda one: replace(one, effect=effect))

    said = play(program, test, honest).verdict
    try:
        assert said != play(program, test, lying).verdict
    except LifeError as error:
        # A constraint of the model forbids the fault that the mutant comes to.
        assert "a fault that cannot be" in str(error)  # noqa: PT017


def test_transitions_exclude_each_other(program: Program) -> None:
    """In every state of a page and its PTE, in every kernel, exactly one effect of an event."""
    flags = ("page.exclusive", "page.pinned", "page.referenced", "pte.swp_exclusive")
    for kernel in program.catalog.kernels:
        for arch in ("x86_64", "arm"):
            asked = Decider(program, kernel, architecture=arch)
            for event in Event:
                for bits in range(1 << len(flags)):
                    page = {name: bool(bits >> i & 1) for i, name in enumerate(flags)}
                    assert asked.effect(event, page).effect in EFFECTS[event]


def test_what_fits_no_transition_is_refused(program: Program) -> None:
    asked = decider(program)

    def never(one: Transition) -> None:
        return None

    asked.change("fork-swapped.clears-mark", never)
    asked.change("fork-swapped.no-mark", never)
    with pytest.raises(LifeError, match="of the transitions of `fork_swapped` one must hold"):
        asked.effect(Event.FORK_SWAPPED, {"pte.swp_exclusive": True})


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["explore", "--fact", "swap_device.stable_writes=true", "--steps", "5", "--kernel"]

    assert 1 == main([*command, "v2-posted"])
    assert "torn is broken" in capsys.readouterr().out
    assert 0 == main([*command, "7.3", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert ("7.3", "", False) == (told["kernel"], told["broken"], told["complete"])
    assert 2 == main([*command, "5.9"])
