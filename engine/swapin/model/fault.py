"""A fault description after its names were checked, before its presets are applied."""

from __future__ import annotations

from collections.abc import Mapping

from swapin.model.errors import FaultError, Problem, Reason, clipped
from swapin.model.records import dataclass, field

EXTENSION_FACTS = "extension_facts"
"""Field of a description for facts that the API does not name."""

FIELDS = (
    "kernel.release",
    "kernel.variant",
    "architecture",
    "swap_device.backend",
    "swap_device.stack",
    "pte.raw",
    EXTENSION_FACTS,
)
"""Fields of a description that are no facts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One swap-in fault as described. What is left out is unknown.

    Facts are given by full name. :func:`swapin.evaluate` also takes the JSON form of a
    description as a mapping and makes one of these.
    """

    release: str
    variant: str = ""
    architecture: str = ""
    backend: str = ""
    stack: tuple[str, ...] = ()
    """The layers of the swap device, top first; in place of a single backend."""
    raw_pte: int | None = None
    """``vmf->orig_pte``; stands for the decoded bits."""
    facts: Mapping[str, bool] = field(default_factory=dict)
    """Facts by full name. A number's fact is the test that the kernel makes of it."""


def check_types(fault: Fault) -> None:
    """Look at all but the facts of a fault that no description was read for.

    :raises FaultError: a value that is not of its field's type.
    """
    names = {
        "kernel.release": fault.release,
        "kernel.variant": fault.variant,
        "architecture": fault.architecture,
        "swap_device.backend": fault.backend,
    }
    problems = [
        wrong_type(name, value, "a text")
        for name, value in names.items()
        if not isinstance(value, str)
    ]
    layers: object = fault.stack
    if not (isinstance(layers, tuple) and all(isinstance(layer, str) for layer in layers)):
        problems.append(wrong_type("swap_device.stack", layers, "a tuple of texts"))
    if fault.raw_pte is not None and not hasattr(fault.raw_pte, "__index__"):
        problems.append(wrong_type("pte.raw", fault.raw_pte, "a whole number, or None"))
    if problems:
        raise FaultError(problems)


def wrong_type(name: str, value: object, wanted: str) -> Problem:
    """A field of a fault that has a Python value which it cannot have."""
    return Problem(name, Reason.WRONG_TYPE, f"`{clipped(repr(value))}` is not {wanted}")
