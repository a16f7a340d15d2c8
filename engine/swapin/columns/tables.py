"""Tables of faults: Arrow batches in, Arrow batches out. Needs pyarrow.

A column is named as the field of a fault description that it gives, ``folio.writeback`` or
``kernel.release``; a struct ``folio`` with a field ``writeback`` is the same. Null is unknown.
Columns of another name are refused, unless they are said to be kept: a misspelt fact would else
be an unknown one.

Rows may be of different kernels and devices. A batch is evaluated once for each description that
it has, and each row takes what its own description says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from swapin.catalog.stacks import FIELD as STACK
from swapin.columns.arrow import array_of, errors_of, type_of
from swapin.columns.bits import Bits, Words, everything, from_booleans
from swapin.columns.decider import Outcomes
from swapin.columns.raw import RAW, RawPtes
from swapin.columns.rows import Errors, Merged
from swapin.columns.schema import read_schema
from swapin.columns.shared import SharedDescriptions
from swapin.model import Fault, FaultError, Group, Problem, Reason
from swapin.program import Program
from swapin.program.entry import FACT as ENTRY
from swapin.program.resolve import Resolver

ERROR = "error"
"""The column of a result that says why a row has no outcomes; null where it has."""

_NO_KERNEL = "MISSING kernel.release: a fault description names its kernel"

_MOST_DESCRIPTIONS = 1000
"""Descriptions that a batch may have; each costs an evaluation of the whole."""

IMPOSSIBLE = "IMPOSSIBLE_FAULT no fault has these facts together: `swapin eval` says why"
"""What is said of a row that no admissible state agrees with."""


class FaultTable:
    """Evaluates the batches of one table.

    .. versionadded:: 0.1
    """

    def __init__(
        self,
        program: Program,
        schema: pa.Schema,
        fault: Fault,
        groups: Sequence[Group] = tuple(Group),
        keep: Sequence[str] = (),
    ) -> None:
        """Understand the columns.

        :param fault: what is the same for each row; its release may be empty if rows have one.
        :param groups: the outcomes that are asked for.
        :param keep: columns that the result has too; those that name no fact give nothing.
        :raises FaultError: a column that gives nothing known, of a wrong type, or given twice.
        """
        catalog = program.catalog
        self._fault, self._groups, self._keep = fault, tuple(groups), tuple(keep)
        self._shared = SharedDescriptions(program)
        self._texts: list[str] = []
        self._resolver = Resolver(catalog)
        columns = read_schema(schema, catalog, fault, self._keep)
        self._describing = [column for column in columns if column.describes]
        self._facts = [column for column in columns if column.fact and not column.describes]
        self._raw = next((column for column in columns if column.name == RAW), None)
        self._atoms = {atom for column in self._facts for atom in column.atoms}
        self._said: list[str] = []
        if self._raw is not None:
            entry = catalog.facts.get(ENTRY)
            self._said = [f"pte.{flag}" for flag in catalog.software_bits]
            self._said += entry.atoms if entry else ()
            self._atoms.update(set(self._said).difference(fault.facts))
        self.schema = self._result(schema)
        """The schema of results; its metadata says by which catalog they were made."""

    def evaluate(self, batch: pa.RecordBatch, threads: int = 1) -> pa.RecordBatch:
        """The outcomes of a batch, row by row, in the schema :attr:`schema`.

        :param threads: how many threads may work.
        :raises FaultError: the batch has more kernels and devices together than anyone has.
        """
        return self.result(batch, *self.outcomes(batch, threads))

    def outcomes(self, batch: pa.RecordBatch, threads: int = 1) -> tuple[Outcomes, Errors]:
        """The outcomes of a batch as columns of bits, and what is wrong with other rows."""
        rows = batch.num_rows
        errors, merged = Errors(rows), Merged(rows, self._groups)
        columns: dict[str, Bits] = {}
        for column in self._facts:
            columns.update(column.bits(batch, errors))
        raw = None if self._raw is None else RawPtes(self._raw.texts(batch))
        for fault, mask in self._descriptions(batch):
            given = columns
            mine = everything(rows) if mask is None else mask
            if not fault.release:
                errors.note(_NO_KERNEL, mine)
                continue
            try:
                if raw is not None:
                    given = raw.added(self._resolver, fault, mine, columns, self._said, errors)
                shared = self._shared.prepare(fault, self._atoms, self._groups)
            except FaultError as error:
                errors.note(error, mine)
            else:
                merged.take(shared(given, rows, threads), mask)
        errors.note(IMPOSSIBLE, merged.impossible)
        return merged.outcomes(errors.any), errors

    def result(self, batch: pa.RecordBatch, outcomes: Outcomes, errors: Errors) -> pa.RecordBatch:
        """The columns of a batch that are kept, and those of its outcomes."""
        arrays = [batch.column(name) for name in self._keep]
        arrays += [array_of(group, outcomes) for group in self._groups]
        arrays.append(errors_of(errors, batch.num_rows, self._texts))
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _result(self, schema: pa.Schema) -> pa.Schema:
        fields = [schema.field(name) for name in self._keep]
        fields += [pa.field(group.field, type_of(group)) for group in self._groups]
        fields.append(pa.field(ERROR, pa.dictionary(pa.int32(), pa.string())))
        names = [field.name for field in fields]
        twice = [name for name in self._keep if names.count(name) > 1]
        if twice:
            message = "the result has another column of this name"
            raise FaultError([Problem(twice[0], Reason.DISAGREES, message)])
        catalog = self._shared.program.catalog
        made_by = {
            "swapin.catalog": catalog.fingerprint,
            "swapin.rules_edition": catalog.edition,
            "swapin.degraded": str(catalog.degraded).lower(),
        }
        return pa.schema(fields, made_by)

    def _descriptions(self, batch: pa.RecordBatch) -> Iterator[tuple[Fault, Words | None]]:
        """Each description of a batch and its rows; ``None``: all of them."""
        if not self._describing:
            yield self._fault, None
            return
        codes = np.zeros(batch.num_rows, np.int64)
        kinds: list[list[Any]] = []
        for column in self._describing:
            numbers, values = column.encoded(batch)
            codes = codes * len(values) + numbers
            kinds.append(values)
        found = np.unique(codes)
        if len(found) > _MOST_DESCRIPTIONS:
            message = (
                f"{len(found)} descriptions in one batch; at most {_MOST_DESCRIPTIONS} are taken"
            )
            names = ", ".join(column.name for column in self._describing)
            raise FaultError([Problem(names, Reason.MALFORMED, message)])
        for code in found.tolist():
            left = code
            chosen: dict[str, Any] = {}
            for column, values in zip(reversed(self._describing), reversed(kinds), strict=True):
                left, number = divmod(left, len(values))
                if values[number] is not None:
                    chosen[column.name] = values[number]
            rows = None if len(found) == 1 else from_booleans(codes == code)
            yield _described(self._fault, chosen), rows


def _described(fault: Fault, chosen: Mapping[str, Any]) -> Fault:
    """A description with what some rows give."""
    facts = {name: value for name, value in chosen.items() if isinstance(value, bool)}
    stack = chosen.get(STACK, "")
    return replace(
        fault,
        release=chosen.get("kernel.release", fault.release),
        variant=chosen.get("kernel.variant", fault.variant),
        architecture=chosen.get("architecture", fault.architecture),
        backend=chosen.get("swap_device.backend", fault.backend),
        stack=tuple(stack.split("/")) if stack else fault.stack,
        facts={**fault.facts, **facts},
    )
