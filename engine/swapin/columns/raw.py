"""Raw swap PTEs of many rows: what each says, as columns of facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from swapin.columns.bits import Bits, Words, everything, from_booleans, to_booleans, words
from swapin.columns.rows import Errors
from swapin.model import Fault, FaultError, Problem, Reason
from swapin.program.description import NOT_HEXADECIMAL, raw_pte
from swapin.program.resolve import Resolver

RAW = "pte.raw"


class RawPtes:
    """The raw PTEs of a batch. Each value is decoded once: files of captures repeat few."""

    def __init__(self, texts: pa.Array) -> None:
        """Take them in.

        :param texts: hexadecimal numbers; null where none is given.
        """
        encoded = texts.dictionary_encode()
        self._values: list[str] = encoded.dictionary.to_pylist()
        self._numbers = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)

    def added(
        self,
        resolver: Resolver,
        fault: Fault,
        rows: Words,
        columns: Mapping[str, Bits],
        atoms: Sequence[str],
        errors: Errors,
    ) -> dict[str, Bits]:
        """Columns of facts with what raw PTEs say added; rows that disagree are noted.

        :param fault: what is the same for the rows.
        :param rows: the rows that are asked about; those of other descriptions are left open.
        :param atoms: what a raw PTE may say.
        """
        size = self._numbers.size
        numbers = np.where(to_booleans(rows, size), self._numbers, -1)
        said: list[Mapping[str, bool]] = [{} for _ in self._values]
        for number in np.unique(numbers[numbers >= 0]):
            try:
                said[number] = _decoded(resolver, fault, self._values[number])
            except FaultError as error:
                errors.note(error, from_booleans(numbers == number))
        found = dict(columns)
        for atom in atoms:
            # The last place stands for rows without a raw PTE.
            told = [one.get(atom) for one in (*said, {})]
            yes = from_booleans(np.array([truth is True for truth in told])[numbers])
            no = from_booleans(np.array([truth is False for truth in told])[numbers])
            before = _given(atom, fault, columns.get(atom), size)
            text = f"{Reason.DISAGREES} {RAW}: the raw value and `{atom}` say different things"
            errors.note(text, before.known & (yes & ~before.values | no & before.values))
            found[atom] = Bits(before.values & before.known | yes, before.known | yes | no)
        return found


@dataclass(frozen=True, slots=True)
class _Given:
    values: Words
    known: Words


def _given(atom: str, fault: Fault, bits: Bits | None, rows: int) -> _Given:
    """What is given of an atom beside the raw PTE."""
    nothing, all_rows = np.zeros(words(rows), np.uint64), everything(rows)
    if atom in fault.facts:
        return _Given(all_rows if fault.facts[atom] else nothing, all_rows)
    if bits is None:
        return _Given(nothing, nothing)
    size = words(rows)
    return _Given(bits.values[:size], all_rows if bits.known is None else bits.known[:size])


def _decoded(resolver: Resolver, fault: Fault, written: str) -> Mapping[str, bool]:
    """What a raw PTE says.

    :raises FaultError: as :meth:`~swapin.program.resolve.Resolver.decoded` does, but for the
        value: a table may have a million of them.
    """
    raw = raw_pte(written)
    if raw is None:
        raise FaultError([Problem(RAW, Reason.WRONG_TYPE, f"the value {NOT_HEXADECIMAL}")])
    try:
        return resolver.decoded(replace(fault, raw_pte=raw))
    except FaultError as error:
        if any(problem.reason is Reason.NOT_A_SWAP_PTE for problem in error.problems):
            message = "the value is no swap PTE; `swapin pte decode` says why"
            raise FaultError([Problem(RAW, Reason.NOT_A_SWAP_PTE, message)]) from error
        raise
