"""Whether a plugin changes verdicts of faults that it does not concern."""

from __future__ import annotations

from collections.abc import Iterator

from swapin.analysis.side import GROUPS, Meaning, Side, meanings, side_of
from swapin.analysis.states import usual
from swapin.catalog import Catalog
from swapin.model import Group
from swapin.program.states import nearest


def changed_verdicts(without: Catalog, catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Each outcome, and a fault of another plugin's kernel whose outcome the plugin changes.

    The plugin's own facts are left unknown, as whoever does not know of it leaves them: a rule
    that reads one makes the outcome undetermined where a capability does not keep it quiet.

    :param without: the catalog without the plugin.
    :param catalog: the same with it.
    """
    distinct: dict[object, tuple[Side, Side]] = {}
    for name in without.kernels:
        before, after = side_of(without, name), side_of(catalog, name)
        key = (before.rules, tuple(sorted(before.known.items())), after.rules)
        distinct.setdefault(key, (before, after))
    pairs = [side for pair in distinct.values() for side in pair]
    made = meanings(pairs) if pairs else []
    added = set(catalog.atoms) - set(without.atoms)
    for group in GROUPS:
        found = (
            _changed(before, after, group, added)
            for before, after in zip(made[::2], made[1::2], strict=True)
        )
        yield group.field, next((told for told in found if told), "")


def _changed(before: Meaning, after: Meaning, group: Group, added: set[str]) -> str:
    if before.conditions(group) == after.conditions(group):
        # The plugin's own facts are not among what decided before.
        return ""
    d = before.diagrams
    was, is_now = before.values(group), d.projected(after.values(group), added)
    if was == is_now:
        return ""
    differs = d.zipped(was, is_now, lambda one, two: one != two)
    ordinary = usual(before.side.catalog)
    state = nearest(d, differs, ordinary)
    assert state is not None, "two tables that are not one differ somewhere"
    full = {name: ordinary.get(name, False) for name in d.order} | state
    unusual = {n: v for n, v in full.items() if v != ordinary.get(n, False) and n not in added}
    atoms = before.side.catalog.atoms
    shown = {n: v for n, v in unusual.items() if v or not atoms[n].values}
    where = ", ".join(before.side.catalog.said(shown)) or "nothing is unusual"
    return (
        f"on kernel {before.side.name}, where {where}, it was {_said(d.look_up(was, full))} "
        f"and is {_said(d.look_up(is_now, full))}; let a capability (`kernel.*`) that the "
        "plugin's kernels bind guard what the plugin changes"
    )


def _said(values: frozenset[str]) -> str:
    return " or ".join(sorted(values)) or "impossible"
