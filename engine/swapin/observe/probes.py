"""Kprobes that show a swap-in fault: its inputs, and the call that maps the page.

Which functions exist differs by release, so every probe is offered and the kernel refuses those
that it has not. Where fields are comes from the kernel's own type information if it is given,
else from the tables here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from swapin.model import Release

GROUP = "swapin"
"""The group that the events are in."""
ANON_RMAP, NEW_ANON_RMAP = "anon_rmap", "new_anon_rmap"
"""The events of the functions that map a page: one that was anonymous already, or a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offsets:
    """Where a kernel keeps what the probes read, in bytes."""

    vmf_address: int
    vmf_flags: int
    vmf_orig_pte: int
    page_flags: int
    page_mapping: int
    page_refcount: int
    swap_info_flags: int


_BEFORE_5_18 = Offsets(
    vmf_address=24,
    vmf_flags=8,
    vmf_orig_pte=48,
    page_flags=0,
    page_mapping=24,
    page_refcount=52,
    # ``struct percpu_ref users`` came before it in 5.14, and no release between was read.
    swap_info_flags=0,
)
_SINCE_5_18 = replace(_BEFORE_5_18, vmf_flags=40, vmf_orig_pte=64, swap_info_flags=16)
_ARM_SINCE_5_18 = Offsets(
    vmf_address=12,
    vmf_flags=20,
    vmf_orig_pte=32,
    page_flags=0,
    page_mapping=12,
    page_refcount=28,
    swap_info_flags=8,
)


NEW_PAGES_HAVE_FLAGS = Release.parse("6.11")
"""Since "mm: extend rmap flags arguments for folio_add_new_anon_rmap"; a new page was always
exclusive before."""


def offsets_of(release: Release, *, word: int) -> Offsets:
    """The offsets of a release as its source lays them out, by include/linux/mm.h and mm_types.h.

    :param word: bytes of a ``long``; 4 means arm with LPAE.
    """
    if word == 4:
        return _ARM_SINCE_5_18
    return _BEFORE_5_18 if release < Release.parse("5.18") else _SINCE_5_18


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBits:
    """Numbers of page flags (``enum pageflags``)."""

    swapcache: int
    writeback: int
    swapbacked: int


_BITS_UNTIL_6_1 = PageBits(swapcache=10, writeback=15, swapbacked=19)
_BITS_SINCE_6_12 = PageBits(swapcache=10, writeback=1, swapbacked=17)


def page_bits_of(release: Release) -> PageBits | None:
    """The numbers in a release; ``None`` between those that were read, where they moved."""
    if release <= Release.parse("6.1"):
        return _BITS_UNTIL_6_1
    return _BITS_SINCE_6_12 if release >= Release.parse("6.12") else None


@dataclass(frozen=True, slots=True)
class Probe:
    """One function to probe."""

    event: str
    function: str
    fetched: Mapping[str, str]
    """What is read, by name, in the syntax of tracefs."""
    returns: bool = False
    """It fires where the function returns."""

    def definition(self) -> str:
        """The line for ``kprobe_events``."""
        words = " ".join(f"{name}={what}" for name, what in self.fetched.items())
        return f"{'r' if self.returns else 'p'}:{GROUP}/{self.event} {self.function} {words}"


def probes(
    release: Release, offsets: Offsets, arguments: Sequence[str], *, word: int
) -> list[list[Probe]]:
    """The probes; of each inner list the first that the kernel accepts is used.

    :param arguments: how the architecture names a function's arguments, in order.
    """
    first, *_ = arguments
    long = f"x{word * 8}"
    fault = {
        "addr": f"+{offsets.vmf_address}({first}):{long}",
        "pte": f"+{offsets.vmf_orig_pte}({first}):x64",
        "flags": f"+{offsets.vmf_flags}({first}):x32",
    }
    # The flags of the first swap device: it is the only one where one device is on.
    device = {"device": f"+{offsets.swap_info_flags}(@swap_info):{long}"}
    page = {
        "page": f"{first}:{long}",
        "page_flags": f"+{offsets.page_flags}({first}):{long}",
        "mapping": f"+{offsets.page_mapping}({first}):{long}",
        "refcount": f"+{offsets.page_refcount}({first}):s32",
    }

    def mapping(event: str, function: str, address: int, rmap: int | None) -> Probe:
        fetched = {"addr": f"{arguments[address]}:{long}", **page}
        if rmap is not None:
            fetched["rmap"] = f"{arguments[rmap]}:x32"
        return Probe(event, function, fetched)

    new_flags = 3 if release >= NEW_PAGES_HAVE_FLAGS else None
    return [
        [Probe("fault", "do_swap_page", fault | device), Probe("fault", "do_swap_page", fault)],
        [
            # 5.10: page_add_anon_rmap() has another fourth argument, and calls this.
            mapping(ANON_RMAP, "do_page_add_anon_rmap", 2, 3),
            mapping(ANON_RMAP, "folio_add_anon_rmap_ptes", 4, 5),
            mapping(ANON_RMAP, "page_add_anon_rmap", 2, 3),
        ],
        [
            mapping(NEW_ANON_RMAP, "folio_add_new_anon_rmap", 2, new_flags),
            mapping(NEW_ANON_RMAP, "page_add_new_anon_rmap", 2, None),
        ],
        [
            Probe(
                "wp",
                "do_wp_page",
                {"addr": fault["addr"], "flags": fault["flags"]},
            )
        ],
    ]
