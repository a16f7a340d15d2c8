"""What is wrong with a declaration by itself, before it meets those of other plugins.

A type checker has seen swapin's own; of a stranger's, ``value="yes"`` would count as true, and
``release="six"`` would be found only where the releases are put in order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from swapin.model import Fact, Kernel, Spelling
from swapin.model.errors import clipped

_FACT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")


def misfit(declaration: Any) -> str:
    """What is wrong with a declaration; empty if nothing is."""
    wrong = _misfit(declaration, type(declaration), "")
    if wrong:
        return wrong
    try:
        if isinstance(declaration, Kernel):
            _ = declaration.at
        if isinstance(declaration, Spelling):
            _ = declaration.releases
    except ValueError as error:
        return str(error)
    if isinstance(declaration, Fact):
        if not _FACT.fullmatch(declaration.name):
            return "a fact has a name such as `folio.ksm`, or `swap_count`, in small letters"
        if len({*declaration.values}) != len(declaration.values):
            return "`values` has one of them twice"
    return ""


def named(declaration: Any) -> str:
    """A declaration by its kind and name, as far as it has one: ``rule ksm``."""
    given = (getattr(declaration, name, None) for name in ("id", "text", "name"))
    name = next((text for text in given if isinstance(text, str)), "")
    return f"{type(declaration).__name__.lower()} {name}".rstrip()


def _misfit(value: Any, wanted: Any, where: str) -> str:
    """What is wrong with a value that should be of a type, in words that name the place."""
    of = get_args(wanted)
    kind = get_origin(wanted) or wanted
    if kind is UnionType:
        told = [_misfit(value, one, where) for one in of]
        return "" if "" in told else _unlike(value, wanted, where)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        return _unlike(value, wanted, where)
    inside: Any = ()
    if kind is tuple:
        inside = ((f"{where}[{place}]", of[0], member) for place, member in enumerate(value))
    elif kind is Mapping:
        inside = [(f"a key of {where}", of[0], key) for key in value]
        inside += [(f"{where}[{key}]", of[1], member) for key, member in value.items()]
    elif hasattr(value, "__dataclass_fields__"):
        dot = "." if where else ""
        record: Any = type(value)
        hints = _hints(record).items()
        inside = ((f"{where}{dot}{name}", hint, getattr(value, name)) for name, hint in hints)
    return next(filter(None, (_misfit(part, hint, place) for place, hint, part in inside)), "")


def _unlike(value: Any, wanted: Any, where: str) -> str:
    kind = wanted.__name__ if isinstance(wanted, type) else re.sub(r"\w+\.(?=\w)", "", str(wanted))
    return f"`{where}` is `{clipped(repr(value))}`, not of type {kind}"


@cache
def _hints(record: type) -> dict[str, Any]:
    return get_type_hints(record)
