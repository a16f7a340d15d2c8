"""Each plugin loads inside its own boundary: one that fails is rolled back and named."""

from __future__ import annotations

import itertools
import random
import sys
import threading
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from swapin.catalog import Catalog, Origin, discover, load_catalog
from swapin.catalog.hookspecs import hookimpl
from swapin.catalog.loading import Candidate
from swapin.model import (
    Architecture,
    Backend,
    CatalogError,
    Constraint,
    Evidence,
    Expression,
    Fault,
    Kernel,
    Outcome,
    PteLayout,
    Segment,
    bind,
    fact,
)
from swapin.program import Program
from toys import (
    KERNEL,
    SOURCE,
    candidate,
    choice_rules,
    toy_catalog,
    toy_claim,
    toy_fact,
    toy_veto,
)


def base() -> Candidate:
    return candidate(
        "base",
        facts=[toy_fact("toy.a"), toy_fact("kernel.old")],
        rules=[toy_claim("base.a", fact("toy.a")), *choice_rules()],
        kernels=[KERNEL],
    )


def raising(name: str = "broken") -> Candidate:
    @hookimpl
    def swapin_rules() -> Any:
        yield toy_claim("broken.first", fact("toy.a"))
        raise RuntimeError("no rules today")

    plugin = SimpleNamespace(swapin_rules=swapin_rules)
    return Candidate(Origin(name, "strangers", "0.9"), lambda: plugin)


def failing_import() -> Candidate:
    def load() -> Any:
        raise ImportError("no module named vendor")

    return Candidate(Origin("broken", "strangers", "0.9"), load)


def other(name: str, when: Any) -> Kernel:
    return Kernel(
        release=name,
        era="T",
        summary="toy",
        evidence=Evidence.CHANGELOG,
        source=SOURCE,
        **when,
    )


def colliding() -> Architecture:
    """An architecture with a layout of 32 bits, in which two fields meet and one sticks out."""
    layout = PteLayout(
        bits=32, type=(Segment(0, 1, 5),), offset=(Segment(0, 4, 29),), present=1, source=SOURCE
    )
    return Architecture(name="vax", summary="toy", source=SOURCE, layouts=(layout,))


def deep() -> Expression:
    """A condition of more levels than calls may have."""
    condition: Expression = fact("toy.a")
    for _ in range(3000):
        condition = ~(condition & fact("toy.a")) | fact("kernel.old")
    return condition


def binding(value: Any) -> Backend:
    """A backend that binds one fact."""
    bindings = (bind("toy.a", value, because="", source=SOURCE),)
    return Backend(name="b", summary="toy", source=SOURCE, bindings=bindings)


REFUSED = {
    "raises in a hook": (raising(), "swapin_rules", "RuntimeError: no rules today"),
    "fails to import": (failing_import(), "import", "no module named vendor"),
    "hands over something else": (
        candidate("broken", "strangers", rules=["not a rule"]),
        "swapin_rules",
        "expected Rule, got str",
    ),
    "a rule id that is taken": (
        candidate("broken", "strangers", rules=[toy_veto("base.a", fact("toy.a"))]),
        "rule base.a",
        "taken",
    ),
    "a fact that is taken": (
        candidate("broken", "strangers", facts=[toy_fact("toy.a")]),
        "fact toy.a",
        "taken",
    ),
    "a preset name that is taken": (
        candidate("broken", "strangers", kernels=[KERNEL]),
        "kernel 6.1",
        "taken",
    ),
    "an unknown fact": (
        candidate("broken", "strangers", rules=[toy_claim("new", fact("toy.aa"))]),
        "rule new",
        r"unknown fact `toy.aa` \(did you mean `toy.a`\?\)",
    ),
    "a rule that can never fire": (
        candidate("broken", "strangers", rules=[toy_claim("n", fact("toy.a") & ~fact("toy.a"))]),
        "rule n",
        "can never fire",
    ),
    "a rule that a constraint silences": (
        candidate(
            "broken",
            "strangers",
            facts=[toy_fact("toy.c")],
            constraints=[
                Constraint(id="no-c", holds=~fact("toy.c"), because="never", source=SOURCE)
            ],
            rules=[toy_claim("n", fact("toy.c"))],
        ),
        "rule n",
        "can never fire",
    ),
    "an outcome circle": (
        candidate(
            "broken",
            "strangers",
            rules=[
                toy_claim("one", Outcome.PTE_WRITABLE.yes, Outcome.MAPPED_EXCLUSIVE),
                toy_claim("two", Outcome.MAPPED_EXCLUSIVE.yes, Outcome.PTE_WRITABLE),
            ],
        ),
        "rule (one|two)",
        "depend on itself",
    ),
    "a constraint over outcomes": (
        candidate(
            "broken",
            "strangers",
            constraints=[
                Constraint(id="x", holds=Outcome.EXCLUSIVE.yes, because="", source=SOURCE)
            ],
        ),
        "constraint x",
        "only facts may be read here",
    ),
    "a kernel after an unknown one": (
        candidate("broken", "strangers", kernels=[other("9.9", {"after": "9.8"})]),
        "kernel 9.9",
        "starts from unknown kernel `9.8`",
    ),
    "a kernel after itself": (
        candidate("broken", "strangers", kernels=[other("9.9", {"after": "9.9"})]),
        "kernel 9.9",
        "starts from itself",
    ),
    "an unknown capability": (
        candidate(
            "broken", "strangers", kernels=[other("9.9", {"capabilities": {"kernel.odl": True}})]
        ),
        "kernel 9.9",
        "unknown capability `kernel.odl`",
    ),
    "an unknown invariant": (
        candidate("broken", "strangers", kernels=[other("9.9", {"violates": {"kept": "odd"}})]),
        "kernel 9.9",
        "violates unknown invariant `kept`",
    ),
    "a kernel of no release": (
        candidate("broken", "strangers", kernels=[other("six", {})]),
        "kernel six",
        "`six` is not a release such as `6.1`",
    ),
    "a capability that is neither yes nor no": (
        candidate(
            "broken", "strangers", kernels=[other("9.9", {"capabilities": {"kernel.old": "yes"}})]
        ),
        "kernel 9.9",
        r"`capabilities\[kernel.old\]` is `'yes'`, not of type bool",
    ),
    "a condition that is none": (
        candidate("broken", "strangers", rules=[toy_claim("n", cast("Any", True))]),
        "rule n",
        "`when` is `True`, not of type Expression",
    ),
    "a condition deeper than Python goes": (
        candidate("broken", "strangers", rules=[toy_claim("n", deep())]),
        "rule n",
        "RecursionError",
    ),
    "a binding that is neither yes nor no": (
        candidate("broken", "strangers", backends=[binding(1)]),
        "backend b",
        r"`bindings\[0\].value` is `1`, not of type bool \| None",
    ),
    "a value of a choice twice": (
        candidate("broken", "strangers", facts=[replace(toy_fact("toy.c"), values=("x", "x"))]),
        "fact toy.c",
        "`values` has one of them twice",
    ),
    "a fact that no description can name": (
        candidate("broken", "strangers", facts=[toy_fact("toy.isNew")]),
        "fact toy.isNew",
        "a name such as `folio.ksm`",
    ),
    "a fact named as what is none": (
        candidate("broken", "strangers", facts=[toy_fact("pte.raw")]),
        "fact pte.raw",
        "a field of this name, which is no fact",
    ),
    "a fact named as an object": (
        candidate("broken", "strangers", facts=[toy_fact("toy")]),
        "fact toy",
        "`toy` is an object of a description",
    ),
    "a fact within what is no object": (
        candidate("broken", "strangers", facts=[toy_fact("architecture.bits")]),
        "fact architecture.bits",
        "`architecture` is a field of a description, and has none in it",
    ),
    "a kind of entry twice": (
        candidate(
            "broken", "strangers", kernels=[other("9.9", {"entry_kinds": ("poison", "poison")})]
        ),
        "kernel 9.9",
        "entry kinds are distinct",
    ),
    "a layout with a bit for two fields": (
        candidate("broken", "strangers", architectures=[colliding()]),
        "architecture vax",
        "fields of a layout collide in bits 0x100000030",
    ),
    "a replaced rule that is not there": (
        candidate(
            "broken",
            "strangers",
            kernels=[other("9.9", {"replaces": (toy_veto("base.b", fact("toy.a")),)})],
        ),
        "kernel 9.9",
        "replaces unknown rule `base.b`",
    ),
    "two bindings for one release": (
        candidate(
            "broken",
            "strangers",
            backends=[
                Backend(
                    name="b",
                    summary="toy",
                    source=SOURCE,
                    bindings=(
                        bind("toy.a", True, until="6.2", because="", source=SOURCE),
                        bind("toy.a", False, since="6.2", because="", source=SOURCE),
                    ),
                )
            ],
        ),
        "backend b",
        "binds `toy.a` twice",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    """The failing plugin is left out whole, named with its distribution and declaration."""
    broken, declaration, message = REFUSED[case]
    alone = toy_catalog(base())
    catalog = toy_catalog(base(), broken, strict=False)

    assert catalog.degraded
    (failure,) = catalog.failed
    assert ("broken", "strangers") == (failure.error.plugin, failure.error.distribution)
    with pytest.raises(CatalogError, match=f"`strangers`: {declaration}: .*{message}"):
        toy_catalog(base(), broken)
    assert alone.fingerprint == catalog.fingerprint
    verdict = Program(catalog).evaluate(Fault(release="6.1", facts={"toy.a": True}))
    assert verdict.provenance.degraded
    assert "ANSWER_YES" == verdict.outcomes["exclusive"]


def test_what_builds_on_a_failed_plugin_fails_too() -> None:
    """A plugin that needs another's fact is left out when that one is, and says why."""
    needs = candidate("needs", "more", rules=[toy_veto("needs.b", fact("toy.b"))])
    gives = candidate(
        "gives", "more", facts=[toy_fact("toy.b")], rules=[toy_claim("base.a", fact("toy.b"))]
    )
    catalog = toy_catalog(base(), gives, needs, strict=False)

    assert {"gives", "needs"} == {failure.origin.plugin for failure in catalog.failed}
    assert {"base.a", "toy.path", "toy.write"} == set(catalog.rules)


def test_a_constraint_that_silences_an_earlier_plugin() -> None:
    """The plugin of the constraint is refused, and not the one whose rule it would silence."""
    narrow = Constraint(id="no-a", holds=~fact("toy.a"), because="never", source=SOURCE)
    catalog = toy_catalog(base(), candidate("late", "more", constraints=[narrow]), strict=False)

    (failure,) = catalog.failed
    assert ("late", "constraint no-a") == (failure.origin.plugin, failure.error.declaration)
    assert "rule base.a of plugin `base` could never fire" == failure.error.message
    assert toy_catalog(base()).fingerprint == catalog.fingerprint


def test_order_of_plugins_changes_nothing() -> None:
    """Shuffled plugins give the same fingerprint, entries and verdicts."""
    plugins = [
        base(),
        candidate("one", "strangers", facts=[toy_fact("toy.x")]),
        candidate("two", "strangers", rules=[toy_veto("two.x", fact("toy.x"))]),
    ]
    fault = Fault(release="6.1", facts={"toy.a": True, "toy.x": True})
    expected = toy_catalog(*plugins)
    for seed in range(10):
        random.Random(seed).shuffle(plugins)
        catalog = toy_catalog(*plugins)
        assert expected.fingerprint == catalog.fingerprint
        assert list(expected.rules) == list(catalog.rules)
        same = Program(expected).evaluate(fault).to_json()
        assert same == Program(catalog).evaluate(fault).to_json()


def test_installed_plugins(catalog: Catalog) -> None:
    """swapin's own plugin is found by its entry point and loads whole."""
    assert ["swapin"] == sorted({found.origin.distribution for found in discover()})
    assert not catalog.degraded
    assert load_catalog().fingerprint == catalog.fingerprint
    assert "linux-2" == catalog.edition


def test_fingerprint_sees_every_declaration() -> None:
    """Another condition, reason or release range is another fingerprint."""
    one = toy_catalog(base())
    added = toy_catalog(base(), candidate("more", facts=[toy_fact("toy.z")]))

    assert one.fingerprint != added.fingerprint


def hanging(entered: threading.Event, left: threading.Event) -> Candidate:
    def load() -> Any:
        try:
            entered.set()
            while True:
                time.sleep(0.001)
        finally:
            left.set()

    return Candidate(Origin("hangs", "strangers", "0.9"), load)


def test_a_plugin_that_hangs_is_left_out() -> None:
    """Past its time it is interrupted, named, and the others are loaded; strict refuses it."""
    entered, left = threading.Event(), threading.Event()
    catalog = load_catalog(
        False, [hanging(entered, left), base(), failing_import()], load_seconds=0.3
    )

    assert {"hangs": "load", "broken": "import"} == {
        failure.origin.plugin: failure.error.declaration for failure in catalog.failed
    }
    assert "toy.a" in catalog.facts
    assert entered.is_set()
    assert left.wait(10)
    with pytest.raises(CatalogError, match=r"not loaded after 0\.3 s"):
        load_catalog(True, [hanging(entered, left)], load_seconds=0.3)


def test_a_plugin_that_exits_is_left_out() -> None:
    """``sys.exit()`` in a plugin ends the plugin, not the process."""
    quits = Candidate(Origin("quits", "strangers", "0.9"), lambda: sys.exit(7))
    for seconds in (None, 5):
        catalog = load_catalog(False, [base(), quits], load_seconds=seconds)
        assert ["quits"] == [failure.origin.plugin for failure in catalog.failed]


def test_declarations_have_an_end() -> None:
    """A hook that hands over without end is refused before it fills memory."""

    @hookimpl
    def swapin_rules() -> Any:
        return itertools.repeat(toy_claim("more.a", fact("toy.a")))

    more = Candidate(
        Origin("more", "strangers", "0.9"), lambda: SimpleNamespace(swapin_rules=swapin_rules)
    )
    (failure,) = load_catalog(False, [base(), more]).failed

    assert "more than 100000 declarations" in str(failure)
