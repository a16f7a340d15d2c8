"""Columns of bits: Arrow's layout, at any offset."""

from __future__ import annotations

import numpy as np
import pytest

from swapin.columns.bits import from_booleans, from_bytes, to_booleans, to_bytes, words


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 63, 64, 65, 200])
@pytest.mark.parametrize("offset", [0, 1, 8, 13, 64, 77])
def test_offsets(rows: int, offset: int) -> None:
    """What is read at an offset is what was written there."""
    chance = np.random.default_rng(rows * 100 + offset)
    values = chance.random(offset + rows) < 0.5
    data = np.packbits(values, bitorder="little").tobytes()
    column = from_bytes(data, rows, offset)

    assert words(rows) == column.size
    assert (values[offset:] == to_booleans(column, rows)).all()
    assert np.packbits(values[offset:], bitorder="little").tobytes() == to_bytes(column, rows)


def test_nothing_is_copied() -> None:
    """A buffer of whole words is used as it is."""
    data = bytearray(1024)
    column = from_bytes(data, 8192)
    data[0] = 1

    assert column[0].tobytes()[0] == 1


def test_too_short() -> None:
    """A buffer that lacks rows is refused, and one with bits to spare is not."""
    with pytest.raises(ValueError, match="2 bytes hold no 17 bits"):
        from_bytes(bytes(2), 17)
    assert not to_booleans(from_bytes(bytes(2), 16), 16).any()


def test_booleans() -> None:
    """There and back."""
    values = [True, False, True] * 50

    assert values == to_booleans(from_booleans(values), 150).tolist()
