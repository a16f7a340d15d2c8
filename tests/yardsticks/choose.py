"""Find the yardstick of a release.

The folder is not a package, and a module called ``select`` must not get in the way of the
standard one, so the yardsticks are loaded from their files: nothing has to be on sys.path.

A yardstick takes what differs among its releases as parameters. The tables below say from which
release on a parameter has a value; every release from there on, up to the next one that
changes it, has the same.
"""

import importlib.util
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import cast

Decide = Callable[[Mapping[str, bool]], dict[str, object]]

_V2_POSTED = "v2-posted"
_E2 = "e2_marker"

RELEASES = (
    *(f"5.{minor}" for minor in range(10, 20)),
    *(f"6.{minor}" for minor in range(20)),
    *(f"7.{minor}" for minor in range(4)),
)
"""Every release that has a yardstick, oldest first."""

READ = (
    "access.vma_lock",
    "access.write",
    "folio.allocated",
    "folio.anon",
    "folio.entry_matches",
    "folio.extra_reference",
    "folio.hwpoison",
    "folio.ksm",
    "folio.ksm_copy",
    "folio.large",
    "folio.large_reusable",
    "folio.locked",
    "folio.lru_batched",
    "folio.mapped",
    "folio.other_slots",
    "folio.range_matches",
    "folio.sole_reference",
    "folio.sole_user",
    "folio.swap_full",
    "folio.swapcache",
    "folio.swapcache_hit",
    "folio.uptodate",
    "folio.writeback",
    "folio.writeback_ended",
    "pte.entry.device_exclusive",
    "pte.entry.device_private",
    "pte.entry.hwpoison",
    "pte.entry.marker_guard",
    "pte.entry.marker_poisoned",
    "pte.entry.marker_uffd_wp",
    "pte.entry.migration",
    "pte.entry.swap",
    "pte.entry.swapin_error",
    "pte.same",
    "pte.soft_dirty",
    "pte.swp_exclusive",
    "pte.uffd_wp",
    "swap_count",
    "swap_device.available",
    "swap_device.stable_writes",
    "swap_device.synchronous_io",
    "swap_slot.claimed",
    "vma.soft_dirty_tracking",
    "vma.uffd_rwp",
    "vma.uffd_wp",
    "vma.uffd_wp_async",
    "vma.writable",
)
"""Every key of a state that some yardstick reads; ``pte.entry.bad`` is what none of them asks for.

``folio.fresh`` is not among them: a yardstick works it out as the kernel does, from the pointers.
"""

_STARTS: dict[str, tuple[str, dict[str, dict[str, object]]]] = {
    "5.10": (
        "e0_reuse_swap_page",
        {
            "5.10": {"pins_swap_device": False, "device_exclusive": False},
            "5.14": {"pins_swap_device": True, "device_exclusive": True},
        },
    ),
    "5.18": ("e1_refcount", {}),
    "5.19": (
        _E2,
        {
            "5.19": {
                "rechecks_device_private": False,
                "swapin_error_type": True,
                "uffd_marker": "refused",
                "poisoned_marker": "unknown",
                "copy_reports_poison": False,
                "retries_under_vma_lock": False,
                "device_private_needs_mmap_lock": False,
                "uffd_wp_async": False,
                "claims_slot": False,
                "wp_refuses_large": False,
            },
            "6.1": {"rechecks_device_private": True},
            "6.2": {
                "swapin_error_type": False,
                "uffd_marker": "cleared",
                "poisoned_marker": "bus error",
            },
            "6.3": {"copy_reports_poison": True},
            "6.4": {"uffd_marker": "followed", "retries_under_vma_lock": True},
            "6.6": {
                "poisoned_marker": "poison",
                "retries_under_vma_lock": False,
                "device_private_needs_mmap_lock": True,
            },
            "6.7": {"uffd_wp_async": True},
            "6.8": {"claims_slot": True},
            "6.10": {"wp_refuses_large": True},
        },
    ),
    "6.11": (
        "e4_writable_on_read",
        {
            "6.11": {
                "reads_large": False,
                "guard_markers": False,
                "device_private_trylock": False,
                "wp_asks_large": False,
                "poison_under_lock": False,
            },
            "6.12": {"reads_large": True},
            "6.13": {"guard_markers": True},
            "6.15": {"device_private_trylock": True, "wp_asks_large": True},
            "6.18": {"poison_under_lock": True},
        },
    ),
    "7.0": ("e6_no_bypass", {}),
    "7.3": ("e7_marker_only", {}),
}
"""The first release of each yardstick, its module, and what its parameters become and when."""


@cache
def _load(name: str) -> Callable[..., dict[str, object]]:
    path = Path(__file__).resolve().parent / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"yardstick_{name}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast(Callable[..., dict[str, object]], module.decide)


def _chosen(release: str) -> tuple[str, dict[str, object]]:
    """The module of a release and the parameters that it takes there."""
    upto = RELEASES[: RELEASES.index(release) + 1]
    start = next(one for one in reversed(upto) if one in _STARTS)
    name, changes = _STARTS[start]
    parameters: dict[str, object] = {}
    for one in upto:
        parameters |= changes.get(one, {})
    return name, parameters


def yardstick_for(release: str, variant: str | None = None) -> Decide:
    """Return decide() for a mainline release such as '6.1', or for the variant 'v2-posted'.

    The posted patch exists only for the releases that carry its rule, 5.19 to 6.10; its own
    label 'v2-posted' is accepted in place of a release as well, and means 5.19, for which it
    was written.
    """
    if variant is not None and variant != _V2_POSTED:
        raise ValueError(f"unknown variant {variant!r}")
    if release == _V2_POSTED:
        release, variant = "5.19", _V2_POSTED
    if release not in RELEASES:
        raise ValueError(f"unknown release {release!r}")
    name, parameters = _chosen(release)
    if variant is not None:
        if name != _E2:
            raise ValueError(f"release {release} has no variant {variant!r}")
        parameters["inverted_stable_writes"] = True
    return partial(_load(name), **parameters)
