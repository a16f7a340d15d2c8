"""Raw swap PTEs of many rows: what each says, as columns of facts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from swapin.columns.bits import Bits, Words, everything, from_booleans, to_booleans, words
from swapin.columns.rows import Errors
from swapin.model import Fault, FaultError, Problem, Reason
from swapin.program.resolve import Resolver

RAW = "pte.raw"

_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]{1,16}")


def with_raw(
    resolver: Resolver,
    fault: Fault,
    raw: pa.Array,
    rows: Words,
    columns: Mapping[str, Bits],
    atoms: Sequence[str],
    errors: Errors,
) -> dict[str, Bits]:
    """Columns of facts with what raw PTEs say added; rows that disagree are noted.

    Each value is decoded once: files of captures repeat few.

    :param fault: what is the same for the rows.
    :param raw: hexadecimal texts.
    :param rows: the rows that are asked about; those of other descriptions are left open.
    :param atoms: what a raw PTE may say.
    """
    encoded = raw.dictionary_encode()
    numbers = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    numbers = np.where(to_booleans(rows, len(raw)), numbers, -1)
    said: list[Mapping[str, bool]] = [{} for _ in encoded.dictionary]
    for number in np.unique(numbers[numbers >= 0]):
        written = encoded.dictionary[int(number)].as_py()
        try:
            said[number] = _decoded(resolver, fault, written)
        except FaultError as error:
            errors.note(error, from_booleans(numbers == number))
    found = dict(columns)
    for atom in atoms:
        # The last place stands for rows without a raw PTE.
        yes = from_booleans(np.array([*(one.get(atom) is True for one in said), False])[numbers])
        no = from_booleans(np.array([*(one.get(atom) is False for one in said), False])[numbers])
        given = columns.get(atom)
        before = _given(atom, fault, given, len(raw))
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
    if not _HEXADECIMAL.fullmatch(written):
        message = "the value is not a hexadecimal number such as `0x7fffffffffbfe0a`"
        raise FaultError([Problem(RAW, Reason.WRONG_TYPE, message)])
    try:
        return resolver.decoded(replace(fault, raw_pte=int(written, 16)))
    except FaultError as error:
        if any(problem.reason is Reason.NOT_A_SWAP_PTE for problem in error.problems):
            message = "the value is no swap PTE; `swapin pte decode` says why"
            raise FaultError([Problem(RAW, Reason.NOT_A_SWAP_PTE, message)]) from error
        raise
