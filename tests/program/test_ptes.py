"""Swap PTEs with names: kinds of entry by release, markers, and descriptions that disagree."""

from __future__ import annotations

import pytest

from swapin.catalog import Catalog
from swapin.model import FaultError
from swapin.program.ptes import PteCodec

PRIVATE = "device_private_write device_private_read"
EXCLUSIVE = "device_exclusive_write device_exclusive_read"
MIGRATION = "migration_read migration_read_exclusive migration_write"
KINDS = {
    "5.10": f"hwpoison migration_read migration_write {PRIVATE}",
    "5.14": f"hwpoison migration_read migration_write {PRIVATE} {EXCLUSIVE}",
    "5.19": f"hwpoison {MIGRATION} {PRIVATE} {EXCLUSIVE} pte_marker swapin_error",
    "6.2": f"hwpoison {MIGRATION} {PRIVATE} {EXCLUSIVE} pte_marker",
    "6.15": f"hwpoison {MIGRATION} {PRIVATE} device_exclusive pte_marker",
}
SAME_AS = {"5.13": "5.10", "5.18": "5.14", "6.1": "5.19", "6.12": "6.2", "6.18": "6.15"}
SAME_AS |= {"7.3": "6.15", "v2-posted": "5.19"}


@pytest.fixture(scope="module")
def codec(catalog: Catalog) -> PteCodec:
    """The codec of the installed plugins."""
    return PteCodec(catalog)


@pytest.mark.parametrize("name", [*KINDS, *SAME_AS])
def test_kinds_of_entry(catalog: Catalog, codec: PteCodec, name: str) -> None:
    """Every type has the name that the kernel's own count gives it, and back."""
    kernel, kinds = catalog.kernels[name], KINDS[SAME_AS.get(name, name)].split()
    swap = 32 - len(kinds)
    assert swap == catalog.max_swapfiles(kernel)
    for kind in range(32):
        expected = "swap" if kind < swap else kinds[kind - swap]
        machine = {"architecture": "x86_64", "kernel": name}
        pte = codec.encode({**machine, "type": kind, "offset": 5})

        assert expected == catalog.entry_kind(kernel, kind) == pte.entry
        if kind >= swap:
            assert pte == codec.encode({**machine, "entry": expected, "offset": 5})


@pytest.mark.parametrize(
    ("kernel", "offset", "marker"),
    [
        ("5.19", 0, ()),
        ("6.1", 1, ("uffd_wp",)),
        ("6.1", 2, ()),
        ("6.2", 2, ("swapin_error",)),
        ("6.6", 2, ("poisoned",)),
        ("6.12", 4, ()),
        ("6.13", 4, ("guard",)),
        ("7.3", 7, ("uffd_wp", "poisoned", "guard")),
    ],
)
def test_markers(codec: PteCodec, kernel: str, offset: int, marker: tuple[str, ...]) -> None:
    """A PTE marker names the bits that its kernel knows."""
    wanted = {"architecture": "arm64", "kernel": kernel, "entry": "pte_marker", "offset": offset}

    assert marker == codec.encode(wanted).marker


def test_the_sentence(codec: PteCodec) -> None:
    """The PTE of the documentation, by every way of writing it."""
    expected = {
        "raw": "0x7fffffffffbfe0a",
        "architecture": "x86_64",
        "kernel": "6.1",
        "entry": "swap",
        "type": 0,
        "offset": 0x200,
        "exclusive": True,
        "soft_dirty": True,
        "uffd_wp": False,
        "marker": None,
        "pte_low": None,
        "pte_high": None,
    }
    for value in ("0x7fffffffffbfe0a", 0x7FFFFFFFFFBFE0A, str(0x7FFFFFFFFFBFE0A)):
        assert expected == codec.decode(value, "x86_64", "6.1").to_dict()


def test_two_words(codec: PteCodec) -> None:
    """A PTE of two words says both; the whole decoded form is accepted back."""
    wanted = {"architecture": "mips32-xpa", "kernel": "6.12", "type": 3, "offset": "0x12345"}
    pte = codec.encode({**wanted, "exclusive": True})

    assert ("0x2000000", "0x2468a30") == (pte.to_dict()["pte_low"], pte.to_dict()["pte_high"])
    assert pte == codec.encode(pte.to_dict()) == codec.decode(pte.raw, "mips32-xpa", "6.12")
    assert "pte_low 0x2000000 | pte_high 0x2468a30 << 32" in str(pte)


def test_a_bit_that_is_not_there(codec: PteCodec) -> None:
    """A software bit that the layout lacks is null, and cannot be set."""
    wanted = {"architecture": "riscv64", "kernel": "6.1", "type": 1, "offset": 2}
    pte = codec.encode({**wanted, "exclusive": False, "uffd_wp": None})

    assert (None, None, None) == (pte.exclusive, pte.soft_dirty, pte.uffd_wp)
    assert [("exclusive", "WRONG_TYPE")] == refused(codec, {**wanted, "exclusive": True})


def refused(codec: PteCodec, description: dict[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(FaultError) as error:
        codec.encode(description)
    return [(problem.field, problem.reason.value) for problem in error.value.problems]


GOOD = {"architecture": "x86_64", "kernel": "6.1", "type": 1, "offset": 2}


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({"architecture": None, "kernel": ""}, ["architecture MISSING", "kernel MISSING"]),
        ({"architecture": "x86_65", "kernel": "9"}, ["kernel UNKNOWN_NAME"]),
        ({"architecture": "loongarch32", "kernel": "6.18"}, ["architecture UNKNOWN_NAME"]),
        ({"architecture": "nds32"}, ["architecture UNKNOWN_NAME"]),
        ({"architecture": "\ud800"}, ["architecture UNKNOWN_NAME"]),
        ({"type": None}, ["type MISSING"]),
        ({"type": None, "entry": "swap"}, ["type MISSING"]),
        ({"type": None, "entry": "migration"}, ["entry UNKNOWN_NAME"]),
        ({"type": 32}, ["type WRONG_TYPE"]),
        ({"type": True}, ["type WRONG_TYPE"]),
        ({"type": -1}, ["type WRONG_TYPE"]),
        ({"type": 1 << 32}, ["type WRONG_TYPE"]),
        ({"offset": None}, ["offset MISSING"]),
        ({"offset": 1 << 50}, ["offset WRONG_TYPE"]),
        ({"offset": 1 << 64}, ["offset WRONG_TYPE"]),
        ({"offset": 1.5, "exclusive": 1}, ["offset WRONG_TYPE", "exclusive WRONG_TYPE"]),
        ({"exclusiv": True}, ["exclusiv UNKNOWN_FIELD"]),
        ({"marker": "guard", "entry": 3}, ["marker WRONG_TYPE", "entry WRONG_TYPE"]),
        ({"raw": "0x123"}, ["raw DISAGREES"]),
        ({"entry": "hwpoison", "pte_low": 1}, ["pte_low DISAGREES", "entry DISAGREES"]),
        ({"marker": ["guard"]}, ["marker DISAGREES"]),
    ],
)
def test_refused_descriptions(
    codec: PteCodec, change: dict[str, object], problems: list[str]
) -> None:
    """Every problem names its field; nothing that disagrees is passed over."""
    found = [f"{field} {reason}" for field, reason in refused(codec, GOOD | change)]

    assert problems == found[: len(problems)]


@pytest.mark.parametrize("value", ["", "7ff", "-1", "0x", "1e3", " 1", "0x" + "f" * 50, True, -1])
def test_no_number(codec: PteCodec, value: str | int) -> None:
    """What is no number is refused as one."""
    with pytest.raises(FaultError) as error:
        codec.decode(value, "x86_64", "6.1")

    assert [("raw", "WRONG_TYPE")] == [(p.field, p.reason.value) for p in error.value.problems]


def test_a_description_of_a_fault_with_an_architecture_of_another_time(catalog: Catalog) -> None:
    """A fault on an architecture that the release does not have is refused."""
    from swapin.program import Program

    with pytest.raises(FaultError, match=r"7\.3 has no architecture `ia64`.*up to 6\.6"):
        Program(catalog).evaluate({"kernel": {"release": "7.3"}, "architecture": "ia64"})
