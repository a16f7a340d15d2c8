"""From a state to what a recipe does: which facts it can bring about, and what must come of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from swapin.analysis import read_query
from swapin.analysis.reach import Answer, reach
from swapin.catalog import Catalog
from swapin.catalog.hookspecs import PROJECT
from swapin.model import Fact, FaultError, Problem, Reason, Verdict
from swapin.program import Program
from swapin.recipe.devices import DEVICES, Device

# What follows from the run of a recipe: one page of one process, paged out by madvise().
_SETTLED = {
    "pte.same": True,
    "access.vma_lock": False,
    "swap_device.available": True,
    "swap_slot.claimed": True,
    "folio.allocated": True,
    "folio.locked": True,
    "folio.entry_matches": True,
    "folio.hwpoison": False,
    # A slow device writes for longer than the fault takes.
    "folio.writeback_ended": False,
    "folio.uptodate": True,
    "folio.large": False,
    "folio.ksm": False,
    "folio.ksm_copy": False,
    "folio.mapped": False,
    "folio.extra_reference": False,
    "folio.swap_full": False,
    "vma.writable": True,
    "vma.uffd_wp": False,
    "vma.uffd_wp_async": False,
    "vma.uffd_rwp": False,
    "vma.soft_dirty_tracking": False,
    "pte.uffd_wp": False,
    "pte.soft_dirty": True,
    "pte.have_arch_swp_exclusive": True,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a recipe does, and what the model expects of it."""

    query: str
    kernel: str
    device: Device
    write: bool
    """The access that faults is a store."""
    writeback: bool
    """It comes while the device still writes the page."""
    stable: bool
    """The device requires stable writes."""
    exclusive: bool
    """The page was exclusive when it was swapped out; else a child shares its entry."""
    verdict: Verdict
    takes: tuple[str, ...]


def plan(program: Program, text: str, kernel: str, backend: str) -> Plan:
    """Plan a recipe for a state.

    :param text: a rule, an outcome with a value, or an expression, as for ``reach``.
    :param backend: one of :data:`swapin.recipe.DEVICES`.
    :raises FaultError: an unknown name, or a state that no recipe brings about; says why.
    """
    catalog = program.catalog
    device = DEVICES.get(backend)
    if device is None:
        there = ", ".join(DEVICES)
        raise _refused("--backend", f"no recipe makes `{backend}`; there are {there}")
    stable = device.stable
    found = _reached(catalog, text, kernel, device, stable)
    if found is None and not device.stable:
        stable = True
        found = _reached(catalog, text, kernel, device, stable)
    if found is None:
        raise _refused("query", _why_not(catalog, text, kernel, device))
    answer, chosen = found
    known = {**_SETTLED, **chosen, "swap_device.stable_writes": stable}
    return Plan(
        query=text,
        kernel=kernel,
        device=device,
        write=chosen["access.write"],
        writeback=chosen["folio.writeback"],
        stable=stable,
        exclusive=chosen["folio.was_exclusive"],
        verdict=_expected(program, kernel, device, known),
        takes=answer.takes,
    )


def _reached(
    catalog: Catalog, text: str, kernel: str, device: Device, stable: bool
) -> tuple[Answer, Mapping[str, bool]] | None:
    """The first choice of what a recipe can do that reaches the state."""
    query = read_query(text, catalog)
    for exclusive in (True, False):
        # A load first: what came of it can be seen before a write changes it.
        for write in (False, True):
            for writeback in (False, True):
                if writeback and not device.slow:
                    # A race is not a recipe: see the takes of `swapin reach`.
                    continue
                chosen = {
                    "access.write": write,
                    "folio.writeback": writeback,
                    "folio.was_exclusive": exclusive,
                }
                known = {**_SETTLED, **chosen, "swap_device.stable_writes": stable}
                known |= _swap_entry(catalog) | _strange(catalog)
                report = reach(catalog, query, [kernel], [device.backend], known)
                if report.reachable:
                    return report.answers[0], chosen
    return None


def _swap_entry(catalog: Catalog) -> dict[str, bool]:
    """The atoms that say that the PTE holds the entry of a slot."""
    entry = catalog.facts["pte.entry"]
    return {atom: atom == "pte.entry.swap" for atom in entry.atoms}


def _strange(catalog: Catalog) -> dict[str, bool]:
    """What other plugins' facts are: no recipe knows how to bring them about, so as usual."""
    return {atom: value for fact in _strangers(catalog) for atom, value in fact.usual_atoms.items()}


def _strangers(catalog: Catalog) -> Iterator[Fact]:
    for offer in catalog.offers:
        if offer.origin.distribution != PROJECT:
            yield from (fact for fact in offer.facts if not fact.capability)


def _why_not(catalog: Catalog, text: str, kernel: str, device: Device) -> str:
    report = reach(catalog, read_query(text, catalog), [kernel], [device.backend])
    (answer,) = report.answers
    if not answer.reachable:
        return f"unreachable on {kernel} with {device.name}: {'; '.join(answer.blocked)}"
    takes = f"; it takes {'; '.join(answer.takes)}" if answer.takes else ""
    return (
        f"no recipe for {device.name} brings it about: a recipe makes one page of one process, "
        f"shared by a child or not, and loads or stores, during writeback on a slow device{takes}"
    )


def _expected(program: Program, kernel: str, device: Device, known: Mapping[str, bool]) -> Verdict:
    found = program.catalog.kernels[kernel]
    description: dict[str, object] = {
        "kernel": {"release": found.release, "variant": found.variant},
        "swap_device": {"stack": device.backend.split("/")},
    }
    description["extension_facts"] = {
        fact.name: fact.usual_value for fact in _strangers(program.catalog)
    }
    for name, value in known.items():
        holder, _, field = name.partition(".")
        part = description.setdefault(holder, {})
        assert isinstance(part, dict)
        part[field] = value
    pte = description["pte"]
    assert isinstance(pte, dict)
    pte["entry"] = "swap"
    description["swap_count"] = 1 if known["folio.was_exclusive"] else 2
    return program.evaluate(description)


def _refused(field: str, message: str) -> FaultError:
    return FaultError([Problem(field, Reason.IMPOSSIBLE_FAULT, message)])
