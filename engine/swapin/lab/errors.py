"""Why the lab cannot do what was asked."""

from __future__ import annotations

from swapin.debian.tools import DebianError


class LabError(DebianError):
    """Something that the lab needs is missing, or what it was given is not fit for it.

    The message says what, and what to do about it.
    """
