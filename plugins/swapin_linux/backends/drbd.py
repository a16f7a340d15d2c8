"""drbd: a device replicated over the network.

Since queue limits replaced the flag, attaching a lower device cleared the requirement, until a
fix set it again: between, it depends on that device.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind, inherit
from swapin_linux.backends import (
    INSIDE,
    QUEUE_STABLE,
    SOLIDSTATE,
    STABLE,
    STABLE_BY_HAND,
    stacked,
)

SOURCE = Source("drivers/block/drbd/drbd_main.c", "drbd_create_device")
LIMITS = Source("drivers/block/drbd/drbd_nl.c", "drbd_reconsider_queue_parameters")

_SENT = "the page is sent to the peer while it is written"

BACKEND = Backend(
    name="drbd",
    summary="drbd; stable writes since 6.1 at the latest, in some trees only as the lower device",
    source=SOURCE,
    over=("disk",),
    bindings=(
        bind(STABLE, False, until="5.10", because="the driver asks for nothing", source=SOURCE),
        bind(STABLE, True, since="6.1", until="6.8", because=_SENT, source=SOURCE),
        inherit(
            STABLE,
            below=QUEUE_STABLE,
            only=True,
            since="6.9",
            until="7.1",
            because="the feature of the lower device is stacked",
            source=LIMITS,
        ),
        bind(STABLE, True, since="7.2", because=_SENT, source=LIMITS),
        bind("swap_device.integrity", False, because="no integrity is registered", source=SOURCE),
        bind(INSIDE, False, because="the peer must acknowledge the write", source=SOURCE),
        bind(SOLIDSTATE, False, until="6.10", because="it says nothing", source=SOURCE),
        *stacked(LIMITS, rotation_since="6.11"),
    ),
    remarks=(
        "which release between 5.11 and 6.0 began to ask for stable writes is not known here:"
        " give it",
        "v6.12.8, v6.18.15: as the lower device once it is attached, yes without one; v6.12.118, "
        "v7.2.12 and v7.3.4: yes",
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """drbd."""
    return (BACKEND,)
