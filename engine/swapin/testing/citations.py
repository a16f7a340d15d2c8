"""Whether the sources of a plugin have the form of a citation, and resolve in a kernel tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from swapin.catalog import Catalog, Offer
from swapin.model import Release, Source
from swapin.source.citations import citations_of, missing
from swapin.source.tree import Tree

_TOP = (
    "arch|block|certs|crypto|Documentation|drivers|fs|include|init|io_uring|ipc|kernel|lib|mm|net|"
    "rust|samples|scripts|security|sound|tools|usr|virt"
)
_PATH = re.compile(rf"({_TOP})(/[\w.+-]+)+")
_NAME = re.compile(r"[A-Za-z_]\w*")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")


def citation_faults(offer: Offer, tree: Path | None = None) -> Iterator[tuple[str, str]]:
    """Each declaration that cites a source, and what is wrong with its sources, if anything.

    :param tree: a kernel source tree; sources that should be true of its release are looked up.
    """
    known = Tree(tree) if tree is not None else None
    wrong: dict[str, list[str]] = {}
    for citation in citations_of(Catalog([offer])):
        faults = wrong.setdefault(citation.declaration, [])
        faults += _form(citation.source, citation.is_mail)
        if known is not None and not faults and not citation.is_mail:
            if not citation.applies(known.release):
                continue
            why = missing(known, citation.source)
            if why:
                faults.append(f"{citation.source}: {why} in Linux {known.version}")
    for declaration, faults in wrong.items():
        yield declaration, "; ".join(faults)


def _form(source: Source, mail: bool) -> Iterator[str]:
    if not source.file and not source.title:
        yield "the source names neither a file nor a mail"
    if source.file and not mail and not _PATH.fullmatch(source.file):
        yield f"`{source.file}` is no path in a kernel tree, such as `mm/memory.c`"
    if source.function and not _NAME.fullmatch(source.function):
        yield f"`{source.function}` is no name of a function, macro or structure"
    if source.commit and not _COMMIT.fullmatch(source.commit):
        yield f"`{source.commit}` is no abbreviated commit"
    try:
        ends = [Release.parse(end) for end in (source.since, source.until) if end]
    except ValueError as error:
        yield str(error)
    else:
        if ends != sorted(ends):
            yield f"since {source.since} until {source.until} is no range"
