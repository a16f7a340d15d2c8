"""What Linux does: the rules, presets and facts of swapping in anonymous memory.

One subject, one file; every module of this package is loaded. Covered is private anonymous
memory, mapped by PTEs and swapped to a device, from the entry in the PTE to what a write then
does; large folios included.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator

from swapin import hookimpl

EDITION = "linux-2"
"""Edition of these rules; changes whenever the answer for some input does."""


@hookimpl
def swapin_edition() -> str:
    """The edition of the Linux rules."""
    return EDITION


@hookimpl
def swapin_modules() -> Iterator[str]:
    """Every module below this package."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        if not module.ispkg:
            yield module.name
