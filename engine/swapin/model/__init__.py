"""The words of the model: facts, expressions, rules, presets, faults and verdicts.

Plain frozen types, no I/O. A plugin imports this module and
:data:`swapin.hookimpl`, and nothing else of the engine.
"""

from swapin.model.errors import CatalogError, FaultError, LifeError, Problem, Reason
from swapin.model.expressions import (
    FALSE,
    TRUE,
    And,
    Atom,
    Const,
    Expression,
    Namespace,
    Not,
    Or,
    all_of,
    any_of,
    fact,
)
from swapin.model.facts import Fact
from swapin.model.fault import EXTENSION_FACTS, FIELDS, Fault
from swapin.model.outcomes import (
    DECIDED,
    OUTCOMES,
    Answer,
    Group,
    Outcome,
    outcomes_named,
)
from swapin.model.presets import (
    Architecture,
    Backend,
    Binding,
    Change,
    Evidence,
    Kernel,
    Property,
    Setting,
    bind,
    inherit,
)
from swapin.model.pte import PteBits, PteFieldError, PteLayout, Segment
from swapin.model.release import Release, Releases
from swapin.model.rules import (
    Constraint,
    Invariant,
    Kind,
    Rule,
    Source,
    claim,
    limit,
    outcome_order,
    veto,
)
from swapin.model.spelling import Reading, Spelling, follow, ignore, spell
from swapin.model.swap_pte import SwapPte
from swapin.model.transitions import EFFECTS, PAGE_ATOMS, Effect, Event, Transition
from swapin.model.verdict import (
    Condition,
    Depth,
    Explanation,
    OutcomeExplanation,
    Override,
    Provenance,
    RuleTrace,
    Verdict,
)

# The objects that a fault description keeps its facts in. ``folio.ksm`` is an
# expression; whether a loaded plugin declares that fact is checked when the
# catalog is built.
kernel = Namespace("kernel")
swap_device = Namespace("swap_device")
swap_slot = Namespace("swap_slot")
pte = Namespace("pte")
access = Namespace("access")
folio = Namespace("folio")
vma = Namespace("vma")

__all__ = [
    "DECIDED",
    "EFFECTS",
    "EXTENSION_FACTS",
    "FALSE",
    "FIELDS",
    "OUTCOMES",
    "PAGE_ATOMS",
    "TRUE",
    "And",
    "Answer",
    "Architecture",
    "Atom",
    "Backend",
    "Binding",
    "CatalogError",
    "Change",
    "Condition",
    "Const",
    "Constraint",
    "Depth",
    "Effect",
    "Event",
    "Evidence",
    "Explanation",
    "Expression",
    "Fact",
    "Fault",
    "FaultError",
    "Group",
    "Invariant",
    "Kernel",
    "Kind",
    "LifeError",
    "Namespace",
    "Not",
    "Or",
    "Outcome",
    "OutcomeExplanation",
    "Override",
    "Problem",
    "Property",
    "Provenance",
    "PteBits",
    "PteFieldError",
    "PteLayout",
    "Reading",
    "Reason",
    "Release",
    "Releases",
    "Rule",
    "RuleTrace",
    "Segment",
    "Setting",
    "Source",
    "Spelling",
    "SwapPte",
    "Transition",
    "Verdict",
    "access",
    "all_of",
    "any_of",
    "bind",
    "claim",
    "fact",
    "folio",
    "follow",
    "ignore",
    "inherit",
    "kernel",
    "limit",
    "outcome_order",
    "outcomes_named",
    "pte",
    "spell",
    "swap_device",
    "swap_slot",
    "veto",
    "vma",
]
