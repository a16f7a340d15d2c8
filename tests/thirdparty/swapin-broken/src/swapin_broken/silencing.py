"""A constraint under which a rule of swapin's own plugin could never fire."""

from swapin import hookimpl
from swapin.model import Constraint, Source, folio


@hookimpl
def swapin_constraints():
    return [
        Constraint(
            id="silencing.no-ksm",
            holds=~folio.ksm,
            because="the vendor turned KSM off",
            source=Source("mm/ksm.c", "ksm_init"),
        )
    ]
