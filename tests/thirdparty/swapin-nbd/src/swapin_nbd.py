"""NBD as a swap backend, an architecture, a vendor kernel with a backport, and a rule."""

from swapin import hookimpl
from swapin.model import (
    Architecture,
    Backend,
    Evidence,
    Fact,
    Kernel,
    Outcome,
    Source,
    bind,
    fact,
    folio,
    veto,
)

NBD = Source("drivers/block/nbd.c", "nbd_dev_add")


@hookimpl
def swapin_backends():
    return [
        Backend(
            name="nbd",
            summary="network block device",
            source=NBD,
            bindings=(
                bind("swap_device.stable_writes", False, because="asks for nothing", source=NBD),
                bind("swap_device.synchronous_io", False, because="network", source=NBD),
                bind("swap_device.rw_page", False, because="no rw_page", source=NBD),
            ),
        )
    ]


@hookimpl
def swapin_architectures():
    source = Source("arch/toy/include/asm/pgtable.h", "__swp_entry")
    return [
        Architecture(
            name="toy32",
            summary="an architecture without the exclusive bit",
            source=source,
            bindings=(bind("pte.have_arch_swp_exclusive", False, because="no bit", source=source),),
        )
    ]


@hookimpl
def swapin_kernels():
    return [
        Kernel(
            release="6.1",
            variant="vendor-6.1",
            era="E2",
            summary="6.1 with the writable-on-read backport",
            evidence=Evidence.CHANGELOG,
            source=Source("mm/memory.c", "do_swap_page"),
            after="6.1",
            capabilities={"kernel.writable_on_read_fault": True},
        )
    ]


@hookimpl
def swapin_facts():
    return [
        Fact(
            name="vendor.quarantined",
            meaning="the vendor's scrubber has the page in quarantine",
            source=Source("mm/vendor.c", "quarantine"),
        )
    ]


@hookimpl
def swapin_rules():
    return [
        veto(
            Outcome.EXCLUSIVE,
            id="vendor.quarantine",
            when=fact("vendor.quarantined") & ~folio.fresh,
            because="the page is in quarantine",
            source=Source("mm/vendor.c", "quarantine"),
        )
    ]
