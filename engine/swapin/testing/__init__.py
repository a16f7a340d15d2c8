"""For the tests of plugins: the conformance kit.

``pytest --swapin-conformance PLUGIN`` runs it, with nothing to write; from Python,
:func:`examine` gives what it found. Nothing here imports pytest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from swapin.testing.conformance import Check, PluginError, Result, examine

__all__ = ["Check", "PluginError", "Result", "examine"]


def __getattr__(name: str) -> Any:
    # pytest loads this package in every run, whether the kit is used or not.
    if name in __all__:
        from swapin.testing import conformance

        return getattr(conformance, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
