"""Traces: what the probes wrote becomes faults, and faults become observations."""

from __future__ import annotations

from swapin.catalog import Catalog
from swapin.model import Release
from swapin.observe.observation import observation_of
from swapin.observe.probes import offsets_of, probes
from swapin.observe.record import Setting, record_of
from swapin.observe.trace import faults

# A run of Debian's 6.1.0-56 on brd: page-out, a load and a store after it; then another
# process's fault on the same address, which is retried once.
TRACE = """\
# tracer: nop
  actors-129     [000] .....     5.31: tracing_mark_write: swapin_step parent page-out pid=138 swap_count=-1
  actors-129     [000] .....     5.32: tracing_mark_write: swapin_step parent load-then-store pid=138 swap_count=1
  actors-138     [000] .....     5.33: fault: (do_swap_page+0x0/0x9b0) addr=0x20000000 pte=0x7fffffffffbe00a flags=0xa54 device=0x1853
  actors-138     [000] ...1.     5.34: anon_rmap: (page_add_anon_rmap+0x0/0x280) addr=0x20000000 page=0xff8e9f12407c6580 page_flags=0xfffffc0088415 mapping=0x0 refcount=2 rmap=0x0
  actors-138     [000] ...1.     5.35: wp: (do_wp_page+0x0/0x380) addr=0x20000000 flags=0xa55
  actors-138     [000] ...1.     5.36: new_anon_rmap: (page_add_new_anon_rmap+0x0/0x120) addr=0x20000000 page=0xff8e9f12407c6c40 page_flags=0xfffffc0000004 mapping=0x0 refcount=1
  actors-129     [000] .....     5.37: tracing_mark_write: swapin_after flags=0x400005848 mapcount=1
  actors-129     [000] .....     5.38: tracing_mark_write: swapin_step child load pid=139 swap_count=2
  actors-139     [000] .....     5.39: fault: (do_swap_page+0x0/0x9b0) addr=0x20000000 pte=0x7fffffffffbfe02 flags=0x254 device=0x1053
  actors-139     [000] .....     5.40: fault: (do_swap_page+0x0/0x9b0) addr=0x20000000 pte=0x7fffffffffbfe02 flags=0x274 device=0x1053
  actors-139     [000] ...1.     5.41: anon_rmap: (page_add_anon_rmap+0x0/0x280) addr=0x20000000 page=0xff8e9f12407c6580 page_flags=0xfffffc0080025 mapping=0xff8e9f1240000003 refcount=1 rmap=0x0
  actors-139     [000] .....     5.42: fault: (do_swap_page+0x0/0x9b0) addr=0x20001000 pte=0x7fffffffffbfc02 flags=0x254
"""  # noqa: E501
SETTING = Setting(release="6.1", version="6.1.0-56", architecture="x86_64", backend="brd")


def test_faults_of_a_scenario() -> None:
    """What follows a fault up to the next mark is its own; one that mapped nothing is none."""
    first, second = faults(TRACE.splitlines(), steps=True)

    assert ("load-then-store", 1) == (first.step and (first.step.verb, first.step.swap_count))
    assert (True, True) == (first.wp, first.copied)
    assert {"flags": 0x400005848, "mapcount": 1} == first.after
    assert ("child", 0x274) == (second.step and second.step.actor, second.values["flags"])
    assert (False, False, None) == (second.wp, second.copied, second.after)


def test_the_observation_of_a_fault(catalog: Catalog) -> None:
    """Flags are read by the numbers of the release; the device's say what it was at swapon."""
    first, second = (
        record_of(seen, SETTING, catalog) for seen in faults(TRACE.splitlines(), steps=True)
    )

    assert {"raw": "0x7fffffffffbe00a", "swp_exclusive": True} == first["pte"]
    assert (True, True) == (first["at_map"]["writeback"], first["at_map"]["swapcache"])
    assert (True, True) == (
        first["swap_device"]["stable_writes"],
        first["swap_device"]["synchronous_io"],
    )
    assert (True, False) == (
        second["swap_device"]["synchronous_io"],
        second["swap_device"]["stable_writes"],
    )
    assert (True, True) == (second["at_map"]["ksm"], second["at_map"]["anon"])
    assert first["observed"]["anon_exclusive_after"] is True
    assert second["observed"]["anon_exclusive_after"] is None
    first["scenario"] = {
        "name": "x",
        "access": "load, then store",
        "facts": {"folio.mapped": False},
    }
    seen = observation_of(first, catalog)
    assert ("WRITE_COPIED", False) == (seen.write, seen.mapped_exclusive)
    assert seen.fault.facts["folio.mapped"] is False


def test_a_fault_on_a_live_machine_ends_where_it_returns() -> None:
    """What happens to the address later, a copy after a fork say, is not of the fault."""
    lines = TRACE.splitlines()
    lines.insert(5, "  actors-138 [000] ..... 5.345: returned: (handle_mm_fault+0x1/0x2 <- x) ")
    first, _ = faults(lines, steps=False)

    assert (False, False) == (first.wp, first.copied)


def test_probes_by_release() -> None:
    """Fields moved in 5.18, the flag of a new page came in 6.11; every definition is one line."""

    def definitions(release: str) -> list[str]:
        at = Release.parse(release)
        arguments = ("%di", "%si", "%dx", "%cx", "%r8", "%r9")
        offered = probes(at, offsets_of(at, word=8), arguments, word=8)
        return [probe.definition() for choices in offered for probe in choices]

    def of(release: str, function: str) -> str:
        (found, *_) = [line for line in definitions(release) if f" {function} " in line]
        return found

    assert "pte=+48(%di):x64 flags=+8(%di):x32" in of("5.10", "do_swap_page")
    assert "pte=+64(%di):x64 flags=+40(%di):x32" in of("6.1", "do_swap_page")
    assert "rmap=" not in of("6.8", "folio_add_new_anon_rmap")
    assert "rmap=%cx:x32" in of("6.12", "folio_add_new_anon_rmap")
    assert "rmap=%r9:x32" in of("6.12", "folio_add_anon_rmap_ptes")
    assert not any("\n" in line for line in definitions("7.3"))
