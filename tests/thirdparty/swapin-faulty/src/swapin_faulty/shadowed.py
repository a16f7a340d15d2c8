"""A rule that says what another one says already."""

from swapin import hookimpl
from swapin.model import Outcome, Source, folio, veto


@hookimpl
def swapin_rules():
    return [
        veto(
            Outcome.EXCLUSIVE,
            id="shadowed.ksm",
            when=folio.ksm & folio.writeback,
            because="a KSM page under writeback is shared",
            source=Source("mm/ksm.c", "ksm_might_need_to_copy"),
        )
    ]
