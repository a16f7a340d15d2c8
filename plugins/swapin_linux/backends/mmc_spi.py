"""MMC and SD cards over SPI: the CRC is computed from the page while it is sent."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import asynchronous, stable_writes

SOURCE = Source("drivers/mmc/core/queue.c", "use_spi_crc")

BACKEND = Backend(
    name="mmc-spi",
    summary="MMC or SD card over SPI with CRC; stable writes",
    source=SOURCE,
    bindings=(
        stable_writes(True, SOURCE, "the CRC is computed while the page is sent"),
        *asynchronous(SOURCE),
    ),
    remarks=("with use_spi_crc=0 no stable writes: give swap_device.stable_writes=false",),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """mmc-spi."""
    return (BACKEND,)
