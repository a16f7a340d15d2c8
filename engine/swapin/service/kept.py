"""A store of what was made once, bounded in bytes."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Keeps values by key; the oldest go first.

    :param limit: bytes of all together; 0 keeps nothing.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: dict[K, V] = {}
        self._sizes: dict[K, int] = {}
        self.size = 0
        """Bytes of what is kept."""
        self.get = self._values.get
        """The value of a key, or ``None``."""

    def keep(self, key: K, value: V, size: int) -> None:
        """Keep a value of a key that has none.

        :param size: bytes of the key and the value.
        """
        if size > self._limit // 16:
            # One huge thing must not push out everything else.
            return
        self._values[key] = value
        self._sizes[key] = size
        self.size += size
        while self.size > self._limit:
            oldest = next(iter(self._values))
            del self._values[oldest]
            self.size -= self._sizes.pop(oldest)
