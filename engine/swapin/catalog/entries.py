"""Catalog entries: what the ``list`` and ``show`` commands and the catalog service tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from swapin.catalog.backend_entries import backend_details, binding_details
from swapin.catalog.loading import Offer, Origin
from swapin.catalog.stacks import layers_of
from swapin.model import Architecture, Fact, FaultError, Kernel, Rule, Source
from swapin.model.records import dataclass

if TYPE_CHECKING:
    from swapin.catalog.build import Catalog


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that a plugin declared, as JSON data."""

    name: str
    summary: str
    plugin: str
    distribution: str
    details: dict[str, Any]


_Described = Iterator[tuple[str, str, dict[str, Any]]]


def entries_of(catalog: Catalog, kind: str) -> tuple[Entry, ...]:
    """The entries of one kind; see :meth:`swapin.catalog.Catalog.entries`."""
    if kind == "plugins":
        return tuple(_plugins(catalog))
    describe = _DESCRIBERS.get(kind)
    if describe is None:
        raise LookupError(f"no kind of entry `{kind}`; there are {', '.join(KINDS)}")
    found = [
        Entry(name, summary, offer.origin.plugin, str(offer.origin), details)
        for offer in catalog.offers
        for name, summary, details in describe(catalog, offer)
    ]
    order = {name: index for index, name in enumerate(getattr(catalog, kind))}
    return tuple(sorted(found, key=lambda entry: order[entry.name]))


def _plugins(catalog: Catalog) -> Iterator[Entry]:
    for offer in catalog.offers:
        counts = {kind: len(getattr(offer, kind)) for kind in KINDS if kind != "plugins"}
        told = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
        yield _plugin(
            offer.origin,
            told or "declares nothing",
            {
                "state": "loaded",
                "edition": offer.edition,
                "contract": offer.contract,
                "hooks": offer.hooks,
                "counts": counts,
                "load_milliseconds": round(offer.seconds * 1000, 1),
            },
        )
    for failure in catalog.failed:
        error = failure.error
        yield _plugin(
            failure.origin,
            f"failed: {error.declaration}: {error.message}",
            {"state": "failed", "declaration": error.declaration, "error": error.message},
        )


def _plugin(origin: Origin, summary: str, details: dict[str, Any]) -> Entry:
    return Entry(origin.plugin, summary, origin.plugin, str(origin), details)


def _kernels(catalog: Catalog, offer: Offer) -> _Described:
    for kernel in offer.kernels:
        yield kernel.name, kernel.summary, _kernel(catalog, kernel)


def _kernel(catalog: Catalog, kernel: Kernel) -> dict[str, Any]:
    return {
        "release": kernel.release,
        "variant": kernel.variant,
        "era": kernel.era,
        "evidence": kernel.evidence.value,
        "trees": kernel.trees,
        "after": kernel.after,
        "capabilities": catalog.capabilities(kernel),
        "history": list(_history(catalog, kernel)),
        "max_swapfiles": catalog.max_swapfiles(kernel),
        "entry_kinds": list(catalog.entry_kinds(kernel)),
        "marker_bits": {name: hex(mask) for name, mask in catalog.marker_bits(kernel).items()},
        "changes": [
            {"what": change.what, "commit": change.commit, "title": change.title}
            for change in kernel.changes
        ],
        "replaces": [_rule(rule) for rule in kernel.replaces],
        "source": _source(kernel.source),
    }


def _history(catalog: Catalog, kernel: Kernel) -> Iterator[dict[str, Any]]:
    """What changed since the oldest kernel that this one goes back to, newest first."""
    for ancestor in reversed(catalog.lineage(kernel)):
        gained = dict(ancestor.capabilities)
        if gained or ancestor.changes:
            yield {
                "since": ancestor.name,
                "evidence": ancestor.evidence.value,
                "changes": [
                    " ".join(
                        filter(
                            None,
                            (
                                change.what,
                                change.commit and f"[commit {change.commit}]",
                                change.title and f'("{change.title}")',
                            ),
                        )
                    )
                    for change in ancestor.changes
                ],
                "capabilities": gained,
            }


def _architectures(catalog: Catalog, offer: Offer) -> _Described:
    for architecture in offer.architectures:
        yield architecture.name, architecture.summary, _architecture(architecture)


def _architecture(architecture: Architecture) -> dict[str, Any]:
    return {
        "releases": str(architecture.releases),
        "bindings": [binding_details(binding) for binding in architecture.bindings],
        "layouts": [
            {
                "releases": str(layout.releases),
                "bits": layout.bits,
                "entry_bits": layout.entry_bits or layout.bits,
                "words": layout.words,
                "base": hex(layout.base),
                "type": [[part.field, part.pte, part.width] for part in layout.type],
                "offset": [[part.field, part.pte, part.width] for part in layout.offset],
                "flags": {name: hex(mask) for name, mask in layout.flags.items()},
                "present": hex(layout.present),
                "absent": hex(layout.absent),
                "none": hex(layout.none),
                "remark": layout.remark,
                "source": _source(layout.source),
            }
            for layout in architecture.layouts
        ],
        "source": _source(architecture.source),
    }


def _backends(catalog: Catalog, offer: Offer) -> _Described:
    for backend in offer.backends:
        yield backend.name, backend.summary, backend_details(catalog, [backend])


def stack_entry(catalog: Catalog, name: str) -> Entry:
    """The entry of a stack of backends, such as ``dm-crypt/nvme-pi``.

    :raises LookupError: an unknown layer, or one that cannot lie where it does.
    """
    try:
        layers = layers_of(catalog, name.split("/"))
    except FaultError as error:
        raise LookupError(str(error)) from None
    top = next(offer for offer in catalog.offers if layers[0] in offer.backends)
    summary = "; over ".join(layer.summary for layer in layers)
    details = backend_details(catalog, layers)
    return Entry(name, summary, top.origin.plugin, str(top.origin), details)


def _rules(catalog: Catalog, offer: Offer) -> _Described:
    for rule in offer.rules:
        yield rule.id, rule.because, _rule(rule)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "kind": rule.kind.value.lower(),
        "outcome": rule.outcome.value,
        "when": str(rule.when),
        "because": rule.because,
        "source": _source(rule.source),
    }


def _facts(catalog: Catalog, offer: Offer) -> _Described:
    for fact in offer.facts:
        yield fact.name, fact.meaning, _fact(fact)


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "meaning": fact.meaning,
        "domain": fact.domain,
        "test": "" if fact.equals is None else f"equals {fact.equals}",
        "values": list(fact.values),
        "source": _source(fact.source),
    }


def _constraints(catalog: Catalog, offer: Offer) -> _Described:
    for constraint in offer.constraints:
        yield (
            constraint.id,
            constraint.because,
            {
                "holds": str(constraint.holds),
                "because": constraint.because,
                "source": _source(constraint.source),
            },
        )


def _invariants(catalog: Catalog, offer: Offer) -> _Described:
    for invariant in offer.invariants:
        yield (
            invariant.id,
            invariant.meaning,
            {
                "holds": str(invariant.holds),
                "meaning": invariant.meaning,
                "source": _source(invariant.source),
            },
        )


def _transitions(catalog: Catalog, offer: Offer) -> _Described:
    for transition in offer.transitions:
        yield (
            transition.id,
            f"{transition.event}, {transition.effect}: {transition.because}",
            {
                "event": transition.event.value,
                "effect": transition.effect.value,
                "when": str(transition.when),
                "because": transition.because,
                "source": _source(transition.source),
            },
        )


def _source(source: Source) -> str:
    return str(source)


_DESCRIBERS: dict[str, Callable[[Catalog, Offer], _Described]] = {
    "kernels": _kernels,
    "architectures": _architectures,
    "backends": _backends,
    "rules": _rules,
    "facts": _facts,
    "constraints": _constraints,
    "invariants": _invariants,
    "transitions": _transitions,
}

KINDS = (*_DESCRIBERS, "plugins")
"""The kinds of entry, as commands and the catalog service name them."""
