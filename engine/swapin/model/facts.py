"""Facts: the typed inputs of the decision."""

from __future__ import annotations

from dataclasses import dataclass

from swapin.model.rules import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One typed input, named as the kernel names it.

    A fact is yes or no. Where the kernel has a number, the model keeps the test that the
    kernel makes of it (``equals``): the description gives the number, the space stays finite.
    A description that leaves a fact out leaves it *unknown*, never false.
    """

    name: str
    """``object.field`` as in the JSON form, or a bare name for a top-level field."""
    meaning: str
    """One sentence that is true when the fact is yes, with the kernel's expression."""
    source: Source
    equals: int | None = None
    """The description gives a non-negative number, and the fact is that it equals this one."""
    at_least: int = 0
    """The smallest number that the description may give (with ``equals``)."""

    @property
    def capability(self) -> bool:
        """A property of a kernel: bound by kernel presets, no where a preset is silent."""
        return self.name.startswith("kernel.")

    @property
    def domain(self) -> str:
        """The values that a description may give, in words."""
        return "true or false" if self.equals is None else f"a whole number from {self.at_least}"

    def said(self, value: bool) -> str:
        """The fact with a value, as a person writes it: ``folio.ksm=true``."""
        if self.equals is None:
            return f"{self.name}={'true' if value else 'false'}"
        return f"{self.name}={self.equals}" if value else f"{self.name} other than {self.equals}"
