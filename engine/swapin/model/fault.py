"""A fault description after its names were checked, before its presets are applied."""

from __future__ import annotations

from collections.abc import Mapping

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
