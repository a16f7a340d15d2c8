"""Write an observation, in the form that ``docs/observations.md`` describes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swapin.catalog import Catalog
from swapin.model import Release
from swapin.observe.probes import NEW_ANON_RMAP, NEW_PAGES_HAVE_FLAGS, page_bits_of
from swapin.observe.trace import Seen

_WRITE = 1
_RMAP_EXCLUSIVE = 1
_MAPPING_ANON, _MAPPING_KSM = 1, 3
_KPF_ANON_EXCLUSIVE = 34
_SWP_STABLE_WRITES, _SWP_SYNCHRONOUS_IO = 1 << 11, 1 << 12
_SWP_USED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a trace does not say: the machine that it was taken on."""

    release: str
    version: str
    architecture: str
    backend: str = ""
    """The backend's preset; empty if it is not known."""
    device: str = ""
    """What the lab calls the device."""
    stable_writes: bool | None = None
    """Stable writes at swapon, for kernels whose probes cannot read the device's flags."""


def record_of(seen: Seen, setting: Setting, catalog: Catalog) -> dict[str, Any]:
    """The observation that a fault makes; what is not known is null."""
    kernel = catalog.kernel(setting.release)
    architecture = catalog.architectures.get(setting.architecture)
    layout = architecture.layout(kernel.at) if architecture and kernel else None
    raw = seen.values["pte"]
    exclusive, swap_type = None, None
    if layout is not None:
        try:
            bits = layout.decode(raw)
            exclusive, swap_type = bits.flags.get("swp_exclusive", False), bits.type
        except ValueError:
            # No swap entry; the audit says so.
            exclusive = None
    observed = {
        "mapped_by": seen.mapped_by,
        "rmap_exclusive": _rmap_exclusive(seen, setting),
        "do_wp_page_followed": seen.wp,
        "copied": seen.copied,
        "anon_exclusive_after": None,
        "mapcount_after": None,
    }
    if seen.after is not None:
        observed["mapcount_after"] = seen.after["mapcount"]
        if catalog.kernel(setting.release) and _has_anon_exclusive(setting, catalog):
            observed["anon_exclusive_after"] = bool(seen.after["flags"] >> _KPF_ANON_EXCLUSIVE & 1)
    return {
        "kernel": {"release": setting.release, "version": setting.version},
        "architecture": setting.architecture,
        "swap_device": _device(seen, setting, swap_type),
        "pte": {"raw": f"{raw:#x}", "swp_exclusive": exclusive},
        "access": {
            "write": bool(seen.values["flags"] & _WRITE),
            "fault_flags": f"{seen.values['flags']:#x}",
        },
        "swap_count": seen.step.swap_count if seen.step else None,
        "at_map": _at_map(seen, setting),
        "observed": observed,
    }


def _rmap_exclusive(seen: Seen, setting: Setting) -> bool:
    if seen.mapped_by == NEW_ANON_RMAP and Release.parse(setting.release) < NEW_PAGES_HAVE_FLAGS:
        return True
    return bool(seen.mapped.get("rmap", _RMAP_EXCLUSIVE) & _RMAP_EXCLUSIVE)


def _has_anon_exclusive(setting: Setting, catalog: Catalog) -> bool:
    kernel = catalog.kernel(setting.release)
    return bool(kernel and catalog.capabilities(kernel).get("kernel.anon_exclusive"))


def _device(seen: Seen, setting: Setting, swap_type: int | None) -> dict[str, Any]:
    flags = seen.values.get("device", 0)
    # The probe reads the flags of the first device, or says of which.
    known = bool(flags & _SWP_USED) and swap_type == seen.values.get("device_type", 0)
    return {
        "backend": setting.backend,
        "name": setting.device,
        "stable_writes": bool(flags & _SWP_STABLE_WRITES) if known else setting.stable_writes,
        "synchronous_io": bool(flags & _SWP_SYNCHRONOUS_IO) if known else None,
    }


def _at_map(seen: Seen, setting: Setting) -> dict[str, Any]:
    flags, mapping = seen.mapped["page_flags"], seen.mapped["mapping"]
    bits = page_bits_of(Release.parse(setting.release))
    cached = writeback = None
    if bits is not None:
        cached = bool(flags >> bits.swapcache & flags >> bits.swapbacked & 1)
        writeback = bool(flags >> bits.writeback & 1)
    return {
        "ksm": mapping & _MAPPING_KSM == _MAPPING_KSM,
        "anon": bool(mapping & _MAPPING_ANON),
        "folio_flags": f"{flags:#x}",
        "swapcache": cached,
        "writeback": writeback,
        "refcount": seen.mapped["refcount"],
    }
