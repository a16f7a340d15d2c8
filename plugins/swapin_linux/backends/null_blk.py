"""null_blk: the smallest way to the stable-writes path.

With ``memory_backed=1``, ``irqmode=2`` and a large ``completion_nsec``, writeback
lasts as long as wanted; ``queue/stable_writes`` is set by hand before swapon.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Setting, Source
from swapin_linux.backends import STABLE_BY_HAND, asynchronous, solidstate, stable_writes

SOURCE = Source("drivers/block/null_blk/main.c", "null_add_dev")

BACKEND = Backend(
    name="null_blk",
    summary="null_blk with memory_backed=1: completion inline, by softirq or by timer",
    source=SOURCE,
    bindings=(
        stable_writes(False, SOURCE, "the driver asks for nothing"),
        *asynchronous(SOURCE),
        solidstate(True, SOURCE, "not rotational unless rotational=1"),
    ),
    remarks=(
        "irqmode=2 with a large completion_nsec makes the writeback window as long as wanted",
    ),
    settings=(
        STABLE_BY_HAND,
        Setting(
            setting="rotational=1",
            fact="swap_device.solidstate",
            value=False,
            when="when the device is made (7.2 at the latest)",
            source=Source("drivers/block/null_blk/main.c", "null_add_dev", since="7.2"),
        ),
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """null_blk."""
    return (BACKEND,)
