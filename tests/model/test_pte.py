"""Raw swap PTEs: worked examples of every layout, round trips, and what is refused."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swapin.catalog import Catalog, load_catalog
from swapin.model import Architecture, PteBits, PteFieldError, PteLayout, Release

# Computed with the compiled macros of each release; one row an example.
EXAMPLES = list(
    csv.DictReader(
        (Path(__file__).parent / "swap_ptes.csv").read_text(encoding="utf-8").splitlines()
    )
)

# Layout whose type or offset has a bit that says present, by a release that has it.
REACH_INTO_PRESENT = {("sh-29bit", "6.1"), ("csky-abiv2", "5.11"), ("m68k-sun3", "6.1")}


def layout_of(catalog: Catalog, name: str, release: str) -> PteLayout:
    layout = catalog.architectures[name].layout(Release.parse(release))
    assert layout is not None, (name, release)
    return layout


def layouts(catalog: Catalog) -> Iterator[tuple[Architecture, PteLayout]]:
    for known in catalog.architectures.values():
        for layout in known.layouts:
            yield known, layout


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=lambda row: f"{row['architecture']}-{row['releases']}-{row['pte']}"
)
def test_worked_examples(catalog: Catalog, example: dict[str, str]) -> None:
    """Each example comes apart into its fields, and together into its value."""
    raw, flags = int(example["pte"], 16), set(filter(None, example["flags"].split("+")))
    fields = int(example["type"]), int(example["offset"], 16)
    for release in example["releases"].split("+"):
        layout = layout_of(catalog, example["architecture"], release)
        wanted = PteBits(*fields, dict.fromkeys(flags, True))
        if raw == layout.none:
            with pytest.raises(PteFieldError, match="the empty PTE"):
                layout.encode(wanted)
            continue
        bits = layout.decode(raw)

        assert fields == (bits.type, bits.offset)
        assert flags == {flag for flag, value in bits.flags.items() if value}
        assert raw == layout.encode(wanted) == layout.encode(bits)


def test_examples_of_every_layout(catalog: Catalog) -> None:
    """No layout is without an example, but the one that no read tree of a release has."""
    seen = {
        (row["architecture"], layout_of(catalog, row["architecture"], release).releases)
        for row in EXAMPLES
        for release in row["releases"].split("+")
    }
    missing = [
        f"{known.name} {layout.releases}"
        for known, layout in layouts(catalog)
        if (known.name, layout.releases) not in seen
    ]

    assert ["ia64 6.3 to 6.6"] == missing


LAYOUTS = [
    pytest.param(layout, id=f"{known.name}-{layout.releases}".replace(" ", "-"))
    for known, layout in layouts(load_catalog(strict=True))
]


def numbers(largest: int) -> st.SearchStrategy[int]:
    """Any number up to the largest, and often one at a bit's boundary."""
    edges = [1 << bit for bit in range(largest.bit_length())]
    return st.integers(0, largest) | st.sampled_from([0, largest, *edges])


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_round_trips(layout: PteLayout, data: st.DataObject) -> None:
    """What is encoded decodes to the same fields, and is no present or empty PTE."""
    kind = data.draw(numbers(layout.largest_type))
    offset = data.draw(numbers(layout.largest_offset))
    flags = {name: data.draw(st.booleans()) for name in layout.flags}
    bits = PteBits(kind, offset, flags)
    try:
        raw = layout.encode(bits)
    except PteFieldError:
        # Nothing, or where offsets are inverted, the last one.
        assert (0, False) == (kind, any(flags.values()))
        assert offset in (0, layout.largest_offset)
        return

    assert bits == layout.decode(raw)
    assert raw != layout.none
    assert raw & layout.present == layout.absent
    assert raw < 1 << layout.bits


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_values_round_trip_or_are_refused(layout: PteLayout, data: st.DataObject) -> None:
    """Any value either is refused, or comes out again when it is put together."""
    swap = layout.base ^ (data.draw(st.integers(0, (1 << layout.bits) - 1)) & ~layout.present)
    raw = data.draw(st.sampled_from([swap, swap ^ layout.present, swap | 1]))
    try:
        bits = layout.decode(raw)
    except ValueError:
        return

    assert raw == layout.encode(bits)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_overflow_names_the_field(layout: PteLayout) -> None:
    """One more than fits is refused by field, with the range that is allowed."""
    too_large = layout.largest_type + 1
    with pytest.raises(PteFieldError, match=f"type `{too_large}`.*0 to {layout.largest_type}"):
        layout.encode(PteBits(too_large, 1, {}))
    too_far = layout.largest_offset + 1
    with pytest.raises(PteFieldError, match=f"offset `{too_far:#x}`.*0 to {too_far - 1:#x}"):
        layout.encode(PteBits(1, too_far, {}))
    with pytest.raises(PteFieldError, match="offset `-0x1`"):
        layout.encode(PteBits(1, -1, {}))
    with pytest.raises(PteFieldError, match="no such bit"):
        layout.encode(PteBits(1, 1, {"nonsense": True}))


@pytest.mark.parametrize(
    ("name", "release", "kind", "offset"),
    [
        ("arm64", "5.10", 31, (1 << 50) - 1),
        ("x86_64", "7.3", 31, (1 << 50) - 1),
        ("riscv64", "5.10", 31, (1 << 57) - 1),
        # The type is six to eight bits wide.
        ("mips64", "6.1", 31, (1 << 40) - 1),
        ("alpha", "6.12", 31, (1 << 24) - 1),
        # Types above 3 were lost.
        ("nios2", "6.1", 3, (1 << 20) - 1),
        # swp_entry_t of 32 bits: 26 are left beside the type and the free top bit.
        ("x86_32-pae", "6.12", 31, (1 << 26) - 1),
        ("sh-x2tlb", "6.12", 31, (1 << 26) - 1),
        # The top of the field is the bit that says valid.
        ("m68k-sun3", "6.1", 31, (1 << 24) - 1),
        ("m68k-sun3", "6.12", 31, (1 << 24) - 1),
    ],
)
def test_limits(catalog: Catalog, name: str, release: str, kind: int, offset: int) -> None:
    """What survives a round trip through generic code, field by field."""
    layout = layout_of(catalog, name, release)

    assert (kind, offset) == (layout.largest_type, layout.largest_offset)


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
    with pytest.raises(ValueError, match=why):
        layout_of(catalog, "x86_64", "6.1").decode(raw)


@pytest.mark.parametrize(
    ("name", "release", "raw", "why"),
    [
        ("arm", "6.12", 0x12345602, "belong to no field"),
        # Beyond 32 bits of swp_entry_t the offset is all ones, that is, inverted zeros.
        ("x86_32-pae", "6.12", 0x7FFFFEFFFFFFE00, "belong to no field"),
        ("sparc32", "6.12", 0x12345182, "present PTE"),
        ("xtensa", "6.12", 0x1C, "the empty PTE"),
        ("xtensa", "6.12", 0x00012340, "present PTE"),
        ("s390x", "6.12", 0x400, "the empty PTE"),
        ("mips64", "6.1", 0x800000 | 1 << 24, "type `128`"),
        ("sh-x2tlb", "6.12", 1 << 63, "offset `0x4000000`"),
    ],
)
def test_refused_by_architecture(
    catalog: Catalog, name: str, release: str, raw: int, why: str
) -> None:
    """Stray bits, fields too wide for generic code, and other ideas of *empty* and *present*."""
    with pytest.raises(ValueError, match=why):
        layout_of(catalog, name, release).decode(raw)


def test_two_words(catalog: Catalog) -> None:
    """Three PTEs are structures of two words: the entry is in the high one, the marker low."""
    two = {known.name for known, layout in layouts(catalog) if layout.words == 2}
    assert {"mips32-xpa", "mips32-phys64", "sh-x2tlb"} == two
    for name in two:
        layout = layout_of(catalog, name, "6.12")
        raw = layout.encode(PteBits(3, 0x12345, {"swp_exclusive": True}))

        assert layout.flags["swp_exclusive"] == raw & 0xFFFFFFFF
        assert raw >> 32 == layout.encode(PteBits(3, 0x12345, {})) >> 32


def test_fields_do_not_overlap(catalog: Catalog) -> None:
    """Type, offset and flags have bits of their own; three reach into the present bit."""
    reach = set()
    for known, layout in layouts(catalog):
        assert 0 == layout.collisions, (known.name, layout)
        masks = [segment.scatter(-1) for segment in (*layout.type, *layout.offset)]
        if any(mask & layout.present for mask in masks):
            reach.add((known.name, str(layout.releases.until).replace("6.2", "6.1")))

    assert reach == REACH_INTO_PRESENT


def test_layouts_lie_in_the_time_of_their_architecture(catalog: Catalog) -> None:
    """A layout holds in releases that have the architecture, whose ends it keeps."""
    for known, layout in layouts(catalog):
        for kernel in catalog.kernels.values():
            if kernel.at in layout.releases:
                assert kernel.at in known.releases, (known.name, kernel.name)
    existing = {name: str(known.releases) for name, known in catalog.architectures.items()}
    assert {
        "ia64": "up to 6.6",
        "nds32": "up to 5.17",
        "loongarch64": "since 5.19",
        "loongarch32": "since 6.19",
    } == {name: told for name, told in existing.items() if told != "every release"}


def test_observed_ptes(catalog: Catalog, root: Path) -> None:
    """Every raw PTE that a real kernel faulted on: bits as recorded, and the same value again."""
    seen = 0
    for path in sorted((root / "tests" / "observations").glob("*.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                observed = json.loads(line)
                raw = observed["pte"].get("raw")
                if not raw:
                    continue
                release = observed["kernel"]["release"]
                layout = layout_of(catalog, observed["architecture"], release)
                bits = layout.decode(int(raw, 16))

                assert int(raw, 16) == layout.encode(bits)
                marked = bits.flags.get("swp_exclusive", False)
                assert observed["pte"]["swp_exclusive"] == marked, (path, line)
                seen += 1

    assert seen > 1000
