"""Declarations as plain data that ``marshal`` can write, and back.

A closed list of types: what is none of them, such as a stranger's subclass, is refused. Nothing
that is read back is ever run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Their places are part of what is written.
_RECORDS = (
    "swapin.model.expressions:And",
    "swapin.model.expressions:Atom",
    "swapin.model.expressions:Const",
    "swapin.model.expressions:Not",
    "swapin.model.expressions:Or",
    "swapin.model.facts:Fact",
    "swapin.model.presets:Architecture",
    "swapin.model.presets:Backend",
    "swapin.model.presets:Binding",
    "swapin.model.presets:Change",
    "swapin.model.presets:Kernel",
    "swapin.model.presets:Property",
    "swapin.model.presets:Setting",
    "swapin.model.pte:PteLayout",
    "swapin.model.pte:Segment",
    "swapin.model.release:Release",
    "swapin.model.release:Releases",
    "swapin.model.rules:Constraint",
    "swapin.model.rules:Invariant",
    "swapin.model.rules:Rule",
    "swapin.model.rules:Source",
    "swapin.model.spelling:Spelling",
    "swapin.model.transitions:Transition",
)
_ENUMS = (
    "swapin.model.outcomes:Outcome",
    "swapin.model.presets:Evidence",
    "swapin.model.rules:Kind",
    "swapin.model.spelling:Reading",
    "swapin.model.transitions:Effect",
    "swapin.model.transitions:Event",
)
_AS_THEY_ARE = (bool, bytes, float, int, str, type(None))


class NotPlain(TypeError):
    """A value of a type that cannot be written."""


def plain(value: Any) -> Any:
    """A declaration as tuples, lists, dictionaries, numbers and texts.

    :raises NotPlain: it has something of another type.
    """
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is tuple:
        return (0, *map(plain, value))
    if kind is list:
        return list(map(plain, value))
    if kind is dict and all(type(key) is str for key in value):
        return {key: plain(member) for key, member in value.items()}
    name = f"{kind.__module__}:{kind.__qualname__}"
    if name in _ENUMS:
        return (-1 - _ENUMS.index(name), value.value)
    if name in _RECORDS:
        members = (getattr(value, member) for member in kind.__slots__)
        return (1 + _RECORDS.index(name), *map(plain, members))
    raise NotPlain(name)


def declared(value: Any) -> Any:
    """What :func:`plain` made plain."""
    kind = type(value)
    if kind is tuple:
        head = value[0]
        if head > 0:
            cls, setters = _record(head)
            made = cls.__new__(cls)
            for setter, member in zip(setters, value[1:], strict=True):
                setter(made, declared(member) if type(member) in _NESTED else member)
            return made
        if head < 0:
            return _class(_ENUMS[-1 - head])(value[1])
        return tuple([declared(m) if type(m) in _NESTED else m for m in value[1:]])
    if kind is list:
        return list(map(declared, value))
    if kind is dict:
        return {key: declared(member) for key, member in value.items()}
    return value


_NESTED = (dict, list, tuple)

_known: dict[int, tuple[Any, tuple[Callable[[Any, Any], None], ...]]] = {}


def _record(head: int) -> tuple[Any, tuple[Callable[[Any, Any], None], ...]]:
    """A class, and what sets the attributes of an object of it that is not yet made."""
    found = _known.get(head)
    if found is None:
        cls = _class(_RECORDS[head - 1])
        found = _known[head] = (cls, tuple(cls.__dict__[name].__set__ for name in cls.__slots__))
    return found


def _class(place: str) -> Any:
    module, _, name = place.partition(":")
    __import__(module)
    return getattr(sys.modules[module], name)
