"""Spellings: how the kernel's text says what the model has facts and outcomes for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from swapin.model.expressions import Expression
from swapin.model.records import dataclass, field
from swapin.model.release import EVERY_RELEASE, Releases
from swapin.model.rules import Source


class Reading(StrEnum):
    """What is done with a piece of text."""

    MEANS = "MEANS"
    """It is a condition over facts."""
    GIVES = "GIVES"
    """It is one of several values, chosen by facts."""
    READS = "READS"
    """It is read as other text."""
    FOLLOWED = "FOLLOWED"
    """The function's definition is read, in the tree or as the spelling has it."""
    IGNORED = "IGNORED"
    """A call without influence on the decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """One expression or call of the kernel, and how it is to be read.

    Names that begin with ``$`` stand for any expression. White space, casts and the wrappers
    ``likely()``, ``unlikely()``, ``data_race()`` and ``READ_ONCE()`` do not count. Build one
    with :func:`spell`, :func:`follow` or :func:`ignore`.
    """

    text: str
    reading: Reading
    source: Source
    """Where the tree defines or uses it. The releases of which it is true are those in which
    the spelling holds."""
    means: Expression | None = None
    """The condition; of the function with which a fault begins, what an ordinary fault is."""
    gives: Mapping[str, Expression] = field(default_factory=dict)
    """Values by name, the first whose condition holds. ``NULL`` is zero. None holds: zero."""
    reads: str = ""
    records: Mapping[str, str] = field(default_factory=dict)
    """What the call settles: text for the value, by name of an atom (``outcome.exclusive``, or a
    fact whose constraint the text is then a witness of)."""
    within: str = ""
    """The function in which it holds; empty: any."""
    body: str = ""
    """A definition to be read in place of the tree's: our own account of what the hardware or a
    function that is not read does."""

    @property
    def releases(self) -> Releases:
        """The releases in which the spelling holds."""
        return Releases.of(self.source.since or None, self.source.until or None)

    @property
    def name(self) -> str:
        """Unique in a catalog."""
        where = f" in {self.within}()" if self.within else ""
        when = f" ({self.releases})" if self.releases != EVERY_RELEASE else ""
        return f"{self.text}{where}{when}"


def spell(
    text: str,
    *,
    source: Source,
    means: Expression | None = None,
    gives: Mapping[str, Expression] | None = None,
    reads: str = "",
    records: Mapping[str, str] | None = None,
    within: str = "",
) -> Spelling:
    """Text that means a condition, gives a value, is read as other text, or settles an atom.

    :raises ValueError: more than one of *means*, *gives* and *reads*.
    """
    if (means is not None) + (gives is not None) + bool(reads) > 1:
        raise ValueError(f"`{text}` is given more than one reading")
    reading = (
        Reading.MEANS
        if means is not None
        else Reading.GIVES
        if gives is not None
        else Reading.READS
        if reads
        else Reading.IGNORED
    )
    return Spelling(
        text=text,
        reading=reading,
        source=source,
        means=means,
        gives=gives or {},
        reads=reads,
        records=records or {},
        within=within,
    )


def follow(
    name: str, *, source: Source, body: str = "", ordinarily: Expression | None = None
) -> Spelling:
    """A function that is read where it is called, from the tree or as *body* has it.

    :param ordinarily: of the function with which a fault begins, what an ordinary fault is;
        differences are told as steps away from one.
    """
    return Spelling(text=name, reading=Reading.FOLLOWED, source=source, body=body, means=ordinarily)


def ignore(name: str, *, source: Source) -> Spelling:
    """A function whose calls have no influence on the decision, whatever their arguments."""
    return Spelling(text=name, reading=Reading.IGNORED, source=source)
