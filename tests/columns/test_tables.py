"""Tables of faults: each row comes out as the same fault alone does."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest

from rows import sampled
from swapin.columns.tables import ERROR, FaultTable
from swapin.model import Answer, Fault, FaultError, Group
from swapin.program import Program
from swapin.program.description import read_fault
from swapin.program.resolve import Resolver

BOOLEANS = {Answer.YES.value: True, Answer.NO.value: False}

# What shows each kind of column; the last has a value outside each domain.
FAULTS: list[dict[str, Any]] = [
    {"kernel": {"release": "6.1"}, "folio": {"ksm": True}},
    {"kernel": {"release": "6.1"}, "architecture": "x86_64", "pte": {"raw": "0x7fffffffffbfe0a"}},
    {"kernel": {"release": "6.1"}, "architecture": "x86_64", "pte": {"entry": "migration"}},
    {"kernel": {"release": "5.19", "variant": "v2-posted"}, "folio": {"writeback": True}},
    {
        "kernel": {"release": "6.12"},
        "swap_device": {"stack": ["dm-crypt", "nvme-pi"]},
        "pte": {"entry": "swap", "swp_exclusive": True},
        "folio": {"ksm": False, "fresh": False, "writeback": True},
    },
    {
        "kernel": {"release": "6.1"},
        "architecture": "x86_64",
        "swap_device": {"backend": "null_blk", "stable_writes": True},
        "pte": {"swp_exclusive": True},
        "access": {"write": True},
        "folio": {"fresh": False, "ksm": False, "writeback": True},
    },
    {"kernel": {"release": "6.10", "writable_on_read_fault": True}, "swap_count": 1},
    {"kernel": {"release": "6.10", "writable_on_read_fault": False}, "swap_count": 3},
    {"kernel": {"release": "6.1"}, "folio": {"fresh": True, "writeback": True}},
    {"kernel": {"release": "6.99"}},
    {"kernel": {"release": "6.1"}, "pte": {"raw": "0x7fffffffffbfe0a"}},
    {"kernel": {"release": "6.1"}, "architecture": "x86_64", "pte": {"raw": "nothing"}},
    {
        "kernel": {"release": "6.1"},
        "architecture": "x86_64",
        "pte": {"raw": "0x7fffffffffbfe0a", "swp_exclusive": False},
    },
    {"kernel": {"release": "6.1"}, "swap_count": 0},
    {"kernel": {"release": "6.1"}, "pte": {"entry": "hole"}},
    {"folio": {"ksm": True}},
]


def table_of(faults: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
    """The faults as structs, as Arrow reads them from JSON lines."""
    return pa.RecordBatch.from_struct_array(pa.array(faults))


def answers(batch: pa.RecordBatch) -> list[dict[str, Any] | None]:
    """Outcomes of each row, ``None`` for an error."""
    rows = batch.to_pylist()
    return [
        None if row[ERROR] else {group.field: row[group.field] for group in Group} for row in rows
    ]


def alone(program: Program, fault: Mapping[str, Any] | Fault) -> dict[str, Any] | None:
    """What a table is to say of a fault: a verdict, but for what would settle it."""
    try:
        if not isinstance(fault, Fault):
            fault = read_fault(fault, program.catalog)
        resolved = Resolver(program.catalog).resolve(fault)
    except FaultError:
        return None
    compiled = program.compiled(resolved.kernel, resolved.overrides)
    finding = compiled.finding(resolved.known)
    if finding is None:
        return None
    outcomes = finding.outcomes
    said: dict[str, Any] = {}
    for group in Group:
        value = outcomes[group.field]
        settled = value if group.is_choice else BOOLEANS.get(value)
        said[group.field] = None if value == group.undetermined else settled
    return said


def test_each_kind_of_column(program: Program) -> None:
    """Presets, overrides, stacks, raw PTEs, choices and numbers, in one batch."""
    batch = table_of(FAULTS)
    table = FaultTable(program, batch.schema, Fault(release=""))
    found = table.evaluate(batch)

    assert [alone(program, fault) for fault in FAULTS] == answers(found)
    reasons = {
        json.dumps(fault): row[ERROR].split()[0:2]
        for fault, row in zip(FAULTS, found.to_pylist(), strict=True)
        if row[ERROR]
    }
    assert [
        ["IMPOSSIBLE_FAULT", "no"],
        ["UNKNOWN_NAME", "kernel.release:"],
        ["MISSING", "architecture:"],
        ["WRONG_TYPE", "pte.raw:"],
        ["DISAGREES", "pte.raw:"],
        ["WRONG_TYPE", "swap_count:"],
        ["WRONG_TYPE", "pte.entry:"],
        ["MISSING", "kernel.release:"],
    ] == list(reasons.values())


@pytest.mark.parametrize(
    "common",
    [
        Fault(release="6.1"),
        Fault(release="6.12", architecture="x86_64", backend="null_blk"),
        Fault(release="7.3", architecture="arm64", backend="zram", facts={"access.write": True}),
    ],
)
def test_by_chance(program: Program, common: Fault) -> None:
    """Columns override what presets of the shared description bind."""
    compiled = program.compiled(program.catalog.kernels[common.release])
    names = [name for name in compiled.facts if name not in common.facts]
    rows = list(sampled(compiled, common.facts, common.release, 500))
    columns = [pa.array([row[name] for row in rows], pa.bool_()) for name in names]
    batch = pa.RecordBatch.from_arrays(columns, names)
    found = FaultTable(program, batch.schema, common).evaluate(batch)

    def fault(row: Mapping[str, bool | None]) -> Fault:
        facts = {name: row[name] for name in names if row[name] is not None}
        return Fault(
            release=common.release,
            architecture=common.architecture,
            backend=common.backend,
            facts={**common.facts, **facts},  # type: ignore[dict-item]
        )

    assert [alone(program, fault(row)) for row in rows] == answers(found)


@pytest.mark.parametrize("many", [3, 300])
def test_wrong_values_are_told(program: Program, many: int) -> None:
    """Each row its own, as a description's is; too many have one message, not one each."""
    schema = pa.schema({"swap_count": pa.int32(), "pte.entry": pa.string()})
    rows = [{"swap_count": 1 - row % many} for row in range(600)] + [{"pte.entry": "hole"}]
    batch = pa.RecordBatch.from_pylist(rows, schema)
    found = FaultTable(program, schema, Fault(release="6.1")).evaluate(batch)
    told = found[ERROR].to_pylist()

    shown = "`{}`" if many == 3 else "the value"
    message = f"WRONG_TYPE swap_count: {shown} is not a whole number from 1"
    for row, error in zip(rows[:-1], told[:-1], strict=True):
        value = row["swap_count"]
        assert (None if value == 1 else message.format(value)) == error
    assert told[-1].startswith("WRONG_TYPE pte.entry: `hole` is not one of ")


def test_slices_and_null_structs(program: Program) -> None:
    """Batches that start in the middle of a byte; a struct that is null gives nothing."""
    chance = random.Random(3)
    faults: list[dict[str, Any]] = [
        {
            "kernel": {"release": chance.choice(["6.1", "7.3"])},
            "folio": chance.choice([None, {"ksm": True}, {"ksm": False, "fresh": None}]),
        }
        for _ in range(300)
    ]
    batch = table_of(faults)
    table = FaultTable(program, batch.schema, Fault(release=""))
    want = [
        alone(program, {key: value for key, value in fault.items() if value}) for fault in faults
    ]

    for start in (0, 1, 13, 64, 299, 300):
        assert want[start:] == answers(table.evaluate(batch.slice(start)))


def test_kept_columns(program: Program) -> None:
    """They come first; a fact that is kept is read too."""
    batch = pa.RecordBatch.from_pydict({"id": ["a", "b"], "folio.ksm": [True, None]})
    table = FaultTable(program, batch.schema, Fault(release="6.1"), keep=["id", "folio.ksm"])
    found = table.evaluate(batch)

    assert ["id", "folio.ksm", "exclusive"] == found.schema.names[:3]
    assert [("a", True, False), ("b", None, None)] == [
        (row["id"], row["folio.ksm"], row["exclusive"]) for row in found.to_pylist()
    ]
    assert found.schema.metadata[b"swapin.catalog"].decode() == program.catalog.fingerprint


@pytest.mark.parametrize(
    ("columns", "common", "keep", "message"),
    [
        ({"folio.ksmm": [True]}, "6.1", [], r"folio\.ksmm: .*did you mean `folio\.ksm`"),
        ({"folio.ksm": ["yes"]}, "6.1", [], r"folio\.ksm: .*string, not boolean"),
        ({"swap_count": [1.5]}, "6.1", [], r"swap_count: .*not whole number or boolean"),
        ({"folio.ksm": [True]}, "", [], r"kernel\.release: "),
        ({"kernel.release": ["6.1"]}, "6.1", [], r"kernel\.release: given twice"),
        ({"pte.entry": ["swap"], "pte.entry.swap": [True]}, "6.1", [], "given twice"),
        ({"folio.ksm": [True]}, "6.1", ["id"], "id: the table has no such column"),
        ({"exclusive": [True]}, "6.1", ["exclusive"], "exclusive: .*another column"),
    ],
)
def test_refused(
    program: Program,
    columns: dict[str, list[Any]],
    common: str,
    keep: list[str],
    message: str,
) -> None:
    """A table that cannot be understood is refused whole, by the column."""
    batch = pa.RecordBatch.from_pydict(columns)

    with pytest.raises(FaultError, match=message):
        FaultTable(program, batch.schema, Fault(release=common), keep=keep)


def test_too_many_descriptions(program: Program) -> None:
    """A column of a million texts is no column of kernels."""
    batch = pa.RecordBatch.from_pydict({"kernel.release": [f"6.{i}" for i in range(2000)]})
    table = FaultTable(program, batch.schema, Fault(release=""))

    with pytest.raises(FaultError, match=r"kernel\.release: 2000 descriptions"):
        table.evaluate(batch)
