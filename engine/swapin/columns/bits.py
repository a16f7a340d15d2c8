"""Columns of bits: one bit a row, the lowest bit of the first byte being the first row.

This is Arrow's layout of booleans, so its buffers are used as they are. Operations take words of
64 bits; which byte of a word comes first makes no difference to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Words: TypeAlias = npt.NDArray[np.uint64]
"""A column as words; rows past the end are anything."""

WORD = 64
"""Rows in a word."""


@dataclass(frozen=True, slots=True)
class Bits:
    """One fact of many faults."""

    values: Words
    """Set where the fact is yes; anything where it is unknown."""
    known: Words | None = None
    """Set where the fact is known; ``None``: in every row."""


def words(rows: int) -> int:
    """Words that a column of so many rows has."""
    return -(-rows // WORD)


def from_bytes(data: bytes | bytearray | memoryview[int], rows: int, offset: int = 0) -> Words:
    """The column in a buffer, which is not copied if that can be helped.

    :param offset: bits before the first row.
    :raises ValueError: the buffer is shorter than its rows.
    """
    octets = np.frombuffer(data, np.uint8)
    if octets.size * 8 < offset + rows:
        raise ValueError(f"{octets.size} bytes hold no {offset + rows} bits")
    octets = octets[offset // 8 :]
    shift = offset % 8
    size = words(rows) * 8
    if shift:
        rest = octets[: size + 1]
        left = np.zeros(size, np.uint8)
        left[: rest.size] = rest[:size] >> shift
        left[: rest.size - 1] |= rest[1:] << (8 - shift)
        octets = left
    elif octets.size < size:
        octets = np.concatenate([octets, np.zeros(size - octets.size, np.uint8)])
    return octets[:size].view(np.uint64)


def to_bytes(column: Words, rows: int) -> bytes:
    """A column as the fewest bytes that hold its rows; bits past the end are clear."""
    octets = column.view(np.uint8)[: -(-rows // 8)]
    if rows % 8 and octets.size:
        octets = octets.copy()
        octets[-1] &= (1 << rows % 8) - 1
    return octets.tobytes()


def from_booleans(values: npt.ArrayLike) -> Words:
    """A column of an array of yes and no."""
    packed = np.packbits(np.asarray(values, np.bool_), bitorder="little")
    return from_bytes(packed.tobytes(), packed.size * 8)


def to_booleans(column: Words, rows: int) -> npt.NDArray[np.bool_]:
    """A column as an array of yes and no."""
    return np.unpackbits(column.view(np.uint8), count=rows, bitorder="little").view(np.bool_)


def everything(rows: int) -> Words:
    """A column in which all rows are set, and nothing past the end."""
    column = np.full(words(rows), ~np.uint64(0))
    if rows % WORD:
        # Which bits of the last word are its first rows depends on the host's order of bytes.
        last = np.packbits(np.arange(WORD) < rows % WORD, bitorder="little")
        column[-1:] = last.view(np.uint64)
    return column


def count(column: Words) -> int:
    """How many rows are set; all rows past the end must be clear."""
    return int(np.bitwise_count(column).sum(dtype=np.int64))
