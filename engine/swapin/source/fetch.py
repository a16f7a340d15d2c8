"""Debian's kernel sources: unpacked when asked for, kept outside of the project."""

from __future__ import annotations

import re
import shutil
import tarfile
from collections.abc import Iterable
from pathlib import Path

from swapin.debian.packages import Packages, unpack
from swapin.debian.tools import DebianError

# What the decision, the layouts and most citations are in; cited files join them.
WANTED = re.compile(r"(Makefile|mm/.*\.[ch]|include/.*|arch/[^/]+/(include|[^/]+/inc)/.*|block/.*)")


def trees(packages: Packages) -> Path:
    """Where the trees are kept."""
    return packages.cache / "sources"


def source_tree(packages: Packages, name: str, cited: Iterable[str] = ()) -> Path:
    """The tree of a kernel source package, as far as it is needed.

    :param cited: files that are needed beside those of :data:`WANTED`.
    :raises DebianError: the package cannot be had, or holds no kernel source.
    """
    package = packages.fetch(name)
    tree = trees(packages) / package.stem
    wanted = set(cited)
    listing = tree / ".files"
    if listing.exists() and wanted <= set(listing.read_text(encoding="utf-8").splitlines()):
        return tree
    part = tree.with_name(f"{tree.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(tree, ignore_errors=True)
    unpack([package], part / "package")
    tarballs = list((part / "package").glob("usr/src/linux-source-*.tar.*"))
    if len(tarballs) != 1:
        raise DebianError(f"package `{name}` holds no kernel source")
    with tarfile.open(tarballs[0]) as tarball:
        for member in tarball:
            path = member.name.partition("/")[2]
            if member.isfile() and (WANTED.fullmatch(path) or path in wanted):
                member.name = path
                tarball.extract(member, part, filter="data")
    shutil.rmtree(part / "package")
    (part / ".files").write_text("\n".join(sorted(wanted)), encoding="utf-8")
    part.rename(tree)
    return tree
