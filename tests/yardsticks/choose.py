"""Find the yardstick of a release.

The folder is not a package, and a module called ``select`` must not get in the way of the
standard one, so the yardsticks are loaded from their files: nothing has to be on sys.path.
"""

import importlib.util
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import cast

Decide = Callable[[Mapping[str, bool]], dict[str, object]]

_V2_POSTED = "v2-posted"
_E2 = "e2_marker"

_MODULE_OF_RELEASE = {
    "5.10": "e0_reuse_swap_page",
    "5.11": "e0_reuse_swap_page",
    "5.12": "e0_reuse_swap_page",
    "5.13": "e0_reuse_swap_page",
    "5.14": "e0_reuse_swap_page",
    "5.15": "e0_reuse_swap_page",
    "5.16": "e0_reuse_swap_page",
    "5.17": "e0_reuse_swap_page",
    "5.18": "e1_refcount",
    "5.19": _E2,
    "6.0": _E2,
    "6.1": _E2,
    "6.2": _E2,
    "6.3": _E2,
    "6.4": _E2,
    "6.5": _E2,
    "6.6": _E2,
    "6.7": _E2,
    "6.8": _E2,
    "6.9": _E2,
    "6.10": _E2,
    "6.11": "e4_writable_on_read",
    "6.12": "e4_writable_on_read",
    "6.13": "e4_writable_on_read",
    "6.14": "e4_writable_on_read",
    "6.15": "e4_writable_on_read",
    "6.16": "e4_writable_on_read",
    "6.17": "e4_writable_on_read",
    "6.18": "e4_writable_on_read",
    "6.19": "e4_writable_on_read",
    "7.0": "e6_no_bypass",
    "7.1": "e6_no_bypass",
    "7.2": "e6_no_bypass",
    "7.3": "e7_marker_only",
}


@cache
def _load(name: str) -> Callable[..., dict[str, object]]:
    path = Path(__file__).resolve().parent / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"yardstick_{name}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast(Callable[..., dict[str, object]], module.decide)


def yardstick_for(release: str, variant: str | None = None) -> Decide:
    """Return decide() for a mainline release such as '6.1', or for the variant 'v2-posted'.

    The posted patch exists only for the releases that carry its rule, 5.19 to 6.10; its own
    label 'v2-posted' is accepted in place of a release as well.
    """
    if variant is not None and variant != _V2_POSTED:
        raise ValueError(f"unknown variant {variant!r}")
    if release == _V2_POSTED:
        return partial(_load(_E2), inverted_stable_writes=True)
    if release not in _MODULE_OF_RELEASE:
        raise ValueError(f"unknown release {release!r}")
    name = _MODULE_OF_RELEASE[release]
    if variant is None:
        return _load(name)
    if name != _E2:
        raise ValueError(f"release {release} has no variant {variant!r}")
    return partial(_load(_E2), inverted_stable_writes=True)
