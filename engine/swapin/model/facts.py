"""Facts: the typed inputs of the decision."""

from __future__ import annotations

from swapin.model.expressions import Atom, Expression, all_of, any_of
from swapin.model.records import dataclass
from swapin.model.rules import Constraint, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One typed input, named as the kernel names it.

    A fact is yes or no. Where the kernel has a number, the model keeps the test that the
    kernel makes of it (``equals``): the description gives the number, the space stays finite.
    Where the kernel tells several cases apart, the description names one of them
    (``values``), and the model keeps one yes or no for each. A description that leaves a fact
    out leaves it *unknown*, never false.
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
    values: tuple[str, ...] = ()
    """The description gives one of these names; exactly one of them is the case."""
    usual: bool | str = False
    """What it is in an ordinary fault: true, false, or one of the values. Analysis shows the
    states that are fewest facts away from an ordinary fault."""
    derived: bool = False
    """It follows from other facts by what the kernel did before: two kernels that make
    different things of it are compared by what comes of the others."""
    hindsight: bool = False
    """It tells of the page's past. A verdict never asks for it: what it left can be seen."""

    takes: str = ""
    """What it takes to have it otherwise than in an ordinary fault, if that is not plain."""

    @property
    def atoms(self) -> tuple[str, ...]:
        """What expressions read of the fact: its name, or ``name.value`` for each value."""
        return tuple(f"{self.name}.{value}" for value in self.values) or (self.name,)

    def one_of(self, *values: str) -> Expression:
        """The expression that the fact has one of these values.

        :raises ValueError: a value that the fact cannot have.
        """
        strange = set(values).difference(self.values)
        if strange:
            raise ValueError(f"{self.name} has no value {', '.join(sorted(strange))}")
        return any_of(Atom(f"{self.name}.{value}") for value in values)

    @property
    def usual_atoms(self) -> dict[str, bool]:
        """What an ordinary fault makes of the fact's atoms."""
        if self.values:
            return {atom: atom == f"{self.name}.{self.usual}" for atom in self.atoms}
        return {self.name: bool(self.usual)}

    @property
    def usual_value(self) -> bool | int | str:
        """The value that a description of an ordinary fault may give."""
        if self.values:
            return str(self.usual)
        if self.equals is None or self.usual:
            return bool(self.usual) if self.equals is None else self.equals
        return self.at_least if self.at_least != self.equals else self.equals + 1

    @property
    def one_value(self) -> Constraint | None:
        """That exactly one value is the case; ``None`` for a fact that is yes or no itself."""
        if not self.values:
            return None
        atoms = [Atom(name) for name in self.atoms]
        pairs = (~(one & two) for i, one in enumerate(atoms) for two in atoms[:i])
        return Constraint(
            id=f"{self.name}.one-value",
            holds=all_of((any_of(atoms), *pairs)),
            because=f"{self.name} has one value",
            source=self.source,
        )

    @property
    def capability(self) -> bool:
        """A property of a kernel: bound by kernel presets, no where a preset is silent."""
        return self.name.startswith("kernel.")

    @property
    def domain(self) -> str:
        """The values that a description may give, in words."""
        if self.values:
            return f"one of {', '.join(self.values)}"
        return "true or false" if self.equals is None else f"a whole number from {self.at_least}"

    def said(self, atom: str, value: bool) -> str:
        """One of the fact's atoms with a value, as a person writes it: ``folio.ksm=true``."""
        if self.values:
            named = atom.removeprefix(f"{self.name}.")
            return f"{self.name}={named}" if value else f"{self.name} other than {named}"
        if self.equals is None:
            return f"{self.name}={'true' if value else 'false'}"
        return f"{self.name}={self.equals}" if value else f"{self.name} other than {self.equals}"
