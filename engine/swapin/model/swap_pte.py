"""A swap PTE of one kernel on one architecture: what it says, for eyes and as JSON."""

from __future__ import annotations

import json

from swapin.model.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FLAGS = {"exclusive": "swp_exclusive", "soft_dirty": "soft_dirty", "uffd_wp": "uffd_wp"}
"""Software bits of the JSON form, and their names in a layout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapPte:
    """A raw swap PTE and all that it says.

    .. versionadded:: 0.1
    """

    raw: int
    """The value of the PTE, ``pte_val()``."""
    architecture: str
    kernel: str
    """Name of the kernel preset: a release or a variant."""
    entry: str
    """``swap``, or the kind of non-swap entry; empty if the kernel's kinds are not known."""
    type: int
    """``swp_type()``."""
    offset: int
    """``swp_offset()``: a slot in pages, a page frame number, or the bits of a marker."""
    exclusive: bool | None
    """A software bit is ``None`` where the layout lacks it."""
    soft_dirty: bool | None
    uffd_wp: bool | None
    marker: tuple[str, ...] | None
    """Meanings of the bits of a ``pte_marker`` entry; ``None`` for other entries."""
    words: tuple[int, int] | None
    """``pte_low`` and ``pte_high``, where the PTE is a structure of two words."""

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: numbers in it that are patterns of bits are hexadecimal strings."""
        low, high = map(hex, self.words) if self.words else (None, None)
        return {
            "raw": hex(self.raw),
            "architecture": self.architecture,
            "kernel": self.kernel,
            "entry": self.entry,
            "type": self.type,
            "offset": self.offset,
            "exclusive": self.exclusive,
            "soft_dirty": self.soft_dirty,
            "uffd_wp": self.uffd_wp,
            "marker": None if self.marker is None else list(self.marker),
            "pte_low": low,
            "pte_high": high,
        }

    def to_json(self) -> str:
        """The JSON form as text, the same bytes wherever it was decoded or encoded."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def __str__(self) -> str:
        entry = self.entry or "entry of unknown kind"
        told = [f"{entry}, type {self.type}, offset {self.offset:#x}"]
        if self.marker is not None:
            told.append(f"marks {' and '.join(self.marker) or 'nothing'}")
        for name in FLAGS:
            value = getattr(self, name)
            if value is not None:
                told.append(name.replace("_", "-") if value else f"not {name.replace('_', '-')}")
        missing = [name.replace("_", "-") for name in FLAGS if getattr(self, name) is None]
        if missing:
            told.append(f"no bit for {', '.join(missing)}")
        where = f"{self.architecture}, kernel {self.kernel}"
        if self.words:
            where += f", pte_low {self.words[0]:#x} | pte_high {self.words[1]:#x} << 32"
        return f"{self.raw:#x}: {'; '.join(told)} ({where})"
