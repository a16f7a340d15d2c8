"""Raw swap PTEs: worked examples of every layout, and what is refused."""

from __future__ import annotations

import pytest

from swapin.catalog import Catalog
from swapin.model import PteLayout, Release

# Type 3, offset 0x12345; computed with the macros of each release.
EXAMPLES = [
    ("x86_64", "5.10", 0x1FFFFFFFFDB97400, {}),
    ("x86_64", "6.1", 0x1FFFFFFFFDB97400, {}),
    ("x86_64", "7.3", 0x1FFFFFFFFDB97408, {"swp_exclusive"}),
    ("x86_64", "6.1", 0x1FFFFFFFFDB9740A, {"swp_exclusive", "soft_dirty"}),
    ("arm64", "6.1", 0x1234518, {}),
    ("arm64", "6.1", 0x123451C, {"swp_exclusive"}),
    ("arm64", "6.12", 0x123450C0, {}),
    ("arm64", "7.3", 0x123450C4, {"swp_exclusive"}),
    ("s390x", "6.1", 0x1234560C, {}),
    ("s390x", "7.3", 0x12345E0C, {"swp_exclusive"}),
    ("ppc64", "6.1", 0x4000000123450003, {}),
    ("ppc64", "7.3", 0x4000000123450023, {"swp_exclusive"}),
]


@pytest.mark.parametrize(("name", "release", "raw", "flags"), EXAMPLES)
def test_worked_examples(
    catalog: Catalog, name: str, release: str, raw: int, flags: set[str]
) -> None:
    """Each example comes apart into type 3, offset 0x12345 and its flags."""
    layout = catalog.architectures[name].layout(Release.parse(release))
    assert layout is not None

    bits = layout.decode(raw)

    assert (3, 0x12345) == (bits.type, bits.offset)
    assert set(flags) == {flag for flag, value in bits.flags.items() if value}


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        pytest.param(0, "not a non-zero value", id="no PTE"),
        pytest.param(1 << 64, "not a non-zero value", id="too wide"),
        pytest.param(0x1FFFFFFFFDB97401, "present PTE", id="present"),
    ],
)
def test_no_swap_pte(catalog: Catalog, raw: int, why: str) -> None:
    """A value that is no swap PTE is refused with the reason."""
    layout = catalog.architectures["x86_64"].layout(Release.parse("6.1"))
    assert layout is not None

    with pytest.raises(ValueError, match=why):
        layout.decode(raw)


def test_stray_bits(catalog: Catalog) -> None:
    """Bits that belong to no field are refused, not dropped."""
    layout = catalog.architectures["arm"].layout(Release.parse("6.12"))
    assert layout is not None

    with pytest.raises(ValueError, match="belong to no field"):
        layout.decode(0x12345602)


def layouts(catalog: Catalog) -> list[PteLayout]:
    return [layout for known in catalog.architectures.values() for layout in known.layouts]


def test_fields_do_not_overlap(catalog: Catalog) -> None:
    """In every layout type, offset and flags have bits of their own."""
    for layout in layouts(catalog):
        fields = (*layout.type, *layout.offset)
        masks = [segment.scatter(-1) for segment in fields] + [*layout.flags.values()]
        for index, mask in enumerate(masks):
            for other in masks[:index]:
                assert mask & other == 0, layout
