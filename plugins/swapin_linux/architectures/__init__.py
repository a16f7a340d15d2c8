"""Architectures, one file each."""

from swapin.model import Binding, Source, bind


def exclusive_bit(*, last_without: str, first_with: str, source: Source) -> tuple[Binding, Binding]:
    """Bind whether the architecture's swap PTE has the exclusive bit.

    :param last_without: last release without the bit.
    :param first_with: the release after it.
    :param source: where the architecture defines the bit.
    """
    fact = "pte.have_arch_swp_exclusive"
    return (
        bind(fact, False, until=last_without, because="no exclusive bit", source=source),
        bind(fact, True, since=first_with, because="the architecture defines it", source=source),
    )
