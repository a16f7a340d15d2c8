"""A vendor's scrubber: a kernel, three new facts, and the rules that read them."""

from swapin import hookimpl
from swapin.model import Evidence, Fact, Kernel, Outcome, Source, fact, folio, veto

SCRUB = Source("mm/scrub.c", "scrub_folio")
STATE = Fact(
    name="quarantine.state",
    meaning="what the scrubber has made of the page: scrub_state(folio)",
    values=("clean", "suspect", "held"),
    usual="clean",
    source=SCRUB,
)
FACTS = (
    Fact(
        name="kernel.quarantine",
        meaning="the kernel has the scrubber: CONFIG_SCRUB",
        source=SCRUB,
    ),
    STATE,
    Fact(
        name="quarantine.forced",
        meaning="the administrator forced the page out of quarantine",
        source=SCRUB,
    ),
    Fact(
        name="quarantine.readers",
        meaning="nobody else reads the page: scrub_readers(folio) == 1",
        equals=1,
        at_least=1,
        usual=True,
        source=SCRUB,
    ),
)


@hookimpl
def swapin_contract():
    return 1


@hookimpl
def swapin_edition():
    return "quarantine-1"


@hookimpl
def swapin_facts():
    return FACTS


@hookimpl
def swapin_kernels():
    return [
        Kernel(
            release="6.12",
            variant="6.12-scrub",
            era="E5",
            summary="6.12 with the scrubber",
            evidence=Evidence.CHANGELOG,
            source=SCRUB,
            after="6.12",
            capabilities={"kernel.quarantine": True},
            violates={"marker-is-kept": "a page in quarantine loses its marker"},
        )
    ]


@hookimpl
def swapin_rules():
    scrubbed = fact("kernel.quarantine") & ~folio.fresh
    return [
        veto(
            Outcome.EXCLUSIVE,
            id="quarantine.held",
            when=scrubbed & STATE.one_of("held") & ~fact("quarantine.forced"),
            because="the page is in quarantine",
            source=SCRUB,
        ),
        veto(
            Outcome.EXCLUSIVE,
            id="quarantine.read",
            when=scrubbed & STATE.one_of("suspect") & ~fact("quarantine.readers"),
            because="the page is suspect, and somebody reads it",
            source=SCRUB,
        ),
    ]
