"""Many faults at once: facts and outcomes as columns of bits.

A column has one bit a fault, as Arrow keeps booleans, so that 64 faults move with each operation
on a word. Needs numpy; :mod:`swapin.columns.tables` needs pyarrow too (``pip install
'swapin[arrow]'``).

.. versionadded:: 0.1
"""

from swapin.columns.bits import Bits
from swapin.columns.decider import ColumnDecider, Outcomes

__all__ = ["Bits", "ColumnDecider", "Outcomes"]
