"""Read the kernel's own type information (BTF): where fields are, and what enumerators are worth.

The format is that of Documentation/bpf/btf.rst in the kernel's source.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from swapin.observe.probes import Offsets, PageBits

VMLINUX = Path("/sys/kernel/btf/vmlinux")
_MAGIC = 0xEB9F
_STRUCT, _UNION, _ENUM, _TYPEDEF, _VOLATILE, _CONST = 4, 5, 6, 8, 9, 10
_EXTRA = {1: (4, 0), 3: (12, 0), 4: (0, 12), 5: (0, 12), 6: (0, 8), 13: (0, 8), 14: (4, 0)}
_EXTRA |= {15: (0, 12), 17: (4, 0), 19: (0, 12)}
"""Bytes that follow a type of a kind: always, and for each of its parts; others have none."""
_LAST_KIND = 19


class BtfError(ValueError):
    """The data are no BTF, or lack what is asked for."""


class Btf:
    """The types of one kernel.

    :raises BtfError: the data are no BTF.
    """

    def __init__(self, data: bytes) -> None:
        try:
            magic, _, _, head, types, types_len, strings, strings_len = struct.unpack_from(
                "<HBBIIIII", data
            )
            if magic != _MAGIC:
                raise BtfError("this is no type information: its magic number is another")
            self._strings = data[head + strings : head + strings + strings_len]
            self._data = data[head + types : head + types + types_len]
            self._at = [0, *self._starts()]
        except struct.error as error:
            raise BtfError("the type information ends too early") from error
        self._by_name: dict[tuple[int, str], int] = {}
        for number in range(1, len(self._at)):
            name, kind, *_ = self._type(number)
            if kind in (_STRUCT, _ENUM) and name:
                self._by_name.setdefault((kind, name), number)

    def _starts(self) -> Iterator[int]:
        at = 0
        while at < len(self._data):
            yield at
            info = struct.unpack_from("<I", self._data, at + 4)[0]
            kind, parts = info >> 24 & 0x1F, info & 0xFFFF
            if kind > _LAST_KIND:
                raise BtfError(f"the type information has the unknown kind {kind}")
            always, each = _EXTRA.get(kind, (0, 0))
            at += 12 + always + each * parts

    def _type(self, number: int) -> tuple[str, int, int, bool, int]:
        """Name, kind, number of parts, whether offsets hold bit-field sizes, type or size."""
        name, info, other = struct.unpack_from("<III", self._data, self._at[number])
        return self._string(name), info >> 24 & 0x1F, info & 0xFFFF, bool(info >> 31), other

    def _string(self, at: int) -> str:
        return self._strings[at : self._strings.index(b"\0", at)].decode("ascii", "replace")

    def offset(self, structure: str, member: str) -> int:
        """Where a member of a structure is, in bytes; also one of an anonymous part.

        :raises BtfError: there is no such structure, or no such member.
        """
        number = self._by_name.get((_STRUCT, structure))
        bits = self._find(number, member) if number else None
        if bits is None:
            raise BtfError(f"the kernel has no `{member}` in `struct {structure}`")
        return bits // 8

    def _find(self, number: int, member: str) -> int | None:
        _, kind, parts, sized, other = self._type(number)
        while kind in (_TYPEDEF, _VOLATILE, _CONST):
            number = other
            _, kind, parts, sized, other = self._type(number)
        if kind not in (_STRUCT, _UNION):
            return None
        for part in range(parts):
            at = self._at[number] + 12 + 12 * part
            name, of, bits = struct.unpack_from("<III", self._data, at)
            bits = bits & 0xFFFFFF if sized else bits
            if self._string(name) == member:
                return int(bits)
            if not name:
                inner = self._find(of, member)
                if inner is not None:
                    return int(bits) + inner
        return None

    def enumerators(self, name: str) -> dict[str, int]:
        """The names and values of an enumeration.

        :raises BtfError: there is no such enumeration.
        """
        number = self._by_name.get((_ENUM, name))
        if number is None:
            raise BtfError(f"the kernel has no `enum {name}`")
        parts, at = self._type(number)[2], self._at[number] + 12
        pairs = (struct.unpack_from("<Ii", self._data, at + 8 * part) for part in range(parts))
        return {self._string(name_at): value for name_at, value in pairs}


def offsets_by_btf(btf: Btf) -> Offsets:
    """The offsets that the probes read at.

    :raises BtfError: the kernel has not what they read.
    """
    page = "page"
    return Offsets(
        vmf_address=btf.offset("vm_fault", "address"),
        vmf_flags=btf.offset("vm_fault", "flags"),
        vmf_orig_pte=btf.offset("vm_fault", "orig_pte"),
        page_flags=btf.offset(page, "flags"),
        page_mapping=btf.offset(page, "mapping"),
        page_refcount=btf.offset(page, "_refcount"),
        swap_info_flags=btf.offset("swap_info_struct", "flags"),
    )


def page_bits_by_btf(btf: Btf) -> PageBits:
    """The numbers of page flags.

    :raises BtfError: the kernel has not those that are read.
    """
    flags = btf.enumerators("pageflags")
    try:
        return PageBits(
            swapcache=flags["PG_swapcache"],
            writeback=flags["PG_writeback"],
            swapbacked=flags["PG_swapbacked"],
        )
    except KeyError as error:
        raise BtfError(f"the kernel has no page flag {error}") from error
