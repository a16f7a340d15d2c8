"""Raw swap PTEs of every kernel and architecture of a catalog: decode them, encode them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from swapin.catalog import Catalog
from swapin.model import (
    FaultError,
    Kernel,
    Problem,
    PteBits,
    PteFieldError,
    PteLayout,
    Reason,
    SwapPte,
)
from swapin.model.errors import clipped, near_match, unknown_name
from swapin.model.records import dataclass, field
from swapin.model.swap_pte import FLAGS

Value = str | int
"""A raw PTE: a number, or hexadecimal (``0x…``) or decimal text."""

_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,40}|[0-9]{1,40}")
_MARKER = "pte_marker"
_NAMES = ("architecture", "kernel")
_DERIVED = ("raw", "entry", "marker", "pte_low", "pte_high")
_FIELDS = (*_NAMES, "type", "offset", *FLAGS, *_DERIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PteDescription:
    """A swap PTE to encode, checked as far as that needs no catalog. See :func:`read_pte`."""

    architecture: str
    kernel: str
    type: int | None = None
    offset: int | None = None
    flags: Mapping[str, bool] = field(default_factory=dict)
    """``exclusive``, ``soft_dirty``, ``uffd_wp``; one that is left out is clear."""
    entry: str = ""
    """Stands for the type of a non-swap entry; beside a type, must agree with it."""
    derived: Mapping[str, Any] = field(default_factory=dict)
    """``raw``, ``marker``, ``pte_low``, ``pte_high`` as given: what comes out must agree."""


def read_pte(description: Mapping[str, Any]) -> PteDescription:
    """Read the JSON form of a swap PTE; a field that is null is as good as left out.

    :raises FaultError: with every problem found.
    """
    if not isinstance(description, Mapping):
        raise _refused("", Reason.MALFORMED, "a swap PTE is described by a JSON object")
    given = {name: value for name, value in description.items() if value is not None}
    problems = [
        Problem(clipped(name), Reason.UNKNOWN_FIELD, f"unknown field{near_match(name, _FIELDS)}")
        for name in given
        if name not in _FIELDS
    ]
    found: dict[str, Any] = {}
    for name, value in given.items():
        try:
            if name in ("architecture", "kernel", "entry"):
                found[name] = _text(name, value)
            elif name == "type":
                found[name] = number_of(name, value, 32)
            elif name == "offset":
                found[name] = number_of(name, value, 64)
            elif name in ("raw", "pte_low", "pte_high"):
                found[name] = hex(number_of(name, value, 64))
            elif name in FLAGS and not isinstance(value, bool):
                raise _refused(name, Reason.WRONG_TYPE, f"`{clipped(value)}` is not true or false")
            elif name == "marker":
                found[name] = _texts(name, value)
            else:
                found[name] = value
        except FaultError as error:
            problems += error.problems
    problems += [
        Problem(name, Reason.MISSING, f"the {name} is not given")
        for name in _NAMES
        if not given.get(name)
    ]
    if problems:
        raise FaultError(problems)
    return PteDescription(
        architecture=found["architecture"],
        kernel=found["kernel"],
        type=found.get("type"),
        offset=found.get("offset"),
        flags={name: found[name] for name in FLAGS if name in found},
        entry=found.get("entry", ""),
        derived={name: found[name] for name in _DERIVED if name in found and name != "entry"},
    )


class PteCodec:
    """Decodes and encodes swap PTEs.

    .. versionadded:: 0.1
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._kept: dict[tuple[str, str], _Machine] = {}

    def __reduce__(self) -> tuple[type[PteCodec], tuple[Catalog]]:
        return PteCodec, (self._catalog,)

    def decode(self, value: Value, architecture: str, kernel: str) -> SwapPte:
        """Take a raw swap PTE apart.

        :param value: the PTE, see :data:`Value`.
        :param architecture: name of an architecture preset.
        :param kernel: name of a kernel preset, a release or a variant.
        :raises FaultError: an unknown name, or no swap PTE; names the field.
        """
        machine = self._machine(architecture, kernel)
        raw = number_of("raw", value)
        try:
            bits = machine.layout.decode(raw)
        except ValueError as error:
            message = f"{error} on {architecture} in {kernel}"
            raise _refused("raw", Reason.NOT_A_SWAP_PTE, message) from error
        return machine.told(raw, bits)

    def encode(self, description: PteDescription | Mapping[str, Any]) -> SwapPte:
        """Put a swap PTE together.

        :param description: its JSON form as a mapping, or what :func:`read_pte` made of it.
            Fields that follow from others (``raw``, ``entry``, …) may be there, and must agree.
        :raises FaultError: an unknown name, a field that does not fit or that disagrees; names
            each field, with the allowed values.
        """
        if not isinstance(description, PteDescription):
            description = read_pte(description)
        machine = self._machine(description.architecture, description.kernel)
        kind = description.type
        if kind is None:
            kind = machine.type_of(description.entry)
        if description.offset is None:
            raise _refused("offset", Reason.MISSING, "the offset is not given")
        flags = {FLAGS[name]: value for name, value in description.flags.items()}
        bits = PteBits(kind, description.offset, flags)
        try:
            raw = machine.layout.encode(bits)
        except PteFieldError as error:
            names = {layout: name for name, layout in FLAGS.items()}
            message = f"{error} ({description.architecture}, kernel {description.kernel})"
            name = names.get(error.field, error.field)
            raise _refused(name, Reason.WRONG_TYPE, message) from error
        pte = machine.told(raw, machine.layout.decode(raw))
        _compare(description, pte)
        return pte

    def decode_ptes(
        self, values: Iterable[Value], architecture: str, kernel: str
    ) -> Iterator[SwapPte | FaultError]:
        """Decode many; what cannot be decoded has its error in its place."""
        for value in values:
            try:
                yield self.decode(value, architecture, kernel)
            except FaultError as error:
                yield error

    def encode_ptes(
        self, descriptions: Iterable[Mapping[str, Any] | FaultError]
    ) -> Iterator[SwapPte | FaultError]:
        """Encode many; what cannot be encoded has its error in its place.

        :param descriptions: see :meth:`encode`; an error among them stays where it is.
        """
        for description in descriptions:
            try:
                if isinstance(description, FaultError):
                    raise description
                yield self.encode(description)
            except FaultError as error:
                yield error

    def _machine(self, architecture: str, kernel: str) -> _Machine:
        key = (architecture, kernel)
        if key not in self._kept:
            self._kept[key] = self._look_up(architecture, kernel)
        return self._kept[key]

    def _look_up(self, architecture: str, kernel: str) -> _Machine:
        catalog = self._catalog
        found = catalog.kernels.get(kernel)
        known = catalog.architectures.get(architecture)
        problems = []
        if found is None:
            problems.append(unknown_name("kernel", "kernel", kernel, catalog.kernels))
        if known is None:
            problems.append(
                unknown_name("architecture", "architecture", architecture, catalog.architectures)
            )
        if found is None or known is None:
            raise FaultError(problems)
        layout = known.layout(found.at)
        if layout is None:
            ranges = ", ".join(str(each.releases) for each in known.layouts) or "none"
            message = (
                f"no layout of `{architecture}` is known in {found.release}; it is known in "
                f"releases: {ranges}"
            )
            raise _refused("architecture", Reason.UNKNOWN_NAME, message)
        return _Machine(catalog, architecture, found, layout)


@dataclass(frozen=True, slots=True)
class _Machine:
    """An architecture under a kernel."""

    catalog: Catalog
    architecture: str
    kernel: Kernel
    layout: PteLayout

    def told(self, raw: int, bits: PteBits) -> SwapPte:
        """What a PTE says, in words."""
        entry = self.catalog.entry_kind(self.kernel, bits.type)
        marker = None
        if entry == _MARKER:
            masks = self.catalog.marker_bits(self.kernel)
            marker = tuple(name for name, mask in masks.items() if bits.offset & mask)
        return SwapPte(
            raw=raw,
            architecture=self.architecture,
            kernel=self.kernel.name,
            entry=entry,
            type=bits.type,
            offset=bits.offset,
            marker=marker,
            words=(raw & 0xFFFFFFFF, raw >> 32) if self.layout.words == 2 else None,
            **{name: bits.flags.get(layout) for name, layout in FLAGS.items()},
        )

    def type_of(self, entry: str) -> int:
        """The type of a kind of non-swap entry.

        :raises FaultError: no kind is given, it has many types, or there is no such kind.
        """
        kinds = self.catalog.entry_kinds(self.kernel)
        if entry in kinds:
            return self.catalog.max_swapfiles(self.kernel) + kinds.index(entry)
        if entry in ("", "swap"):
            raise _refused("type", Reason.MISSING, "the type is not given")
        raise FaultError([unknown_name("entry", "kind of entry", entry, ["swap", *kinds])])


def number_of(field: str, value: Value, bits: int | None = None) -> int:
    """A number that is given as one, or in hexadecimal or decimal digits.

    :param bits: the most bits that it may have.
    :raises FaultError: it is none, or too large; names the field.
    """
    number = -1
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str) and _NUMBER.fullmatch(value):
        number = int(value, 16 if value[:2] in ("0x", "0X") else 10)
    if number < 0:
        message = f"`{clipped(value)}` is not a number such as `0x12345` or `74565`"
        raise _refused(field, Reason.WRONG_TYPE, message)
    if bits is not None and number >> bits:
        message = f"`{clipped(value)}` has more than {bits} bits"
        raise _refused(field, Reason.WRONG_TYPE, message)
    return number


def _text(field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _refused(field, Reason.WRONG_TYPE, f"`{clipped(value)}` is not a string")
    return value.encode("utf-8", "replace").decode()


def _texts(field: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _refused(field, Reason.WRONG_TYPE, f"`{clipped(value)}` is not a list of strings")
    return value


def _compare(description: PteDescription, pte: SwapPte) -> None:
    """Refuse a description with a field that says otherwise than the PTE that it makes."""
    made = pte.to_dict()
    given = dict(description.derived)
    if description.entry:
        given["entry"] = description.entry
    problems = [
        Problem(name, Reason.DISAGREES, f"`{clipped(value)}` is given, `{made[name]}` comes out")
        for name, value in given.items()
        if value != made[name]
    ]
    if problems:
        raise FaultError(problems)


def _refused(field: str, reason: Reason, message: str) -> FaultError:
    return FaultError([Problem(field, reason, message)])
