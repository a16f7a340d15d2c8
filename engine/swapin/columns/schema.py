"""What the columns of a table give: names of presets, facts, raw PTEs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from swapin.catalog import Catalog
from swapin.catalog.stacks import FIELD as STACK
from swapin.columns.arrow import bits_of
from swapin.columns.bits import Bits, from_booleans
from swapin.columns.raw import RAW
from swapin.columns.rows import Errors
from swapin.model import EXTENSION_FACTS, Fact, Fault, FaultError, Problem, Reason
from swapin.model.errors import near_match
from swapin.program.description import original_name, shown

_MOST_TOLD = 100
"""Wrong values of a column of a batch that are told; more have one message between them."""

_NAMES = ("kernel.release", "kernel.variant", "architecture", "swap_device.backend")


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of a table gives."""

    place: int
    """Which column of the table it is, or is in."""
    inside: int | None
    """Which field of that column, if it is a struct."""
    name: str
    """A field of a description, a fact, or an atom."""
    fact: Fact | None

    @property
    def atoms(self) -> tuple[str, ...]:
        """The atoms that it gives."""
        if self.fact is None:
            return ()
        return self.fact.atoms if self.name == self.fact.name else (self.name,)

    @property
    def describes(self) -> bool:
        """Whether rows that differ in it are faults of different descriptions."""
        return self.name != RAW and (self.fact is None or self.fact.capability)

    def array(self, batch: pa.RecordBatch) -> pa.Array:
        """The column of a batch."""
        array = batch.column(self.place)
        return array if self.inside is None else pc.struct_field(array, [self.inside])

    def texts(self, batch: pa.RecordBatch) -> pa.Array:
        """The column of a batch as texts."""
        array = self.array(batch)
        if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
            # What joins has no kernel for texts of 64-bit length, as polars reads them.
            array = pc.binary_join(array.cast(pa.list_(pa.string())), "/")
        return array.cast(pa.string())

    def encoded(self, batch: pa.RecordBatch) -> tuple[npt.NDArray[np.int64], list[Any]]:
        """For each row the number of its value, and the values; the first is null."""
        array = self.array(batch)
        if not pa.types.is_boolean(array.type):
            array = self.texts(batch)
        encoded = array.dictionary_encode()
        numbers = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return numbers.astype(np.int64) + 1, [None, *encoded.dictionary.to_pylist()]

    def bits(self, batch: pa.RecordBatch, errors: Errors) -> dict[str, Bits]:
        """The atoms of a batch; rows whose value is outside the domain are noted."""
        array, fact = self.array(batch), self.fact
        assert fact is not None
        if pa.types.is_null(array.type):
            return {}
        if pa.types.is_boolean(array.type):
            return {self.name: bits_of(array)}
        if fact.values:
            array = self.texts(batch)
            strange = pc.invert(pc.is_in(array, value_set=pa.array(fact.values)))
            strange = pc.and_kleene(strange, pc.is_valid(array))
        else:
            strange = pc.less(array, fact.at_least)
        values = pc.unique(array.filter(strange.fill_null(False)))
        if len(values) > _MOST_TOLD:
            told = {"the value": strange}
        else:
            told = {f"`{shown(value.as_py())}`": pc.equal(array, value) for value in values}
        for what, rows in told.items():
            wrong = rows.fill_null(False).to_numpy(zero_copy_only=False)
            text = f"{Reason.WRONG_TYPE} {self.name}: {what} is not {fact.domain}"
            errors.note(text, from_booleans(wrong))
        if fact.values:
            return {
                atom: bits_of(pc.equal(array, value))
                for atom, value in zip(fact.atoms, fact.values, strict=True)
            }
        return {self.name: bits_of(pc.equal(array, fact.equals))}


def read_schema(
    schema: pa.Schema, catalog: Catalog, fault: Fault, keep: Collection[str] = ()
) -> list[Column]:
    """What the columns give.

    :param fault: what is the same for each row.
    :param keep: columns that may be of any name.
    :raises FaultError: a column that gives nothing known, of a wrong type, or given twice; no
        column has the release, and the description neither.
    """
    problems = [
        Problem(name, Reason.UNKNOWN_FIELD, "the table has no such column")
        for name in keep
        if name not in schema.names
    ]
    columns: list[Column] = []
    given = _given(fault)
    for place, inside, field in _fields(schema):
        name = original_name(field.name).removeprefix(f"{EXTENSION_FACTS}.")
        known = name in (*_NAMES, STACK, RAW)
        fact = None if known else catalog.facts.get(name) or catalog.atoms.get(name)
        if fact is None and not known:
            if field.name.partition(".")[0] not in keep:
                near = near_match(name, [*catalog.facts, *_NAMES])
                message = f"no such fact or field{near}; columns of other names have to be kept"
                problems.append(Problem(field.name, Reason.UNKNOWN_FIELD, message))
            continue
        column = Column(place, inside, name, fact)
        wanted = _wanted(column)
        if not _fits(field.type, wanted):
            message = f"the column is of type {field.type}, not {' or '.join(wanted)}"
            problems.append(Problem(field.name, Reason.WRONG_TYPE, message))
        for one in column.atoms or (name,):
            if one in given:
                message = f"given twice, by {given[one]} and by a column"
                problems.append(Problem(field.name, Reason.DISAGREES, message))
            given[one] = "a column"
        columns.append(column)
    if "kernel.release" not in given:
        message = "neither the description nor a column names the kernel"
        problems.append(Problem("kernel.release", Reason.MISSING, message))
    if problems:
        raise FaultError(problems)
    return columns


def _given(fault: Fault) -> dict[str, str]:
    names = {
        "kernel.release": fault.release,
        "kernel.variant": fault.variant,
        "architecture": fault.architecture,
        "swap_device.backend": fault.backend,
        STACK: fault.stack,
        RAW: fault.raw_pte,
    }
    given = dict.fromkeys(name for name, value in names.items() if value)
    return dict.fromkeys([*given, *fault.facts], "the description")


def _fields(schema: pa.Schema) -> Iterator[tuple[int, int | None, pa.Field]]:
    """Each column, and each field of a column that is a struct, by its whole name."""
    for place, field in enumerate(schema):
        if pa.types.is_struct(field.type):
            for inside, part in enumerate(field.type):
                yield place, inside, part.with_name(f"{field.name}.{part.name}")
        else:
            yield place, None, field


_BOOLEAN, _TEXT, _NUMBER, _TEXTS = "boolean", "text", "whole number", "list of texts"


def _wanted(column: Column) -> Sequence[str]:
    """The types that a column may have."""
    fact = column.fact
    if column.name == STACK:
        return (_TEXTS,)
    if fact is None:
        return (_TEXT,)
    if fact.values:
        return (_TEXT,) if column.name == fact.name else (_BOOLEAN,)
    # Of a number, a table may give what SQL reads: whether it is the one that counts.
    return (_BOOLEAN,) if fact.equals is None else (_NUMBER, _BOOLEAN)


def _fits(kind: pa.DataType, wanted: Sequence[str]) -> bool:
    if pa.types.is_null(kind):
        return True
    found = {
        _BOOLEAN: pa.types.is_boolean(kind),
        _NUMBER: pa.types.is_integer(kind),
        _TEXT: _is_text(kind.value_type if pa.types.is_dictionary(kind) else kind),
        _TEXTS: (pa.types.is_list(kind) or pa.types.is_large_list(kind))
        and _is_text(kind.value_type),
    }
    return any(found[name] for name in wanted)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
