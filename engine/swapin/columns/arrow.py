"""Arrow arrays as columns of bits, and outcomes as Arrow arrays. Needs pyarrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from swapin.columns.bits import Bits, Words, from_bytes, to_booleans, words
from swapin.columns.decider import Outcomes
from swapin.columns.rows import Errors
from swapin.model import Answer, Group


def bits_of(array: pa.BooleanArray) -> Bits:
    """A boolean array as it lies in memory; null is unknown."""
    validity, values = array.buffers()
    rows, offset = len(array), array.offset
    known = None
    if validity is not None and array.null_count:
        known = from_bytes(memoryview(validity), rows, offset)
    return Bits(from_bytes(memoryview(values) if values else b"", rows, offset), known)


def type_of(group: Group) -> pa.DataType:
    """The type of an outcome's column: a boolean, or of a choice the name of its value."""
    return pa.dictionary(pa.int8(), pa.string()) if group.is_choice else pa.bool_()


def array_of(group: Group, outcomes: Outcomes) -> pa.Array:
    """An outcome of many faults; null where it is undetermined, or the fault impossible."""
    values, rows = outcomes.values[group.field], outcomes.rows
    if not group.is_choice:
        none = np.zeros_like(outcomes.impossible)
        yes = values.get(Answer.YES.value, none)
        known = yes | values.get(Answer.NO.value, none)
        return pa.Array.from_buffers(pa.bool_(), rows, [pa.py_buffer(known), pa.py_buffer(yes)])
    names = [group.value_of(member) for member in group.members]
    columns = {place: values[name] for place, name in enumerate(names) if name in values}
    return _texts(columns, names, rows, pa.int8())


def errors_of(errors: Errors, rows: int, texts: list[str]) -> pa.DictionaryArray:
    """What is wrong with each row, as a text; null where nothing is.

    :param texts: the texts so far; new ones are added, so that those of one table stay in place.
    """
    texts += [text for text in errors.rows_of if text not in texts]
    columns = {texts.index(text): mine for text, mine in errors.rows_of.items()}
    return _texts(columns, texts, rows, pa.int32())


def _texts(
    columns: Mapping[int, Words], texts: Sequence[str], rows: int, kind: pa.DataType
) -> pa.DictionaryArray:
    """For each row the text of the column that has it, by number; null where none has."""
    none = np.zeros(words(rows), np.uint64)
    numbers = np.zeros(rows, kind.to_pandas_dtype())
    # Digit by digit: three or four columns are taken apart in place of ten.
    for digit in range(max(columns, default=0).bit_length()):
        having = _union([none, *(one for number, one in columns.items() if number >> digit & 1)])
        numbers |= to_booleans(having, rows).astype(numbers.dtype) << digit
    known = pa.py_buffer(_union([none, *columns.values()]))
    indices = pa.Array.from_buffers(kind, rows, [known, pa.py_buffer(numbers)])
    return pa.DictionaryArray.from_arrays(indices, pa.array(texts, pa.string()))


def _union(columns: Sequence[Words]) -> Words:
    union: Words = np.bitwise_or.reduce(columns, axis=0)
    return union
