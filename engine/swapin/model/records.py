"""Dataclasses that cost little to define: their ``__init__`` is compiled when it is first called.

``dataclasses`` compiles half a dozen functions for each class, whether they are called or not,
and imports ``inspect`` to do it: half the start of a command. Here nothing is compiled but the
``__init__`` of a class of which an object is made. All else that one expects of a dataclass
holds: ``fields()``, ``replace()``, ``asdict()``, subclasses, patterns, pickling, signatures.
Type checkers see ``dataclasses`` itself.
"""

from __future__ import annotations

from operator import attrgetter, ge, gt, le, lt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass
    from dataclasses import field as field
    from dataclasses import replace as replace
    from typing import Any
else:

    def dataclass(*, slots, frozen=False, kw_only=False, order=False):
        """As :func:`dataclasses.dataclass`, with slots."""
        assert slots

        def made(cls):
            return _made(cls, frozen, kw_only, order)

        return made

    def field(*, default_factory):
        """As :func:`dataclasses.field`: an attribute with a value made for each object."""
        return _Factory(default_factory)

    def replace(record, /, **changes):
        """As :func:`dataclasses.replace`."""
        kept = {name: getattr(record, name) for name in record.__slots__ if name not in changes}
        return record.__class__(**kept, **changes)


class _Factory:
    """The default of an attribute that has one for each object."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make


class _Absent:
    """In place of an argument that has a factory; shown as ``dataclasses`` shows it."""

    def __repr__(self) -> str:
        return "<factory>"


_ABSENT = _Absent()


def _made(cls: type, frozen: bool, kw_only: bool, order: bool) -> type:
    """The class with slots and methods."""
    if any("__dataclass_fields__" in vars(base) for base in cls.__mro__[1:]):
        raise TypeError(f"{cls.__qualname__}: a record of a record")
    types: dict[str, str] = cls.__annotations__
    names = tuple(types)
    members = {
        name: value
        for name, value in vars(cls).items()
        if name not in types and name not in ("__dict__", "__weakref__")
    }
    defaults = {name: cls.__dict__[name] for name in names if name in cls.__dict__}
    params = {"frozen": frozen, "kw_only": kw_only, "order": order}
    members["__slots__"] = names
    members["__match_args__"] = () if kw_only else names
    members["__qualname__"] = cls.__qualname__
    members["__dataclass_fields__"] = _OfDataclass(cls, defaults, params)
    members["__dataclass_params__"] = _OfDataclass(cls, defaults, params)
    members["__init__"] = _Init(types, defaults, frozen, kw_only)
    for name, method in _methods(names, frozen, order).items():
        members.setdefault(name, method)
    made = type(cls)(cls.__name__, cls.__bases__, members)
    if frozen:
        _freeze(made, frozenset(names))
    return made


def _values_of(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if not names:
        return lambda record: ()
    if len(names) == 1:
        only = attrgetter(names[0])
        return lambda record: (only(record),)
    return attrgetter(*names)


def _methods(names: tuple[str, ...], frozen: bool, order: bool) -> dict[str, Any]:
    """What every object of the class can do beside being made."""
    values = _values_of(names)

    def equal(self: Any, other: Any) -> Any:
        same = other.__class__ is self.__class__
        return values(self) == values(other) if same else NotImplemented

    def hashed(self: Any) -> int:
        return hash(values(self))

    def shown(self: Any) -> str:
        told = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({told})"

    def state(self: Any) -> list[Any]:
        return list(values(self))

    def set_state(self: Any, state: list[Any]) -> None:
        for name, value in zip(names, state, strict=True):
            object.__setattr__(self, name, value)

    methods: dict[str, Any] = {
        "__eq__": equal,
        "__hash__": hashed if frozen else None,
        "__repr__": shown,
        "__replace__": replace,
        "__getstate__": state,
        "__setstate__": set_state,
    }
    if order:
        methods |= {f"__{how.__name__}__": _compared(values, how) for how in (lt, le, gt, ge)}
    return methods


def _compared(
    values: Callable[[Any], tuple[Any, ...]], how: Callable[[Any, Any], Any]
) -> Callable[[Any, Any], Any]:
    def compared(self: Any, other: Any) -> Any:
        same = other.__class__ is self.__class__
        return how(values(self), values(other)) if same else NotImplemented

    return compared


def _freeze(made: type, names: frozenset[str]) -> None:
    """Refuse to set or delete what was given; a subclass may have attributes of its own."""

    def refuse(record: Any, name: str, what: str) -> None:
        if type(record) is made or name in names:
            from dataclasses import FrozenInstanceError

            raise FrozenInstanceError(f"cannot {what} field {name!r}")

    def set_attribute(self: Any, name: str, value: Any) -> None:
        refuse(self, name, "assign to")
        object.__setattr__(self, name, value)

    def delete_attribute(self: Any, name: str) -> None:
        refuse(self, name, "delete")
        object.__delattr__(self, name)

    for name, method in (("__setattr__", set_attribute), ("__delattr__", delete_attribute)):
        setattr(made, name, method)


class _Late:
    """An attribute of a class that is made when it is first asked for."""

    owner: type
    name: str

    def __set_name__(self, owner: type, name: str) -> None:
        self.owner, self.name = owner, name

    def __get__(self, record: Any, cls: type | None = None) -> Any:
        setattr(self.owner, self.name, self.make())
        return getattr(cls if record is None else record, self.name)

    def make(self) -> Any:
        """The attribute. Two threads may both make it: one is as good as the other."""
        raise NotImplementedError


class _Init(_Late):
    """``__init__``, compiled from the names of the attributes."""

    def __init__(
        self, types: dict[str, str], defaults: dict[str, Any], frozen: bool, kw_only: bool
    ) -> None:
        self._types, self._defaults = types, defaults
        self._frozen, self._kw_only = frozen, kw_only

    def make(self) -> Any:
        known: dict[str, Any] = {"_absent": _ABSENT}
        parameters, lines = [], []
        for name in self._types:
            known[f"_set_{name}"] = self.owner.__dict__[name].__set__
            default = self._defaults.get(name, known)
            value = name
            if isinstance(default, _Factory):
                known[f"_make_{name}"] = default.make
                parameters.append(f"{name}=_absent")
                value = f"_make_{name}() if {name} is _absent else {name}"
            elif default is known:
                parameters.append(name)
            else:
                known[f"_default_{name}"] = default
                parameters.append(f"{name}=_default_{name}")
            lines.append(f"_set_{name}(self, {value})")
        star = ["*"] if self._kw_only and parameters else []
        head = f"def __init__({', '.join(['self', *star, *parameters])}):"
        exec("\n ".join([head, *(lines or ["pass"])]), known)
        made = known["__init__"]
        made.__annotations__ = {**self._types, "return": None}
        made.__qualname__ = f"{self.owner.__qualname__}.__init__"
        made.__module__ = self.owner.__module__
        return made


class _OfDataclass(_Late):
    """What ``dataclasses`` itself keeps with a class, made by it."""

    def __init__(self, cls: type, defaults: dict[str, Any], params: dict[str, bool]) -> None:
        self._cls, self._defaults, self._params = cls, defaults, params

    def make(self) -> Any:
        import dataclasses

        members = {
            name: dataclasses.field(default_factory=value.make)
            if isinstance(value, _Factory)
            else value
            for name, value in self._defaults.items()
        }
        members["__annotations__"] = self._cls.__annotations__
        members["__module__"] = self._cls.__module__
        twin = type(self._cls.__name__, (), members)
        return getattr(dataclasses.dataclass(**self._params)(twin), self.name)
