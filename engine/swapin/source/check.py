"""Everything that a source tree can bear witness to, in one report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from swapin.catalog import Catalog
from swapin.model import Kernel
from swapin.model.errors import near_match
from swapin.source.citations import Citations, check_citations
from swapin.source.decision import Comparison, Lifted
from swapin.source.layouts import Agreement, LayoutCheck, NotDerived, check_layouts
from swapin.source.tree import Tree


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What a tree says of the model."""

    version: str
    remark: str
    """Why the text was compared with a kernel of another release; empty if it was not."""
    overrides: Mapping[str, bool]
    decision: Lifted
    citations: Citations
    layouts: tuple[LayoutCheck, ...]
    no_layouts: str = ""
    """Why layouts could not be derived at all."""

    @property
    def findings(self) -> bool:
        """Whether text and model disagree anywhere, or something could not be matched."""
        return bool(
            self.decision.differences
            or self.decision.unmatched
            or self.citations.unresolved
            or any(check.agreement is Agreement.DIFFERS for check in self.layouts)
        )

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        decision, citations = self.decision, self.citations
        return {
            "tree": self.version,
            "kernel": decision.kernel,
            "remark": self.remark,
            "overrides": dict(self.overrides),
            "decision": {
                "states": decision.states,
                "outcomes": list(decision.outcomes),
                "functions": list(decision.functions),
                "ordinary": list(decision.ordinary),
                "differences": [difference.to_dict() for difference in decision.differences],
                "unmatched": [unmatched.to_dict() for unmatched in decision.unmatched],
            },
            "citations": {
                "resolved": citations.resolved,
                "mails": citations.mails,
                "of_other_releases": citations.elsewhere,
                "unresolved": [
                    {"declaration": u.declaration, "cites": u.cites, "why": u.why}
                    for u in citations.unresolved
                ],
            },
            "layouts": [
                {
                    "architecture": check.architecture,
                    "agreement": str(check.agreement),
                    "differences": [str(difference) for difference in check.differences],
                    "remark": check.remark,
                }
                for check in self.layouts
            ],
            "no_layouts": self.no_layouts,
        }


def check_source(
    tree: Tree, catalog: Catalog, kernel: str = "", overrides: Mapping[str, bool] | None = None
) -> SourceReport:
    """Compare a tree with the model.

    :param kernel: the preset to compare with; by default that of the tree's release, or the
        newest before it.
    :param overrides: capabilities that the tree has unlike the preset, such as a backport.
    :raises LookupError: an unknown kernel or capability, or text that cannot be read.
    """
    given = dict(overrides or {})
    for name in given:
        fact = catalog.facts.get(name)
        if fact is None or not fact.capability:
            near = near_match(name, [n for n, f in catalog.facts.items() if f.capability])
            raise LookupError(f"`{name}` is no capability of a kernel{near}")
    preset, remark = _kernel(tree, catalog, kernel)
    layouts: tuple[LayoutCheck, ...] = ()
    no_layouts = ""
    try:
        layouts = check_layouts(tree.root, catalog, tree.release)
    except NotDerived as error:
        no_layouts = str(error)
    return SourceReport(
        version=tree.version,
        remark=remark,
        overrides=given,
        decision=Comparison(catalog, tree, preset, given).lifted(),
        citations=check_citations(tree, catalog),
        layouts=layouts,
        no_layouts=no_layouts,
    )


def _kernel(tree: Tree, catalog: Catalog, named: str) -> tuple[Kernel, str]:
    if named:
        found = catalog.kernels.get(named)
        if found is None:
            raise LookupError(f"no kernel `{named}`{near_match(named, catalog.kernels)}")
    else:
        found = catalog.kernels.get(str(tree.release))
        if found is None:
            plain = [k for k in catalog.kernels.values() if not k.variant and k.at <= tree.release]
            if not plain:
                raise LookupError(f"Linux {tree.version} is older than every kernel of the model")
            found = plain[-1]
    if found.at == tree.release:
        return found, ""
    return found, f"the model has no kernel {tree.release}" if not named else "as asked for"
