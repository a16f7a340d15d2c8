"""A backend that cites what nobody can look up."""

from swapin import hookimpl
from swapin.model import Backend, Source, bind

DRIVER = Source("the driver", "probe()", since="6.12", until="6.1")


@hookimpl
def swapin_backends():
    bound = bind("swap_device.stable_writes", False, because="it asks for nothing", source=DRIVER)
    return [Backend(name="uncited", summary="a device", source=DRIVER, bindings=(bound,))]
