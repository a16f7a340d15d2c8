"""Architectures, one file each.

Layouts were read in the headers of v5.10, v6.1, v6.12 and of releases from v6.17 to v7.3. Where
an end of a layout's range lies between two of these, the layout's remark says how it is known.
"""

from dataclasses import replace
from typing import Any

from swapin.model import (
    Architecture,
    Binding,
    PteLayout,
    Release,
    Releases,
    Segment,
    Source,
    bind,
)
from swapin.model.release import EVERY_RELEASE

_BOUNDARY = "between v6.1 and v6.12, which were read; that it is 6.3 is known from changelogs"


def pte_bits(*ranges: str) -> tuple[Segment, ...]:
    """The PTE bits that a field lives at, its lowest bits first: ``pte_bits("5-7", "10-31")``."""
    segments: list[Segment] = []
    place = 0
    for part in ranges:
        first, _, last = part.partition("-")
        width = int(last or first) - int(first) + 1
        segments.append(Segment(place, int(first), width))
        place += width
    return tuple(segments)


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


def exclusive_bit_since_5_19(file: str) -> tuple[Binding, Binding]:
    """Bind the bit for one of the four that had it from the first.

    :param file: the header that defines it.
    """
    source = Source(file, "pte_swp_mkexclusive", since="5.19")
    return exclusive_bit(last_without="5.18", first_with="5.19", source=source)


def gained_the_bit_in_6_3(
    name: str,
    what: str,
    before: PteLayout,
    *,
    exclusive: int,
    configuration: str = "",
    earlier: tuple[PteLayout, ...] = (),
    until: Release | None = None,
    later: tuple[PteLayout, ...] = (),
    releases: Releases = EVERY_RELEASE,
    **changes: Any,
) -> Architecture:
    """An architecture whose swap PTE got the exclusive bit in 6.3, when all the others did.

    :param what: the architecture, for eyes.
    :param before: the layout up to 6.2, from the start of its ``releases``.
    :param exclusive: mask of the bit.
    :param configuration: see :class:`swapin.model.Architecture`.
    :param earlier: layouts before that one.
    :param until: last release of the layout that 6.3 brought; ``None``: it is still so.
    :param later: the layouts after that one.
    :param releases: the releases that have the architecture.
    :param changes: what else of the layout changed in 6.3, usually to make room for the bit.
    """
    since_6_3 = {
        "releases": Releases(Release(6, 3), until or releases.until),
        "flags": {"swp_exclusive": exclusive},
        **changes,
    }
    return Architecture(
        name=name,
        summary=f"{what}; exclusive marker since 6.3",
        source=before.source,
        releases=releases,
        configuration=configuration,
        bindings=exclusive_bit(
            last_without="6.2",
            first_with="6.3",
            source=Source(
                # The comment above it describes the bit.
                before.source.file,
                before.source.function,
                since="6.3",
                commit="950fe885a897",
                title="mm: remove __HAVE_ARCH_PTE_SWP_EXCLUSIVE",
            ),
        ),
        layouts=(
            *earlier,
            replace(
                before,
                releases=Releases(before.releases.since, Release(6, 2)),
                remark=_remarks(before.remark, f"ends {_BOUNDARY}"),
            ),
            replace(before, **{"remark": f"begins {_BOUNDARY}", **since_6_3}),
            *later,
        ),
    )


def _remarks(*remarks: str) -> str:
    return "; ".join(remark for remark in remarks if remark)
