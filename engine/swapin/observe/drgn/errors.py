"""What keeps a kernel from being read."""

from __future__ import annotations


class DrgnError(LookupError):
    """No swap-in fault can be described of this kernel, process or address; it says why."""
