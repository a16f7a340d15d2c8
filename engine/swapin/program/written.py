"""What was compiled for a kernel, as plain data, and back."""

from __future__ import annotations

from collections.abc import Mapping

from swapin.model import DECIDED, Group, Rule
from swapin.program.compiled import Compiled, Table
from swapin.program.diagram import Diagrams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from swapin.catalog import Catalog

_OUTCOME = "outcome "
_RULE = "rule "


def written(compiled: Compiled) -> tuple[Any, ...]:
    """All that was compiled; nodes of which no result is made are left out."""
    from array import array

    d = compiled.diagrams
    roots = {
        "admissible": compiled.condition_of_admissible,
        "mapped": compiled.condition_of_mapped,
        **{_OUTCOME + name: node for name, node in compiled.condition_of_outcome.items()},
        **{_RULE + id: node for id, node in compiled.condition_of_rule.items()},
    }
    tables = [(table.root, table.facts) for table in (compiled.paths, compiled.mapped)]
    kept = d.nodes_of([*roots.values(), *(root for root, _ in tables)])
    place = {node: index for index, node in enumerate(kept)} | {-1: -1}
    return (
        d.order,
        *(
            array("i", numbers).tobytes()
            for numbers in (
                [d.level[node] for node in kept],
                [place[d.low[node]] for node in kept],
                [place[d.high[node]] for node in kept],
            )
        ),
        [d.value[node] for node in kept],
        {name: place[node] for name, node in roots.items()},
        [(place[root], facts) for root, facts in tables],
    )


def compiled_of(
    catalog: Catalog,
    rules: tuple[Rule, ...],
    capabilities: Mapping[str, bool],
    plain: tuple[Any, ...],
) -> Compiled:
    """What :func:`written` wrote, for the same catalog, rules and capabilities."""
    order, level, low, high, values, roots, tables = plain
    level, low, high = (memoryview(part).cast("i").tolist() for part in (level, low, high))
    made = Compiled.__new__(Compiled)
    made.catalog, made.rules, made.capabilities = catalog, rules, capabilities
    made.diagrams = Diagrams.of_nodes(order, level, low, high, values)
    made.condition_of_admissible = roots["admissible"]
    made.condition_of_mapped = roots["mapped"]
    made.condition_of_outcome = _named(_OUTCOME, roots)
    made.condition_of_rule = _named(_RULE, roots)
    made.paths, made.mapped = (
        Table.of_root(made.diagrams, groups, rules, made.condition_of_rule, root, facts)
        for groups, (root, facts) in zip(((Group.PATH,), DECIDED), tables, strict=True)
    )
    made.findings = {}
    return made


def _named(prefix: str, roots: Mapping[str, int]) -> dict[str, int]:
    return {
        name.removeprefix(prefix): root for name, root in roots.items() if name.startswith(prefix)
    }
