"""A progress bar on standard error, if that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(total: int | None, unit: str) -> Iterator[Callable[[int], None] | None]:
    """A function to tell how many are done; ``None`` if nobody watches.

    :param total: how many there are, if that is known.
    :param unit: what they are.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(total=total, unit=unit, leave=False) as bar:

        def show(done: int) -> None:
            bar.update(done - bar.n)

        yield show
