"""Outcomes: what a fault comes to, in the order in which the kernel settles it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum, StrEnum

from swapin.model.errors import FaultError, unknown_name
from swapin.model.expressions import Atom


class Answer(StrEnum):
    """The answer for one yes-or-no outcome."""

    YES = "ANSWER_YES"
    NO = "ANSWER_NO"
    UNDETERMINED = "ANSWER_UNDETERMINED"


class Outcome(StrEnum):
    """One yes-or-no result. Rules claim or veto it; later rules may read it."""

    PATH_MAPPED = "path.mapped"
    """The fault maps a page."""
    PATH_MIGRATION = "path.migration"
    """A migration entry: the fault waits for the migration to end, and is taken again."""
    PATH_DEVICE_PRIVATE = "path.device_private"
    """A device private entry: the driver's ``migrate_to_ram()`` brings the page back."""
    PATH_DEVICE_EXCLUSIVE = "path.device_exclusive"
    """A device exclusive entry: it is restored to a present PTE, and the access is repeated."""
    PATH_MISSING = "path.missing"
    """A marker that stands for no page: handled as a fault on a missing page."""
    PATH_POISONED = "path.poisoned"
    """``VM_FAULT_HWPOISON``."""
    PATH_GUARD = "path.guard"
    """A guard marker: ``VM_FAULT_SIGSEGV``."""
    PATH_BUS_ERROR = "path.bus_error"
    """``VM_FAULT_SIGBUS``: the page is not up to date, a swap-in error, a bad entry."""
    PATH_OUT_OF_MEMORY = "path.out_of_memory"
    """``VM_FAULT_OOM``."""
    PATH_RETRIED = "path.retried"
    """``VM_FAULT_RETRY``, or a wait for a page lock: the fault is taken again."""
    PATH_RACED = "path.raced"
    """The fault backs out without changing the PTE, since something else changed meanwhile."""
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
    """The write is not made: the VMA forbids it, a userfaultfd handler is asked first, or the
    fault maps nothing."""

    @property
    def yes(self) -> Atom:
        """The atom by which a later rule reads this outcome."""
        return Atom(f"outcome.{self.value}")


class Group(Enum):
    """An outcome as a verdict reports it: one yes-or-no outcome, or a choice of several.

    Of a choice, exactly one member holds in every admissible state; that is checked when a
    program is compiled.

    ``path`` says whether the fault maps a page. The others speak of the fault as far as it
    does: completions of a description in which it ends elsewhere are set aside. If it ends
    elsewhere in all of them, they have the value :attr:`unreached`.
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
    PATH = (
        "path",
        (
            Outcome.PATH_MAPPED,
            Outcome.PATH_MIGRATION,
            Outcome.PATH_DEVICE_PRIVATE,
            Outcome.PATH_DEVICE_EXCLUSIVE,
            Outcome.PATH_MISSING,
            Outcome.PATH_POISONED,
            Outcome.PATH_GUARD,
            Outcome.PATH_BUS_ERROR,
            Outcome.PATH_OUT_OF_MEMORY,
            Outcome.PATH_RETRIED,
            Outcome.PATH_RACED,
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
    def values(self) -> tuple[str, ...]:
        """Every JSON value that it can have."""
        if self.is_choice:
            return (*map(self.value_of, self.members), self.undetermined)
        return tuple(answer.value for answer in Answer)

    @property
    def undetermined(self) -> str:
        """The JSON value when the given facts do not settle it."""
        return f"{self.field.upper()}_UNDETERMINED" if self.is_choice else Answer.UNDETERMINED.value

    @property
    def unreached(self) -> str:
        """The JSON value for a fault that maps nothing."""
        return self.value_of(Outcome.WRITE_NOT_ALLOWED) if self.is_choice else Answer.NO.value


OUTCOMES: Mapping[str, Group] = {group.field: group for group in Group}
"""Outcomes by the name that verdicts, commands and requests use."""


def outcomes_named(names: Iterable[str], where: str) -> list[Group]:
    """The outcomes of some names; all of them, if there are none.

    :param where: the field or option that has the names.
    :raises FaultError: an unknown name.
    """
    names = list(names)
    for name in names:
        if name not in OUTCOMES:
            raise FaultError([unknown_name(where, "outcome", name, OUTCOMES)])
    return [OUTCOMES[name] for name in names or OUTCOMES]


DECIDED = tuple(group for group in Group if group is not Group.PATH)
"""The outcomes of a fault that maps a page."""
