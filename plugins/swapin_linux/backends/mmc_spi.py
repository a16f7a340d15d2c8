"""MMC and SD cards over SPI: the CRC is computed from the page while it is sent."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Setting, Source
from swapin_linux.backends import STABLE_BY_HAND, asynchronous, own_flag, solidstate

SOURCE = Source("drivers/mmc/core/queue.c", "mmc_init_queue")

BACKEND = Backend(
    name="mmc-spi",
    summary="MMC or SD card over SPI with CRC; stable writes",
    source=SOURCE,
    bindings=(
        *own_flag(SOURCE, "the CRC is computed while the page is sent"),
        *asynchronous(SOURCE),
        solidstate(True, SOURCE, "the driver says that it is not rotational"),
    ),
    remarks=("with use_spi_crc=0 no stable writes: give swap_device.stable_writes=false",),
    settings=(
        STABLE_BY_HAND,
        Setting(
            setting="use_spi_crc=0",
            fact="swap_device.stable_writes",
            value=False,
            when="when the card is found",
            source=SOURCE,
        ),
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """mmc-spi."""
    return (BACKEND,)
