"""What Linux does: the rules, presets and facts of swapping in anonymous memory.

One subject, one file; every module of this package is loaded. Covered are order-0 folios of
private anonymous mappings, swapped to a device, from the marker decision of
``do_swap_page()`` to what a write then does.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator

from swapin import hookimpl

EDITION = "linux-1"
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
