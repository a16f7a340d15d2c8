"""A constraint that forbids what stock kernels do."""

from swapin import hookimpl
from swapin.model import Constraint, Source, folio, pte


@hookimpl
def swapin_constraints():
    return [
        Constraint(
            id="narrowing.no-marked-ksm",
            holds=~(folio.ksm & pte.swp_exclusive),
            because="the vendor never marks the entry of a KSM page",
            source=Source("mm/ksm.c", "ksm_init"),
        )
    ]
