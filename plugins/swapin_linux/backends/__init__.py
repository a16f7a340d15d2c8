"""Swap backends, one file each."""

from swapin.model import Binding, Source, bind


def asynchronous(source: Source) -> tuple[Binding, Binding]:
    """Bind what holds for a driver that completes I/O by interrupt, timer or worker.

    :param source: the driver.
    """
    return (
        bind(
            "swap_device.synchronous_io",
            False,
            because="the driver completes I/O asynchronously",
            source=source,
        ),
        bind("swap_device.rw_page", False, because="the driver has no rw_page", source=source),
    )


def synchronous(source: Source, how: str) -> tuple[Binding, Binding, Binding]:
    """Bind what holds for a driver that completes I/O in the submitting context.

    :param source: the driver.
    :param how: what it does to a page, such as ``copies``.
    """
    gone = "rw_page is gone; the folio is unlocked before submit_bio_wait()"
    locked = f"rw_page {how} the page with the folio lock held"
    return (
        bind(
            "swap_device.synchronous_io",
            True,
            because=f"the driver {how} the page in the submitting context",
            source=source,
        ),
        bind("swap_device.rw_page", True, until="6.2", because=locked, source=source),
        bind("swap_device.rw_page", False, since="6.3", because=gone, source=source),
    )


def stable_writes(required: bool, source: Source, because: str) -> Binding:
    """Bind whether the driver asks for stable writes.

    :param source: the driver.
    """
    return bind("swap_device.stable_writes", required, because=because, source=source)
