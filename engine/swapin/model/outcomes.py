"""Outcomes: what a fault comes to, in the order in which the kernel settles it."""

from __future__ import annotations

from enum import Enum, StrEnum

from swapin.model.expressions import Atom


class Answer(StrEnum):
    """The answer for one yes-or-no outcome."""

    YES = "ANSWER_YES"
    NO = "ANSWER_NO"
    UNDETERMINED = "ANSWER_UNDETERMINED"


class Outcome(StrEnum):
    """One yes-or-no result. Rules claim or veto it; later rules may read it."""

    EXCLUSIVE = "exclusive"
    """The local ``exclusive`` of ``do_swap_page()`` when its KSM, freshness and writeback block
    ends (5.19 and later; kernels before have no such block, hence no)."""
    MAPPED_EXCLUSIVE = "mapped_exclusive"
    """The rmap call that maps the page says exclusive (``RMAP_EXCLUSIVE``, or a "new" call)."""
    PTE_WRITABLE = "pte_writable"
    """``do_swap_page()`` installs a writable PTE."""
    WRITE_IN_PLACE = "write.in_place"
    """The write goes to the mapped page without a write-protect fault."""
    WRITE_REUSED = "write.reused"
    """``do_wp_page()`` makes the mapped page writable."""
    WRITE_COPIED = "write.copied"
    """``do_wp_page()`` copies the page."""
    WRITE_NOT_ALLOWED = "write.not_allowed"
    """The write is not made: the VMA forbids it, or a userfaultfd handler is asked first."""

    @property
    def yes(self) -> Atom:
        """The atom by which a later rule reads this outcome."""
        return Atom(f"outcome.{self.value}")


class Group(Enum):
    """An outcome as a verdict reports it: one yes-or-no outcome, or a choice of several.

    Of a choice, exactly one member holds in every admissible state; that is checked when a
    program is compiled.
    """

    EXCLUSIVE = ("exclusive", (Outcome.EXCLUSIVE,))
    MAPPED_EXCLUSIVE = ("mapped_exclusive", (Outcome.MAPPED_EXCLUSIVE,))
    PTE_WRITABLE = ("pte_writable", (Outcome.PTE_WRITABLE,))
    WRITE = (
        "write",
        (
            Outcome.WRITE_IN_PLACE,
            Outcome.WRITE_REUSED,
            Outcome.WRITE_COPIED,
            Outcome.WRITE_NOT_ALLOWED,
        ),
    )

    def __init__(self, field: str, members: tuple[Outcome, ...]) -> None:
        self.field = field
        """Name in a verdict's JSON."""
        self.members = members

    @property
    def is_choice(self) -> bool:
        """Whether the value is one of several rather than yes or no."""
        return len(self.members) > 1

    def value_of(self, held: Outcome) -> str:
        """The JSON value when this member of a choice holds, such as ``WRITE_COPIED``."""
        return held.value.replace(".", "_").upper()

    @property
    def undetermined(self) -> str:
        """The JSON value when the given facts do not settle it."""
        return f"{self.field.upper()}_UNDETERMINED" if self.is_choice else Answer.UNDETERMINED.value
