"""Whether layouts round-trip, and whether architectures and backends leave faults possible."""

from __future__ import annotations

from collections.abc import Iterator

from swapin.analysis.query import Query
from swapin.analysis.reach import reach
from swapin.analysis.side import Side, meanings, side_of
from swapin.catalog import Catalog, Offer, layers_of
from swapin.model import Architecture, Backend, FaultError, Outcome, PteLayout
from swapin.model.pte import PteBits, PteFieldError

_MARKER = "swp_exclusive"
_HAS_MARKER = "pte.have_arch_swp_exclusive"


def layout_faults(layout: PteLayout) -> str:
    """What does not come back from an encoded or a decoded PTE; empty: all of it does."""
    offsets = {0, 1, layout.largest_offset, layout.largest_offset >> 1}
    offsets |= {1 << bit for bit in range(layout.largest_offset.bit_length())}
    flags = {(), *((name,) for name in layout.flags), tuple(layout.flags)}
    empty = False
    for kind in range(layout.largest_type + 1):
        for offset in offsets:
            for held in flags:
                bits = PteBits(kind, offset, {name: name in held for name in layout.flags})
                told = f"type {kind}, offset {offset:#x}" + "".join(f", {name}" for name in held)
                try:
                    word = layout.encode(bits)
                except PteFieldError:
                    # One value may be the empty PTE, which is no swap PTE.
                    if empty:
                        return f"{told} cannot be encoded"
                    empty = True
                    continue
                try:
                    back = layout.decode(word)
                except ValueError as error:
                    return f"{told} is encoded as {word:#x}, which is not decoded: {error}"
                if back != bits:
                    return f"{told} comes back from {word:#x} as {back}"
    return ""


def architecture_faults(catalog: Catalog, offer: Offer) -> Iterator[tuple[str, str]]:
    """Each architecture of a plugin, and what is wrong with it, if anything."""
    kept: dict[object, bool] = {}
    for architecture in offer.architectures:
        wrong = [*_marker_faults(architecture)]
        for kernel in catalog.kernels.values():
            if kernel.at in architecture.releases:
                side = side_of(catalog, kernel.name, architecture=architecture.name)
                if not _maps(side, kept):
                    wrong.append(f"no fault maps a page on kernel {kernel.name}")
        yield architecture.name, "; ".join(wrong)


def _marker_faults(architecture: Architecture) -> Iterator[str]:
    for layout in architecture.layouts:
        for binding in architecture.bindings:
            since = layout.releases.since
            if binding.fact != _HAS_MARKER or (since is not None and since not in binding.releases):
                continue
            if since is None and binding.releases.since is not None:
                continue
            if binding.value != (_MARKER in layout.flags):
                yield (
                    f"{_HAS_MARKER} is {str(binding.value).lower()}, and the layout of "
                    f"{layout.releases} has {'a' if _MARKER in layout.flags else 'no'} {_MARKER}"
                )


def _maps(side: Side, kept: dict[object, bool]) -> bool:
    key = (side.rules, tuple(sorted(side.known.items())))
    if key not in kept:
        (meaning,) = meanings([side])
        kept[key] = meaning.mapped != meaning.diagrams.false
    return kept[key]


def backend_faults(catalog: Catalog, offer: Offer) -> Iterator[tuple[str, str]]:
    """Each backend of a plugin, and what is wrong with it on some kernel, if anything."""
    wrong: dict[str, str] = {}
    devices: dict[str, str] = {}
    for backend in offer.backends:
        wrong[backend.name] = ""
        try:
            device = _device(catalog, backend)
            layers_of(catalog, device.split("/"), "backend")
        except (FaultError, LookupError) as error:
            wrong[backend.name] = str(error)
        else:
            devices[device] = backend.name
    if devices:
        for answer in reach(catalog, _MAPPED, devices=[*devices]).answers:
            if not answer.reachable:
                why = ", ".join(answer.blocked)
                for device in answer.devices:
                    told = f"no fault maps a page on kernel {answer.kernels[0]}: {why}"
                    wrong[devices[device]] = told
    yield from wrong.items()


def _device(catalog: Catalog, backend: Backend) -> str:
    """The backend, a layer over some leaf."""
    if not backend.over:
        return backend.name
    leaves = (known for known in catalog.backends.values() if not known.over)
    fitting = next((known.name for known in leaves if known.role in backend.over), None)
    if fitting is None:
        raise LookupError(f"lies over {' or '.join(backend.over)}, and no leaf is one")
    return f"{backend.name}/{fitting}"


_MAPPED = Query("path=mapped", Outcome.PATH_MAPPED.yes)
