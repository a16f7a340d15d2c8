"""Ask the model what a scenario expects of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from swapin.catalog import Catalog
from swapin.lab.errors import LabError
from swapin.lab.scenario import Expected, Scenario
from swapin.model import Fault, FaultError, Kernel
from swapin.program import Program
from swapin.program.description import Draft, finish


@dataclass(frozen=True, slots=True)
class Answer:
    """One expectation beside what the model says."""

    expected: Expected
    said: Mapping[str, str]
    """In the words of the expectation."""

    @property
    def agrees(self) -> bool:
        """The model says what is expected."""
        return self.said == self.expected.outcomes

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "facts": dict(self.expected.facts),
            "expected": dict(self.expected.outcomes),
            "said": dict(self.said),
        }

    def __str__(self) -> str:
        known = ", ".join(f"{n}={str(v).lower()}" for n, v in self.expected.facts.items())
        told = ", ".join(f"{name} {value}" for name, value in self.said.items())
        end = "" if self.agrees else f", but expected is {dict(self.expected.outcomes)}"
        return f"{known or 'always'}: {told}{end}"


def kernel_of(catalog: Catalog, name: str) -> Kernel:
    """The kernel of a release or of a variant.

    :raises LabError: there is none of this name.
    """
    for kernel in catalog.kernels.values():
        if name in (kernel.name, kernel.variant or kernel.release):
            return kernel
    raise LabError(f"the model has no kernel `{name}`: see `swapin kernels list`")


def ask(scenario: Scenario, kernel: Kernel, program: Program) -> Iterator[Answer]:
    """Each expectation that concerns the kernel, with the model's answer."""
    for expected in scenario.expected:
        if kernel.at not in expected.releases:
            continue
        fault = _fault(scenario, expected, kernel, program.catalog)
        outcomes = program.evaluate(fault).outcomes
        yield Answer(expected, {name: _word(outcomes[name]) for name in expected.outcomes})


def _fault(scenario: Scenario, expected: Expected, kernel: Kernel, catalog: Catalog) -> Fault:
    draft = Draft(catalog)
    facts = {**scenario.facts, **scenario.asked, **expected.facts}
    for name, value in facts.items():
        draft.fact(name, value)
    presets = {"kernel.release": kernel.release, "kernel.variant": kernel.variant}
    presets |= {"architecture": "", "swap_device.backend": "", "pte.raw": ""}
    try:
        return finish(draft, presets)
    except FaultError as error:
        raise LabError(f"scenario `{scenario.name}`: {error}") from error


def _word(value: str) -> str:
    return value.partition("_")[2].replace("_", " ").lower()
