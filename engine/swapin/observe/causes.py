"""Why a page was copied, in a few words that an operator can count."""

from __future__ import annotations

from swapin.model import Fault, FaultError, Verdict

_DECISIONS = ("exclusive", "mapped_exclusive")
"""The outcomes whose no makes a write copy, in the kernel's order."""


def cause_of_copy(fault: Fault, verdict: Verdict | FaultError) -> str:
    """Why a fault's page was copied: a veto's reason if there is one, else what was not there.

    :param verdict: explained by its deciding rules at least.
    """
    if isinstance(verdict, FaultError):
        return "not explained: the model holds that such a fault cannot be"
    told = {entry.outcome: entry for entry in verdict.explanation.outcomes}
    for outcome in _DECISIONS:
        if told[outcome].answer == "ANSWER_NO" and told[outcome].because:
            return "; ".join(told[outcome].because)
    if told["mapped_exclusive"].answer == "ANSWER_YES":
        return "mapped exclusive, and found in use by others all the same"
    marked, only = (fault.facts.get(name) for name in ("pte.swp_exclusive", "swap_count"))
    if marked is not False:
        return "not known: whether the swap PTE was marked exclusive was not seen"
    others = {None: "", False: ", and other swap PTEs share the slot"}
    return "the swap PTE was not marked exclusive" + others.get(
        only, ", though no other swap PTE is left"
    )
