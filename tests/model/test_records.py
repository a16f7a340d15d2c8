"""Records are dataclasses in all but the cost of defining them."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from swapin.model import records


def _classes(decorator: Callable[..., Any], field: Callable[..., Any]) -> tuple[Any, Any, Any]:
    @decorator(frozen=True, slots=True)
    class Plain:
        one: int
        two: str = "b"

        @property
        def both(self) -> str:
            return f"{self.one}{self.two}"

    @decorator(frozen=True, slots=True, order=True)
    class Ordered:
        one: int
        two: int

    @decorator(slots=True, kw_only=True)
    class Changing:
        first: list[int] = field(default_factory=list)
        last: bool

        def __str__(self) -> str:
            return "told"

    return Plain, Ordered, Changing


_OURS = _classes(records.dataclass, records.field)
_THEIRS = _classes(dataclasses.dataclass, dataclasses.field)


@records.dataclass(frozen=True, slots=True)
class Kept:
    """Found again by its name, as pickling wants it."""

    name: str
    rest: tuple[int, ...] = ()


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_record_shows_what_a_dataclass_shows(index: int) -> None:
    """Signature, fields, parameters, patterns and text."""
    ours, theirs = _OURS[index], _THEIRS[index]

    assert str(inspect.signature(ours)) == str(inspect.signature(theirs))
    assert ours.__init__.__annotations__ == theirs.__init__.__annotations__
    assert ours.__match_args__ == theirs.__match_args__
    assert ours.__slots__ == theirs.__slots__
    assert repr(ours.__dataclass_params__) == repr(theirs.__dataclass_params__)
    told = [
        [(f.name, f.type, f.default, f.default_factory, f.kw_only) for f in dataclasses.fields(c)]
        for c in (ours, theirs)
    ]
    assert told[0] == told[1]


def _behaviour(plain: Any, ordered: Any, changing: Any) -> list[Any]:
    """What these classes do, as data."""
    one, other = plain(1), plain(1, "c")
    early, late = ordered(1, 2), ordered(1, 3)
    first, second = changing(last=True), changing(last=True)
    first.first.append(1)

    def refused(act: Callable[[], Any]) -> type:
        with pytest.raises((AttributeError, TypeError)) as caught:
            act()
        return caught.type

    return [
        (one == plain(1), one != other, one == (1, "b"), hash(one) == hash(plain(1, "b"))),
        repr(one).rpartition(".")[2],
        (one.both, str(first), first.first, second.first),
        dataclasses.replace(one, two="z").two,
        (dataclasses.astuple(other), dataclasses.asdict(first)),
        (early < late, early <= early, late > early, late >= late, late < early),
        copy.deepcopy(other) == other,
        first == second,
        refused(lambda: hash(first)),
        refused(lambda: setattr(one, "one", 2)),
        refused(lambda: delattr(one, "one")),
        refused(lambda: plain()),
        refused(lambda: plain(1, two="a", three=1)),
        refused(lambda: changing(True)),
        refused(lambda: early < (1, 2)),
        dataclasses.is_dataclass(one),
    ]


def test_a_record_does_what_a_dataclass_does() -> None:
    """Comparing, hashing, ordering, copying and refusing."""
    assert _behaviour(*_OURS) == _behaviour(*_THEIRS)


def test_a_record_survives_pickling() -> None:
    """As objects of frozen dataclasses with slots do."""
    kept = Kept("a", (1, 2))

    assert pickle.loads(pickle.dumps(kept)) == kept


def test_replacing_needs_no_dataclasses() -> None:
    """``records.replace()`` changes what is named and refuses a strange name."""
    assert records.replace(Kept("a", (1,)), name="b") == Kept("b", (1,))
    with pytest.raises(TypeError):
        records.replace(Kept("a"), strange=1)


def test_a_dataclass_may_build_on_a_record() -> None:
    """A stranger's subclass, frozen as what it builds on."""

    @dataclasses.dataclass(frozen=True)
    class More(Kept):
        more: int = 0

    made = More("a", (), 3)

    assert (made.name, made.more, repr(made).endswith("(name='a', rest=(), more=3)")) == (
        "a",
        3,
        True,
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.name = "b"  # type: ignore[misc]


def test_a_record_of_a_record_is_refused() -> None:
    """Which would have to know the attributes of both."""
    with pytest.raises(TypeError, match="a record of a record"):

        @records.dataclass(frozen=True, slots=True)
        class More(Kept):
            more: int = 0


def test_the_model_is_defined_without_dataclasses() -> None:
    """Which is what records are for."""
    asked = "import sys, swapin.model; print('dataclasses' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "False"
