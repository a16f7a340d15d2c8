"""iSCSI by the software initiator with a data digest."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import STABLE_BY_HAND, asynchronous, own_flag

SOURCE = Source("include/scsi/libiscsi.h", "iscsi_conn")

BACKEND = Backend(
    name="iscsi-data-digest",
    summary="iSCSI, software initiator with data digest; stable writes",
    source=SOURCE,
    bindings=(
        *own_flag(SOURCE, "the data digest is computed while the page is sent"),
        *asynchronous(SOURCE),
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """iscsi-data-digest."""
    return (BACKEND,)
