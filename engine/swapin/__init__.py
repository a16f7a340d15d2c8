"""swapin: an executable model of the Linux swap-in exclusivity decision.

>>> import swapin
>>> verdict = swapin.evaluate({
...     "kernel": {"release": "6.1"}, "architecture": "x86_64",
...     "swap_device": {"backend": "null_blk", "stable_writes": True},
...     "pte": {"swp_exclusive": True}, "access": {"write": True},
...     "folio": {"fresh": False, "ksm": False, "writeback": True}})
>>> verdict.outcomes["exclusive"]
'ANSWER_NO'

Nothing here imports grpc until :class:`Client` is used.
"""

from __future__ import annotations

# As type checkers know it, without importing typing, which is half of this module's cost.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from swapin.analysis import check, diff, reach, read_query, side_of
    from swapin.catalog import Catalog, load_catalog
    from swapin.catalog.hookspecs import hookimpl
    from swapin.model import CatalogError, Depth, Fault, FaultError, Verdict
    from swapin.program import Program
    from swapin.program.ptes import PteCodec
    from swapin.service.client import Client

__version__ = "0.1.0"

__all__ = [
    "Catalog",
    "CatalogError",
    "Client",
    "Depth",
    "Fault",
    "FaultError",
    "Program",
    "PteCodec",
    "Verdict",
    "__version__",
    "check",
    "default_program",
    "diff",
    "evaluate",
    "hookimpl",
    "load_catalog",
    "reach",
    "read_query",
    "side_of",
]

# Resolved on first use: a plugin wants the hook marker without the service, a script wants
# one verdict without either.
_HOMES = {
    "Catalog": "swapin.catalog",
    "CatalogError": "swapin.model",
    "Client": "swapin.service.client",
    "Depth": "swapin.model",
    "Fault": "swapin.model",
    "FaultError": "swapin.model",
    "Program": "swapin.program",
    "PteCodec": "swapin.program.ptes",
    "Verdict": "swapin.model",
    "check": "swapin.analysis",
    "diff": "swapin.analysis",
    "reach": "swapin.analysis",
    "read_query": "swapin.analysis",
    "side_of": "swapin.analysis",
    "hookimpl": "swapin.catalog.hookspecs",
    "load_catalog": "swapin.catalog",
}

_program: Program | None = None


def __getattr__(name: str) -> Any:
    from swapin.model.late import late

    return late(__name__, _HOMES)(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def default_program() -> Program:
    """The program of all installed plugins, made on first use and kept.

    Thread safe: two first users may both build it, and both get a right one.

    .. versionadded:: 0.1
    """
    global _program
    if _program is None:
        from swapin.catalog import load_catalog
        from swapin.program import Program

        _program = Program(load_catalog())
    return _program


def evaluate(fault: Mapping[str, Any] | Fault, depth: Depth | None = None) -> Verdict:
    """Evaluate one fault with all installed plugins.

    :param fault: the JSON form of a description as a mapping, or a :class:`Fault`.
    :param depth: how much to explain; by default the deciding rules.
    :raises FaultError: the description cannot be evaluated; it names every field at fault.

    .. versionadded:: 0.1
    """
    from swapin.model import Depth as _Depth

    return default_program().evaluate(fault, _Depth.DECIDING if depth is None else depth)
