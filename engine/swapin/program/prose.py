"""A verdict as a paragraph in the words of a mailing-list reply."""

from __future__ import annotations

from swapin.model import (
    Answer,
    Evidence,
    Group,
    Kernel,
    Outcome,
    OutcomeExplanation,
    Rule,
)
from swapin.program.compiled import Compiled, Finding
from swapin.program.resolve import Resolved

_WRITES = {
    "WRITE_IN_PLACE": "A write goes to the page in place",
    "WRITE_REUSED": "A write takes a write-protect fault, which reuses the page",
    "WRITE_COPIED": "A write takes a write-protect fault, which copies the page",
    "WRITE_NOT_ALLOWED": "A write is not made",
}

_MAPPED = Group.PATH.value_of(Outcome.PATH_MAPPED)

_ENDS = {
    "PATH_MIGRATION": "the fault waits for a migration to end and is taken again",
    "PATH_DEVICE_PRIVATE": "the driver of the device brings the page back",
    "PATH_DEVICE_EXCLUSIVE": "the device gives the page back",
    "PATH_MISSING": "the fault is handled as one on a missing page",
    "PATH_POISONED": "the fault ends in VM_FAULT_HWPOISON",
    "PATH_GUARD": "the fault ends in VM_FAULT_SIGSEGV",
    "PATH_BUS_ERROR": "the fault ends in VM_FAULT_SIGBUS",
    "PATH_OUT_OF_MEMORY": "the fault ends in VM_FAULT_OOM",
    "PATH_RETRIED": "the fault is retried",
    "PATH_RACED": "the fault backs out and changes nothing",
}

_EVIDENCE = {
    Evidence.OBSERVED: "checked against faults that real kernels of this release took",
    Evidence.SOURCE_CHECKED: "read from a source tree of this release",
    Evidence.CHANGELOG: "concluded from changelogs and from neighbouring releases",
}


def paragraph(
    compiled: Compiled,
    resolved: Resolved,
    finding: Finding,
    outcomes: tuple[OutcomeExplanation, ...],
) -> str:
    """The whole verdict, in sentences."""
    by_name = {entry.outcome: entry for entry in outcomes}
    kernel = resolved.kernel
    path = by_name[Group.PATH.field]
    if path.answer not in (Group.PATH.undetermined, _MAPPED):
        why = " and ".join(path.because)
        sentences = [f"On {_where(compiled, resolved)}, {_ENDS[path.answer]}, because {why}."]
        return " ".join([*sentences, *_sources(finding), _known(kernel)])
    sentences = [
        _sentence(
            "the marker decision ends with the page exclusive",
            "the marker decision ends with the page not exclusive",
            "whether the marker decision ends with the page exclusive",
            by_name[Group.EXCLUSIVE.field],
            f"On {_where(compiled, resolved)}, ",
        ),
        _sentence(
            "it is mapped exclusive",
            "it is mapped without the exclusive flag",
            "whether it is mapped exclusive",
            by_name[Group.MAPPED_EXCLUSIVE.field],
        ),
        _sentence(
            "the PTE is installed writable",
            "the PTE is installed read-only",
            "whether the PTE is writable",
            by_name[Group.PTE_WRITABLE.field],
        ),
        _write(by_name[Group.WRITE.field]),
    ]
    exclusive = by_name[Group.EXCLUSIVE.field]
    if exclusive.flips:
        ways = "; or ".join(" and ".join(flip) for flip in exclusive.flips)
        wanted = "not be exclusive" if exclusive.answer == Answer.YES.value else "be exclusive"
        sentences.append(f"It would {wanted} with {ways}.")
    if path.answer != _MAPPED:
        sentences.append(f"Whether the fault gets that far is {_open(path)}.")
    return " ".join([*sentences, *_sources(finding), _known(kernel)])


def _sources(finding: Finding) -> list[str]:
    rules: dict[str, Rule] = {}
    for group in Group:
        rules.update((rule.id, rule) for rule in finding.deciding[group.field])
    if not rules:
        return []
    cited = "; ".join(f"{rule.id}: {rule.source}" for rule in rules.values())
    return [f"See {cited}."]


def _known(kernel: Kernel) -> str:
    return f"What swapin knows of {kernel.name} was {_EVIDENCE[kernel.evidence]}."


def _where(compiled: Compiled, resolved: Resolved) -> str:
    kernel = resolved.kernel
    told = f"v{kernel.release}" + (f" with {kernel.variant}" if kernel.variant else "")
    if resolved.overrides:
        changed = ", ".join(
            compiled.catalog.atoms[override.fact].said(override.fact, override.given)
            for override in resolved.overrides
        )
        told += f" ({changed} instead of what the presets say)"
    return told


def _sentence(yes: str, no: str, whether: str, entry: OutcomeExplanation, before: str = "") -> str:
    if entry.answer == Answer.UNDETERMINED.value:
        text = f"{before}{whether} is {_open(entry)}."
    else:
        said = yes if entry.answer == Answer.YES.value else no
        why = " and ".join(entry.because)
        if not why:
            why = "no rule claims it"
        text = f"{before}{said}, because {why}." if why else f"{before}{said}."
    return text[0].upper() + text[1:]


def _write(entry: OutcomeExplanation) -> str:
    if entry.answer == Group.WRITE.undetermined:
        return f"What a write does is {_open(entry)}."
    why = " and ".join(entry.because)
    return f"{_WRITES[entry.answer]}, because {why}."


def _open(entry: OutcomeExplanation) -> str:
    if entry.because:
        return f"not modelled: {' and '.join(entry.because)}"
    return f"undetermined without {_list(entry.settled_by)}"


def _list(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
