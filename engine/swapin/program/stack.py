"""The swap device of a fault: one backend, or a stack of them."""

from __future__ import annotations

from swapin.catalog import Catalog, layers_of
from swapin.catalog.stacks import FIELD
from swapin.model import Backend, Fault, FaultError, Problem, Reason

BACKEND_FIELD = "swap_device.backend"


def names_of(fault: Fault) -> tuple[str, ...]:
    """Names of the layers, top first; none if the device is unknown.

    :raises FaultError: both a backend and a stack are given, and they differ.
    """
    if not fault.stack:
        return (fault.backend,) if fault.backend else ()
    if fault.backend and fault.stack != (fault.backend,):
        layers = "/".join(fault.stack)
        raise FaultError(
            [
                Problem(
                    BACKEND_FIELD,
                    Reason.DISAGREES,
                    f"`{fault.backend}` is not what `{FIELD}` says, `{layers}`; give one of them",
                ),
                Problem(
                    FIELD,
                    Reason.DISAGREES,
                    f"`{layers}` is not what `{BACKEND_FIELD}` says, `{fault.backend}`",
                ),
            ]
        )
    return fault.stack


def device_of(fault: Fault, catalog: Catalog) -> tuple[Backend, ...]:
    """The layers of the swap device of a fault, top first; none if it is unknown.

    :raises FaultError: an unknown layer, one that cannot lie where it does, or two fields
        that disagree.
    """
    return layers_of(catalog, names_of(fault), FIELD if fault.stack else BACKEND_FIELD)
