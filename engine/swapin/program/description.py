"""Read a fault description: the proto3 JSON form as a mapping, checked name by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from swapin.catalog.stacks import FIELD as STACK
from swapin.model import EXTENSION_FACTS, FIELDS, Fact, Fault, FaultError, Problem, Reason
from swapin.model.errors import listed, near_match, offered
from swapin.model.records import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from swapin.catalog import Catalog

_OBJECTS = {name.partition(".")[0] for name in FIELDS if "." in name}
NOT_HEXADECIMAL = "is not a hexadecimal number such as `0x7fffffffffbfe0a`"
HEXADECIMAL = "0[xX][0-9a-fA-F]{1,16}"
"""How a raw PTE is written."""
_LITERALS = {None: "null", False: "false", True: "true"}
_CAPITAL = "(?<=[a-z0-9])([A-Z])"


@dataclass(slots=True)
class Draft:
    """A description while it is read: facts by name, and what was wrong."""

    catalog: Catalog
    facts: dict[str, bool] = field(default_factory=dict)
    stack: tuple[str, ...] = ()
    """The layers of the swap device, top first."""
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, where: str, reason: Reason, message: str) -> None:
        """Note what is wrong with a field, and go on."""
        self.problems.append(Problem(where, reason, message))

    def fact(self, name: str, value: Any, where: str | None = None) -> None:
        """Take a fact by its full name, or note why not.

        :param where: the field as the description wrote it, if not the name.
        """
        where = where or name
        known = self.catalog.facts.get(name)
        if known is None:
            near = near_match(name, self.catalog.facts)
            if not near:
                holder = name[: name.find(".") + 1]
                beside = [fact for fact in self.catalog.facts if fact.startswith(holder)]
                near = f"; there are {listed(beside or self.catalog.facts)}"
            self.refuse(where, Reason.UNKNOWN_FIELD, f"unknown fact `{name}`{near}")
            return
        truths = _truths(known, value)
        if truths is None:
            self.refuse(where, Reason.WRONG_TYPE, f"`{shown(value)}` is not {known.domain}")
        elif any(self.facts.setdefault(atom, truth) != truth for atom, truth in truths.items()):
            self.refuse(where, Reason.DISAGREES, "given twice, with different values")


def _truths(fact: Fact, value: Any) -> dict[str, bool] | None:
    """What a value of the JSON form says about a fact's atoms; ``None``: outside the domain."""
    if fact.values:
        if not isinstance(value, str) or value not in fact.values:
            return None
        return {atom: atom == f"{fact.name}.{value}" for atom in fact.atoms}
    truth = _truth(fact, value)
    return None if truth is None else {fact.name: truth}


def _truth(fact: Fact, value: Any) -> bool | None:
    """What a value of the JSON form says about a fact; ``None``: it is outside the domain."""
    if isinstance(value, bool):
        return value if fact.equals is None else None
    if fact.equals is None:
        return None
    # Numbers of extension facts arrive as floating point (google.protobuf.Value).
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and value >= fact.at_least:
        return value == fact.equals
    return None


def original_name(written: str) -> str:
    """The name of a field that may be written in lowerCamelCase."""
    if written.islower():
        return written
    import re

    return re.sub(_CAPITAL, lambda match: f"_{match[1].lower()}", written)


def read_fault(description: Mapping[str, Any], catalog: Catalog) -> Fault:
    """Check the names and types of a description.

    Both the original and the lowerCamelCase field names are taken; a field that is null is
    left out, as in every proto3 JSON form. A fact may also be a member by its full name, such
    as ``folio.ksm``.

    :raises FaultError: with every problem found, each naming its field.
    """
    if not isinstance(description, Mapping):
        problem = Problem("", Reason.MALFORMED, "a fault description is a JSON object")
        raise FaultError([problem])
    draft = Draft(catalog)
    names: dict[str, str] = {}
    for key, value in _fields(description, "", draft):
        if key == "architecture":
            names[key] = _text(draft, key, value)
        elif key == EXTENSION_FACTS:
            for name, given in _members(draft, key, value):
                draft.fact(str(name), given, f"{key}.{name}")
        elif key in catalog.facts:
            draft.fact(key, value)
        elif _is_object(catalog, key):
            for inner, given in _fields(value, key, draft):
                path = f"{key}.{inner}"
                if path == STACK:
                    draft.stack = _texts(draft, path, given)
                elif path in FIELDS:
                    names[path] = _text(draft, path, given)
                else:
                    draft.fact(path, given)
        else:
            known = {"architecture", EXTENSION_FACTS, *_objects(catalog)}
            draft.refuse(
                key,
                Reason.UNKNOWN_FIELD,
                f"unknown field `{key}`{offered(key, known)}",
            )
    return finish(draft, names)


def raw_pte(written: str) -> int | None:
    """The raw PTE that a text says; ``None`` if it says none."""
    import re

    return int(written, 16) if re.fullmatch(HEXADECIMAL, written) else None


def finish(draft: Draft, names: Mapping[str, str]) -> Fault:
    """The fault of a draft and the names of its presets.

    :param names: by path: ``kernel.release``, ``kernel.variant``, ``architecture``,
        ``swap_device.backend``, ``pte.raw``; a missing or empty one was not given.
    :raises FaultError: the draft has problems, or these names make one.
    """
    raw = None
    if names.get("pte.raw"):
        raw = raw_pte(names["pte.raw"])
        if raw is None:
            message = f"`{names['pte.raw']}` {NOT_HEXADECIMAL}"
            draft.refuse("pte.raw", Reason.WRONG_TYPE, message)
    amiss = {problem.field for problem in draft.problems}
    if not names.get("kernel.release") and amiss.isdisjoint(("kernel", "kernel.release")):
        draft.refuse("kernel.release", Reason.MISSING, "a fault description names its kernel")
    if draft.problems:
        raise FaultError(draft.problems)
    return Fault(
        release=names["kernel.release"],
        variant=names.get("kernel.variant", ""),
        architecture=names.get("architecture", ""),
        backend=names.get("swap_device.backend", ""),
        stack=draft.stack,
        raw_pte=raw,
        facts=draft.facts,
    )


def _fields(value: Any, where: str, draft: Draft) -> Iterator[tuple[str, Any]]:
    """Members of an object by original field name; fields that are null are left out."""
    seen: set[str] = set()
    for written, member in _members(draft, where, value):
        key = original_name(str(written))
        if key in seen:
            draft.refuse(
                _path(where, key), Reason.DISAGREES, "given twice, as two spellings of one field"
            )
        seen.add(key)
        if member is not None or not _is_field(draft.catalog, where, key):
            yield key, member


def _path(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _is_field(catalog: Catalog, where: str, key: str) -> bool:
    path = _path(where, key)
    # Facts alone go by their full names.
    is_name = path in FIELDS and "." not in key
    return is_name or path in catalog.facts or _is_object(catalog, path)


def _is_object(catalog: Catalog, name: str) -> bool:
    return name in _OBJECTS or any(fact.startswith(f"{name}.") for fact in catalog.facts)


def _members(draft: Draft, where: str, value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        yield from value.items()
    else:
        draft.refuse(where, Reason.WRONG_TYPE, f"`{shown(value)}` is not an object")


def _text(draft: Draft, where: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    draft.refuse(where, Reason.WRONG_TYPE, f"`{shown(value)}` is not a text")
    return ""


def _texts(draft: Draft, where: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, list | tuple):
        return tuple(_text(draft, f"{where}[{i}]", part) for i, part in enumerate(value))
    draft.refuse(where, Reason.WRONG_TYPE, f"`{shown(value)}` is not a list of texts")
    return ()


def shown(value: Any) -> str:
    """A value as JSON has it; a text bare, unless it would be read as something else."""
    if isinstance(value, str):
        text = value if value.isidentifier() and value not in _LITERALS.values() else f'"{value}"'
    else:
        text = _LITERALS[value] if value is None or isinstance(value, bool) else repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _objects(catalog: Catalog) -> set[str]:
    return {name.partition(".")[0] for name in catalog.facts}
