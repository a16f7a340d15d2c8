"""The description of a fault that the options of a command give."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from swapin.cli.lines import value_of
from swapin.model import FaultError, Kernel, Problem, Reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def description_of(args: argparse.Namespace, kernels: Mapping[str, Kernel]) -> dict[str, Any]:
    """The JSON form of what ``--kernel``, ``--arch``, ``--backend``, ``--pte`` and ``--fact`` say.

    :raises FaultError: a ``--fact`` that is not ``NAME=VALUE``.
    """
    description: dict[str, Any] = {}

    def put(name: str, value: Any) -> None:
        place = description
        *objects, field = name.split(".")
        for part in objects:
            place = place.setdefault(part, {})
        place[field] = value

    if args.kernel:
        known = kernels.get(args.kernel)
        put("kernel.release", known.release if known else args.kernel)
        if known and known.variant:
            put("kernel.variant", known.variant)
    stack = args.backend.split("/") if args.backend and "/" in args.backend else []
    for name, value in (
        ("architecture", args.arch),
        ("swap_device.backend", "" if stack else args.backend),
        ("swap_device.stack", stack),
        ("pte.raw", args.pte),
    ):
        if value:
            put(name, value)
    for given in args.fact:
        name, equals, value = given.partition("=")
        if not equals:
            problem = Problem(name, Reason.MALFORMED, f"`{given}` is not NAME=VALUE")
            raise FaultError([problem])
        put(name.strip(), value_of(value.strip()))
    return description
