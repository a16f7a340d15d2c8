"""A litmus test for Spin: a check of the model's bookkeeping that is not ours.

``model.pml`` says for itself what steps do to pages, slots and page tables. What the kernel decides
is not written there a second time: look-up tables before it hold the answers that the rules gave. A
question that the model never came to ends Spin's search with an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files

from swapin.life.decide import Decider, SwapIn
from swapin.life.litmus import STEPS, Litmus, Step
from swapin.life.run import LitmusResult, play
from swapin.model import (
    EFFECTS,
    And,
    Atom,
    Const,
    Event,
    Expression,
    LifeError,
    Not,
    Or,
    Transition,
)
from swapin.program import Program

_FOLIOS, _SLOTS = 6, 4

# The bits of a question, lowest first, as model.pml puts it together; `None` is said by others.
_SWAP_IN = (
    "access.write",
    "pte.swp_exclusive",
    "pte.uffd_wp",
    "vma.soft_dirty_tracking",
    "swap_count",
    "folio.swapcache_hit",
    "folio.writeback",
    "folio.ksm",
    "folio.mapped",
    "folio.extra_reference",
    "folio.sole_user",
)
_REUSE = (
    "folio.ksm",
    "folio.writeback",
    "folio.swapcache",
    "folio.mapped",
    "folio.sole_user",
    "folio.extra_reference",
    "swap_count",
)
_EVENT = ("page.exclusive", "page.pinned", "page.referenced", "pte.swp_exclusive")


class Recorder(Decider):
    """A decider that remembers what it was asked, and what it said."""

    def __init__(self, other: Decider) -> None:
        self.__dict__.update(other.__dict__)
        self.faults: dict[int, SwapIn] = {}
        self.reuse: dict[int, bool] = {}
        self.events: dict[tuple[Event, int], Transition] = {}

    def swap_in(self, facts: Mapping[str, bool]) -> SwapIn:
        """As the decider says, and kept."""
        found = self.faults[_key(_SWAP_IN, facts)] = super().swap_in(facts)
        return found

    def reuses(self, facts: Mapping[str, bool], exclusive: bool) -> tuple[str, ...]:
        """As the decider says, and kept."""
        found = super().reuses(facts, exclusive)
        self.reuse[_key(_REUSE, facts) | exclusive << len(_REUSE)] = bool(found)
        return found

    def effect(self, event: Event, page: Mapping[str, bool]) -> Transition:
        """As the decider says, and kept."""
        found = self.events[event, _key(_EVENT, page)] = super().effect(event, page)
        return found


def _key(names: Iterable[str], facts: Mapping[str, bool]) -> int:
    return sum(facts[name] << place for place, name in enumerate(names))


def promela(program: Program, test: Litmus, decider: Decider) -> tuple[str, LitmusResult]:
    """A test in Promela, and what the model makes of it.

    :raises LifeError: as :func:`~swapin.life.run.play`.
    """
    recorder = Recorder(decider)
    result = play(program, test, recorder)
    template = (files("swapin.life") / "model.pml").read_text(encoding="utf-8")
    head = (
        f"/* {test.name} on {result.kernel}: {test.question} */\n",
        *_numbers(test, recorder),
        *_tables(recorder),
    )
    return "\n".join([*head, template, *_threads(test, recorder)]), result


def _numbers(test: Litmus, decider: Recorder) -> Iterator[str]:
    effects = list(dict.fromkeys(effect for known in EFFECTS.values() for effect in known))
    writes = list(dict.fromkeys(found.write for found in decider.faults.values()))
    writes += [
        word for word in ("WRITE_NOT_ALLOWED", "WRITE_COPIED", "WRITE_REUSED") if word not in writes
    ]
    numbers = {
        "PROCESSES": test.processes,
        "FOLIOS": _FOLIOS,
        "SLOTS": _SLOTS,
        "THREADS": sum(bool(thread.steps) for thread in test.threads),
        "REMEMBERS": int(decider.marks_exclusive),
        "STABLE": int(decider.stable_writes),
        "SHOWS_WRITEBACK": int(decider.shows_writeback),
        **{event.name: number for number, event in enumerate(EFFECTS)},
        **{effect.name: number for number, effect in enumerate(effects)},
        **{write: number for number, write in enumerate(writes)},
    }
    yield from (f"#define {name} {number}" for name, number in numbers.items())


def _tables(decider: Recorder) -> Iterator[str]:
    yield "\n/* A swap-in fault. */\ninline decide_swap_in() {\n\tif"
    for key, found in sorted(decider.faults.items()):
        yield (
            f"\t:: key == {key} -> fault_exclusive = {found.exclusive:d}; "
            f"fault_writable = {found.writable:d}; fault_fresh = {found.fresh:d}; "
            f"fault_cached = {found.cached:d}; told = {found.write}"
        )
    yield "\t:: else -> assert(false)\n\tfi\n}"
    yield "\n/* A write-protect fault. */\ninline decide_reuse() {\n\tif"
    for key, reuses in sorted(decider.reuse.items()):
        yield f"\t:: key == {key} -> reuses = {reuses:d}"
    yield "\t:: else -> assert(false)\n\tfi\n}"
    yield "\n/* What happens to a page between faults. */\ninline decide_event(event) {\n\tif"
    for (event, key), transition in sorted(decider.events.items()):
        yield (
            f"\t:: event == {event.name} && key == {key} -> effect = {transition.effect.name}"
            f"\t/* {transition.id} */"
        )
    yield "\t:: else -> assert(false)\n\tfi\n}\n"


def _threads(test: Litmus, decider: Recorder) -> Iterator[str]:
    names = sorted(
        {_register(f"P{process}", step) for process, step in test.init if _reads(step)}
        | {_register(t.name, step) for t in test.threads for step in t.steps if _reads(step)}
    )
    yield from (f"short {name} = -1;" for name in names)
    yield "bit holds;\n"
    yield "#define any_folio_writeback (" + _any("folio[{}].writeback", _FOLIOS) + ")\n"
    for index, thread in enumerate(test.threads):
        yield f"proctype thread_{index}() {{"
        for place, step in enumerate(thread.steps):
            guard = [f"pte[{thread.process}].there", f"waits != {index}"]
            if step.verb in ("store", "load"):
                guard.append("!stopped")
            if step.verb == "written-back":
                guard.append("!any_folio_writeback")
            last = "; unfinished = unfinished - 1" if place == len(thread.steps) - 1 else ""
            inside = ""
            if decider.writes_inside and step.verb in ("page-out", "reclaim"):
                inside = f"wait_inside({index}); "
            done = _step(thread.name, thread.process, step)
            yield f"\td_step {{ {' && '.join(guard)} -> {done}; {inside}collect(){last}; skip }}"
        yield "\tskip\n}\n"
    yield from _device(test.processes)
    yield from _first(test)
    yield from _last(test, names)


def _device(processes: int) -> Iterator[str]:
    yield "active proctype device() {\nend:\n\tdo"
    for folio in range(_FOLIOS):
        one = f"folio[{folio}]"
        yield (
            f"\t:: d_step {{ started && unfinished > 0 && {one}.writeback -> "
            f"{one}.writeback = 0; end_wait(); collect(); skip }}"
        )
        mapped = _any(f"pte[{{}}].folio == {folio}", processes)
        held = _any(f"reference[{{}}] == {folio}", processes)
        waited = _any(f"pte[{{}}].slot == {one}.slot", processes)
        yield (
            f"\t:: d_step {{ started && unfinished > 0 && {one}.used && {one}.slot != NONE && "
            f"{one}.stored && !{one}.writeback && !({held}) && !({mapped}) && ({waited}) -> "
            f"stored_value[{one}.slot] = {one}.value; {one}.slot = NONE; {one}.stored = 0; "
            "end_wait(); collect(); skip }"
        )
    yield "\tod\n}\n"


def _first(test: Litmus) -> Iterator[str]:
    yield "init {\n\tbyte p;\n\td_step {"
    yield "\t\tfor (p : 0 .. FOLIOS - 1) { folio[p].slot = NONE }"
    yield "\t\tfor (p : 0 .. PROCESSES - 1) { vacate(p); reference[p] = NONE }"
    yield "\t\tpte[0].there = 1;\n\t\tcollect();"
    for process, step in test.init:
        if step.verb == "written-back":
            yield "\t\tif"
            for folio in range(_FOLIOS):
                yield f"\t\t:: folio[{folio}].writeback -> folio[{folio}].writeback = 0"
            yield "\t\t:: else\n\t\tfi;"
        else:
            yield f"\t\t{_step(f'P{process}', process, step)}; collect();"
    yield "\t\tstarted = 1\n\t};"
    yield "\tatomic {"
    yield from (f"\t\trun thread_{index}();" for index in range(len(test.threads)))
    yield "\t\tskip\n\t}\n}\n"


def _last(test: Litmus, names: list[str]) -> Iterator[str]:
    shown = "".join(f" {name.replace('_r', ':r')}=%d" for name in names)
    values = "".join(f", now.{name}" for name in names)
    yield "active proctype finish() {"
    yield f"\tatomic {{ timeout -> holds = {_condition(test.condition)} }};"
    yield f'\tc_code {{ printf("@@ %d{shown}\\n", now.holds{values}); }}\n}}'


def _step(name: str, process: int, step: Step) -> str:
    verb, word = step.verb.replace("-", "_"), step.argument
    kind = STEPS[step.verb]
    if step.verb == "written-back":
        return "skip"
    if step.verb in ("get-read", "get-write", "pin-read", "pin-write"):
        write, pins = int(verb.endswith("write")), int(verb.startswith("pin"))
        return f"refer({process}, {write}, {pins})"
    if step.verb in ("swapoff", "swapon"):
        return f"{verb}()"
    if kind == "register":
        return f"{verb}({process}); {_register(name, step)} = got"
    if step.verb == "exit":
        return f"leave({process})"
    given = f", {word.removeprefix('P')}" if word else ""
    return f"{verb}({process}{given})"


def _reads(step: Step) -> bool:
    return STEPS[step.verb] == "register"


def _register(name: str, step: Step) -> str:
    return f"{name}_{step.argument}"


def _any(what: str, count: int) -> str:
    return " || ".join(what.format(number) for number in range(count))


def _condition(condition: Expression) -> str:
    if isinstance(condition, Const):
        return str(int(condition.value))
    if isinstance(condition, Not):
        return f"!({_condition(condition.part)})"
    if isinstance(condition, And | Or):
        sign = " && " if isinstance(condition, And) else " || "
        return "(" + sign.join(map(_condition, condition.parts)) + ")"
    if not isinstance(condition, Atom):
        raise LifeError(f"`{condition}` cannot be told to Spin")
    name, equals, value = condition.name.partition("=")
    who, colon, what = name.partition(":")
    if equals:
        return f"({who}_{what} == {value})"
    if not colon:
        return name.replace("-", "_")
    pte = f"pte[{who[1:]}]"
    return {
        "exclusive": f"({pte}.folio != NONE && folio[{pte}.folio].exclusive)",
        "mapped": f"({pte}.folio != NONE)",
        "writable": f"{pte}.writable",
        "marked": f"{pte}.marked",
    }[what]
