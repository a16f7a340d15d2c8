"""Rows of facts by chance, for the forms that evaluate many faults at once."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars

from swapin.catalog import Catalog
from swapin.columns import Bits
from swapin.columns.bits import from_booleans
from swapin.model import Answer, Fault, Group
from swapin.program.compiled import Compiled, Finding
from swapin.program.interpreter import Interpreter
from swapin.program.resolve import Resolved, Resolver

Row = dict[str, bool | None]

# Kernels far apart; for the last two, presets settle some facts.
PRESETS = [
    ("5.10", "", ""),
    ("6.1", "", ""),
    ("6.12", "x86_64", "null_blk"),
    ("7.3", "x86_64", "zram"),
]
MARKER = (
    "pte.swp_exclusive",
    "folio.fresh",
    "folio.ksm",
    "folio.writeback",
    "swap_device.stable_writes",
    "pte.have_arch_swp_exclusive",
)


def resolved(catalog: Catalog, kernel: str, architecture: str = "", backend: str = "") -> Resolved:
    fault = Fault(release=kernel, architecture=architecture, backend=backend)
    return Resolver(catalog).resolve(fault)


def admissible_state(compiled: Compiled, condition: int, chance: random.Random) -> dict[str, bool]:
    """A state of a condition, each way down the diagram as likely as the other."""
    d = compiled.diagrams
    state: dict[str, bool] = {}
    while not d.is_leaf(condition):
        branches = {False: d.low[condition], True: d.high[condition]}
        value = chance.choice([v for v, branch in branches.items() if branch != d.false])
        state[d.order[d.level[condition]]] = value
        condition = branches[value]
    return {name: state.get(name, chance.random() < 0.5) for name in compiled.facts}


def sampled(compiled: Compiled, known: Mapping[str, bool], seed: str, size: int) -> Iterator[Row]:
    """Rows by chance: states that map a page, other admissible ones, and any at all.

    Of each, a share of the facts is unknown, from none to all but a few.
    """
    chance = random.Random(seed)
    d = compiled.diagrams
    mapped = d.restrict(compiled.condition_of_mapped, known)
    admissible = d.restrict(compiled.condition_of_admissible, known)
    for number in range(size):
        if number % 10 == 0:
            state = {name: chance.random() < 0.5 for name in compiled.facts}
        else:
            state = admissible_state(compiled, mapped if number % 3 else admissible, chance)
        share = 0 if number % 5 == 0 else chance.random()
        yield {name: None if chance.random() < share else v for name, v in state.items()}


def given(row: Mapping[str, bool | None]) -> dict[str, bool]:
    """What is known of a row."""
    return {name: value for name, value in row.items() if value is not None}


Outcomes = Mapping[str, str] | None
"""What is said of a row; ``None`` stands for a contradiction."""


def verdicts(
    compiled: Compiled, rows: Iterable[Row], known: Mapping[str, bool] | None = None
) -> list[Outcomes]:
    """What verdicts say of rows.

    :param known: what presets bind; a row that says otherwise is not heard.
    """
    found = findings(compiled, rows, known)
    return [None if finding is None else dict(finding.outcomes) for finding in found]


def findings(
    compiled: Compiled, rows: Iterable[Row], known: Mapping[str, bool] | None = None
) -> list[Finding | None]:
    """What is found of rows, with the rules that decided; as :func:`verdicts`."""
    return [compiled.finding(given(row) | dict(known or {})) for row in rows]


def interpreted(catalog: Catalog, kernel: str, rows: Iterable[Row]) -> list[Outcomes]:
    """What the interpreter says of rows."""
    preset = catalog.kernels[kernel]
    interpreter = Interpreter(catalog, preset, catalog.capabilities(preset))
    return [interpreter.partial_outcomes(given(row)) for row in rows]


def every_choice(names: Sequence[str]) -> list[Row]:
    """Rows of all that can be known and unknown of some facts."""
    values = itertools.product([None, False, True], repeat=len(names))
    return [dict(zip(names, row, strict=True)) for row in values]


def columns_of(rows: Sequence[Row], names: Sequence[str]) -> dict[str, Bits]:
    """The rows as columns of bits; where a fact is unknown, its value is by chance."""
    chance = random.Random(len(rows))
    columns = {}
    for name in names:
        values = [row.get(name) for row in rows]
        filled = [chance.random() < 0.5 if value is None else value for value in values]
        known = None
        if None in values:
            known = from_booleans([value is not None for value in values])
        columns[name] = Bits(from_booleans(filled), known)
    return columns


def told(group: Group, outcomes: Outcomes) -> bool | str | None:
    """What SQL is to say of a verdict; ``None`` stands for a contradiction."""
    value = None if outcomes is None else outcomes[group.field]
    if value is None or value == group.undetermined:
        return None
    return value if group.is_choice else value == Answer.YES.value


def explained(group: Group, finding: Finding | None) -> tuple[bool | str | None, str | None]:
    """What SQL is to say of a verdict and of the rules that decided it."""
    if finding is None:
        return None, None
    deciding = ",".join(rule.id for rule in finding.deciding[group.field])
    return told(group, finding.outcomes), deciding


def frame(rows: Sequence[Row], names: Sequence[str]) -> polars.DataFrame:
    """The rows as a table."""
    return polars.DataFrame(rows, schema=dict.fromkeys(names, polars.Boolean))
