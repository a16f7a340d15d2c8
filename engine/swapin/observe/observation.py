"""Read observations: swap-in faults that real kernels took, one JSON object a line.

``docs/observations.md`` describes the format. What was seen of the fault becomes a
description; what the kernel did is kept apart, so that an answer never goes into a question.
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from swapin.catalog import Catalog
from swapin.model import Fault, FaultError, Problem, Reason
from swapin.program.description import Draft, finish
from swapin.program.json_text import parsed

K = TypeVar("K")

_FAULT_FLAG_USER = 0x40
_GZIP_MAGIC = b"\x1f\x8b"

# What the documented scenarios settle about the page when the fault begins, for observations
# that do not say it themselves (``scenario.facts``). Where each
# process that has the page has it swapped out, no page table maps it. Where the child maps
# it first, two processes have it throughout, whoever of them faults. In none of them does
# anybody clear soft-dirty bits, which is what turns tracking on.
_UNMAPPED: Mapping[str, bool] = {"folio.mapped": False, "vma.soft_dirty_tracking": False}
_SCENARIOS: Mapping[str, Mapping[str, bool]] = {
    "private": _UNMAPPED,
    "fork_before": _UNMAPPED,
    "fork_after": _UNMAPPED,
    "fork_after_exit": _UNMAPPED,
    "child_faults_in_child": _UNMAPPED,
    "child_faults_first": {"folio.sole_user": False, "vma.soft_dirty_tracking": False},
    "ksm": {"vma.soft_dirty_tracking": False},
    "ksm_fork": {"vma.soft_dirty_tracking": False},
}


@dataclass(frozen=True, slots=True)
class Observation:
    """One fault that a real kernel took."""

    place: str
    """File and line, for messages."""
    fault: Fault
    """What was seen of its inputs."""
    mapped_exclusive: bool
    """The rmap call said exclusive."""
    write: str | None
    """What the write did, as a value of the outcome ``write``; ``None`` if none was seen."""
    backend: str
    scenario: str
    raced: bool = False
    """Another CPU worked on the page, so what was read when it was mapped may have changed since
    the decision."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no observation."""

    place: str
    error: FaultError


def read_observations(path: Path, catalog: Catalog) -> Iterator[Observation | BadLine]:
    """The observations of a file, plain or compressed by gzip; empty lines are passed over.

    The path ``-`` is standard input. A bad line gives a :class:`BadLine` in its place and never
    ends the reading.

    :raises OSError: the file cannot be read, or is not what its compression claims.
    """
    for _, one in keyed_observations(path, catalog, lambda _: None):
        yield one


def keyed_observations(
    path: Path, catalog: Catalog, key: Callable[[dict[str, Any]], K]
) -> Iterator[tuple[K, Observation | BadLine]]:
    """The same, each with what ``key`` makes of its record (an empty one for a bad line).

    :raises OSError: as :func:`read_observations`.
    """
    for place, record in records(path):
        try:
            if isinstance(record, FaultError):
                raise record
            yield key(record), observation_of(record, catalog, place)
        except FaultError as error:
            yield key({}), BadLine(place, error)


def records(path: Path) -> Iterator[tuple[str, dict[str, Any] | FaultError]]:
    """The JSON objects of such a file, each with its place; a bad line has its error.

    :raises OSError: as :func:`read_observations`.
    """
    with _opened(path) as file:
        for number, line in enumerate(_whole(file, path), 1):
            if line.strip():
                yield f"{path}:{number}", _parsed(line)


def _whole(lines: Iterable[bytes], path: Path) -> Iterator[bytes]:
    try:
        yield from lines
    except (EOFError, zlib.error) as error:
        raise OSError(f"`{path}` is cut off or damaged: {error}") from error


def _binary(path: Path) -> AbstractContextManager[io.BufferedReader]:
    if str(path) == "-":
        return nullcontext(cast("io.BufferedReader", sys.stdin.buffer))
    return path.open("rb")


@contextmanager
def _opened(path: Path) -> Iterator[Iterable[bytes]]:
    with _binary(path) as file:
        # A pipe has its bytes once, so its beginning is looked at and not read.
        compressed = file.peek(2)[:2] == _GZIP_MAGIC
        yield gzip.GzipFile(fileobj=file) if compressed else file


def _parsed(line: bytes) -> dict[str, Any] | FaultError:
    try:
        record = parsed(line)
    except ValueError as error:
        return _bad("", Reason.MALFORMED, f"not JSON: {error}")
    if not isinstance(record, dict):
        return _bad("", Reason.MALFORMED, "an observation is a JSON object")
    return record


def _bad(field: str, reason: Reason, message: str) -> FaultError:
    return FaultError([Problem(field, reason, message)])


def observation_of(record: Mapping[str, Any], catalog: Catalog, place: str = "") -> Observation:
    """The observation that a record tells of.

    :raises FaultError: a field is missing or is not of its type.
    """
    kernel, device = _part(record, "kernel"), _part(record, "swap_device")
    pte, access = _part(record, "pte"), _part(record, "access")
    at_map, observed = _part(record, "at_map"), _part(record, "observed")
    scenario = record.get("scenario") or {}
    draft = Draft(catalog)
    for name in ("stable_writes", "synchronous_io"):
        _take(draft, f"swap_device.{name}", device.get(name))
    _take(draft, "pte.swp_exclusive", pte.get("swp_exclusive"))
    _take(draft, "access.write", access.get("write"))
    _take(draft, "swap_count", record.get("swap_count"))
    for name in ("ksm", "anon", "swapcache", "writeback"):
        _take(draft, f"folio.{name}", at_map.get(name), f"at_map.{name}")
    _add_references(draft, at_map)
    _add_flags(draft, at_map, str(kernel.get("release", "")), catalog)
    _add_scenario(draft, access, scenario)
    if _outlasted(device, at_map, scenario):
        draft.fact("folio.writeback_ended", False)
    fault = finish(
        draft,
        {
            "kernel.release": str(kernel.get("release", "")),
            "kernel.variant": str(kernel.get("variant", "")),
            "architecture": str(record.get("architecture", "")),
            "swap_device.backend": str(device.get("backend", "")),
            "pte.raw": str(pte.get("raw", "")),
        },
    )
    return Observation(
        place=place,
        fault=fault,
        mapped_exclusive=_truth(observed, "rmap_exclusive"),
        write=_write(fault, observed, scenario),
        backend=_backend(fault),
        scenario=str(scenario.get("name", "-")),
        raced=scenario.get("raced") is True,
    )


def _part(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = record.get(name)
    if not isinstance(part, dict):
        raise _bad(name, Reason.MISSING, f"an observation has an object `{name}`")
    return part


def _truth(observed: Mapping[str, Any], name: str) -> bool:
    value = observed.get(name)
    if not isinstance(value, bool):
        raise _bad(f"observed.{name}", Reason.WRONG_TYPE, f"`{value}` is not true or false")
    return value


def _take(draft: Draft, name: str, value: Any, where: str | None = None) -> None:
    if value is not None:
        draft.fact(name, value, where)


def _add_references(draft: Draft, at_map: Mapping[str, Any]) -> None:
    """What the reference count at the rmap call says about who else holds the folio."""
    count = at_map.get("refcount")
    if not isinstance(count, int):
        return
    draft.fact("folio.sole_reference", count == 1)
    if count == 1 + bool(at_map.get("swapcache")):
        # The fault's own and the swap cache's: nobody else's.
        draft.fact("folio.mapped", False)
        draft.fact("folio.extra_reference", False)
        if at_map.get("anon"):
            # A page without an anon_vma may enter an LRU batch after it is mapped.
            draft.fact("folio.lru_batched", False)


_OF_FLAGS: Mapping[str, str] = {
    # PG_dirty tells a page that left the swap cache from one that never was in it.
    "dirty": "folio.dirty",
    "head": "folio.large",
}


def _add_flags(draft: Draft, at_map: Mapping[str, Any], release: str, catalog: Catalog) -> None:
    """What the folio's raw flags say, where the bit numbers of the release are known."""
    kernel = catalog.kernel(release)
    bits = catalog.page_flags(kernel) if kernel else {}
    written = at_map.get("folio_flags")
    if not isinstance(written, str):
        return
    try:
        flags = int(written, 16)
    except ValueError:
        message = f"`{written}` is not a hexadecimal number"
        draft.refuse("at_map.folio_flags", Reason.WRONG_TYPE, message)
        return
    for flag, name in _OF_FLAGS.items():
        if flag in bits:
            draft.fact(name, bool(flags >> bits[flag] & 1))


def _add_scenario(draft: Draft, access: Mapping[str, Any], scenario: Mapping[str, Any]) -> None:
    """What the program that faulted is known to have done."""
    flags = str(access.get("fault_flags") or "0")
    try:
        by_user = bool(int(flags, 16) & _FAULT_FLAG_USER)
    except ValueError:
        draft.refuse("access.fault_flags", Reason.WRONG_TYPE, f"`{flags}` is not hexadecimal")
        return
    if "store" in str(scenario.get("access", "")) or (by_user and access.get("write") is True):
        # A program stores by itself only where its VMA allows it.
        draft.fact("vma.writable", True)
    facts = scenario.get("facts")
    if facts is None:
        facts = _SCENARIOS.get(str(scenario.get("name")), {})
    if not isinstance(facts, dict):
        draft.refuse("scenario.facts", Reason.WRONG_TYPE, "`scenario.facts` is not an object")
        return
    for name, value in facts.items():
        draft.fact(name, value, f"scenario.facts.{name}")


def _outlasted(
    device: Mapping[str, Any], at_map: Mapping[str, Any], scenario: Mapping[str, Any]
) -> bool:
    """Whether the documented devices are known to write for longer than the fault takes."""
    return (
        "facts" not in scenario
        and device.get("backend") == "null_blk"
        and at_map.get("writeback") is True
        # No wait between page-out and fault, and the timer completes after 400 ms.
        and scenario.get("wait_us") == 0
    )


def _write(fault: Fault, observed: Mapping[str, Any], scenario: Mapping[str, Any]) -> str | None:
    if _truth(observed, "do_wp_page_followed"):
        return "WRITE_COPIED" if _truth(observed, "copied") else "WRITE_REUSED"
    if fault.facts.get("access.write"):
        return "WRITE_IN_PLACE"
    # A page that was mapped read-only cannot have been written without do_wp_page(), so
    # there was no store: the process that faulted here only loaded.
    stored = "store" in str(scenario.get("access", "")) and _truth(observed, "rmap_exclusive")
    return "WRITE_IN_PLACE" if stored else None


def _backend(fault: Fault) -> str:
    stable = fault.facts.get("swap_device.stable_writes")
    return f"{fault.backend or '-'}{', stable writes' if stable else ''}"
