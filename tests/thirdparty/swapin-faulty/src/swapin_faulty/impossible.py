"""A backend that no fault can have, since it binds what excludes each other."""

from swapin import hookimpl
from swapin.model import Backend, Source, bind

DRIVER = Source("drivers/block/impossible.c", "probe")


def yes(fact):
    return bind(fact, True, because="the driver says so", source=DRIVER)


@hookimpl
def swapin_backends():
    bound = (yes("swap_device.zswap_stored"), yes("swap_device.rw_page"))
    return [Backend(name="impossible", summary="a device", source=DRIVER, bindings=bound)]
