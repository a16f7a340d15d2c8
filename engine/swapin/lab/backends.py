"""The swap devices of the lab: one data file each, in ``backends/``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from swapin.lab.errors import LabError

STABLE = ("off", "on", "changed", "unset")
"""Stable writes: as set before swapon; ``changed``: off then, set to on afterwards; ``unset``: left
as the driver has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabBackend:
    """How a guest makes a swap device."""

    name: str
    summary: str
    preset: str
    """The model's preset for it."""
    modules: tuple[str, ...]
    """Modules to load, each with its parameters."""
    optional_modules: tuple[str, ...]
    """Modules to load before them, in kernels that have them."""
    device: str
    queue: str
    """The disk in ``/sys/block`` whose queue decides."""
    stable_queue: str
    """The disk whose ``stable_writes`` is set, before anything is made of it."""
    stable_writes: tuple[str, ...]
    waits_us: tuple[int, ...]
    """Times between page-out and access, in microseconds."""
    set_up: str
    """Shell, run by the guest."""
    tear_down: str
    flavour: str = ""
    """The only flavour of kernel that has it; empty: any."""


_REQUIRED = {
    "summary": str,
    "preset": str,
    "modules": list,
    "device": str,
    "queue": str,
    "stable_writes": list,
    "set_up": str,
    "tear_down": str,
}
_OPTIONAL = {"optional_modules": list, "stable_queue": str, "waits_us": list, "flavour": str}


def backends(where: str = "backends") -> dict[str, LabBackend]:
    """Every backend of a folder, by name."""
    folder = files("swapin.lab") / where
    found = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        name = file.name.removesuffix(".toml")
        if name != file.name:
            found[name] = read_backend(name, tomllib.loads(file.read_text(encoding="utf-8")))
    return found


def read_backend(name: str, table: Mapping[str, Any]) -> LabBackend:
    """The backend that a data file describes.

    :raises LabError: a field is missing, unknown or not of its type.
    """
    check_fields(f"backend `{name}`", table, _REQUIRED, _OPTIONAL)
    for stable in table["stable_writes"]:
        if stable not in STABLE:
            allowed = ", ".join(f"`{value}`" for value in STABLE)
            raise LabError(f"backend `{name}`: stable_writes `{stable}` is none of {allowed}")
    return LabBackend(
        name=name,
        summary=table["summary"],
        preset=table["preset"],
        modules=tuple(table["modules"]),
        optional_modules=tuple(table.get("optional_modules", ())),
        device=table["device"],
        queue=table["queue"],
        stable_queue=table.get("stable_queue", table["queue"]),
        stable_writes=tuple(table["stable_writes"]),
        waits_us=tuple(table.get("waits_us", (0,))),
        set_up=table["set_up"],
        tear_down=table["tear_down"],
        flavour=table.get("flavour", ""),
    )


def check_fields(
    what: str, table: Mapping[str, Any], required: Mapping[str, type], optional: Mapping[str, type]
) -> None:
    """Refuse a table with a field that is missing, unknown or not of its type."""
    kinds = {**required, **optional}
    for name in required:
        if name not in table:
            raise LabError(f"{what}: field `{name}` is missing")
    for name, value in table.items():
        if name not in kinds:
            allowed = ", ".join(f"`{known}`" for known in kinds)
            raise LabError(f"{what}: unknown field `{name}`; there are {allowed}")
        if not isinstance(value, kinds[name]):
            raise LabError(f"{what}: `{name}` is not of type {kinds[name].__name__}")
