"""Debian's kernel sources: fetched when asked for, kept outside of the project.

A private apt directory holds the suites, so that nothing of the system's is read or changed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path

from swapin.model.errors import listed

ARCHIVE = "http://deb.debian.org/debian"
SECURITY = "http://deb.debian.org/debian-security"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
SUITES = (
    *(f"{ARCHIVE} {suite} main" for suite in ("bookworm", "bookworm-backports")),
    *(f"{ARCHIVE} {suite} main" for suite in ("trixie", "trixie-backports", "bullseye")),
    *(f"{SECURITY} {suite}-security main" for suite in ("bullseye", "bookworm", "trixie")),
)
# What the decision, the layouts and most citations are in; cited files join them.
WANTED = re.compile(r"(Makefile|mm/.*\.[ch]|include/.*|arch/[^/]+/(include|[^/]+/inc)/.*|block/.*)")


class PackageError(LookupError):
    """A package that cannot be had, and why."""


def cache() -> Path:
    """Where packages and trees are kept: ``$XDG_CACHE_HOME/swapin``, or ``~/.cache/swapin``."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "swapin"


class Packages:
    """The packages of some suites."""

    def __init__(self, suites: Iterable[str] = SUITES, kept: Path | None = None) -> None:
        self.suites = tuple(suites)
        self.kept = cache() if kept is None else kept

    def fetch(self, name: str) -> Path:
        """The newest package of this name, as a file.

        :raises PackageError: there is no apt, no network, or no such package.
        """
        if not re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", name):
            raise PackageError(f"`{name}` is no name of a package")
        kept = self.kept / "packages"
        kept.mkdir(parents=True, exist_ok=True)
        self._update()
        told = self._run("apt-get", "--print-uris", "download", name)
        found = re.search(r"'[^']+' (\S+) \d+", told)
        if found is None:
            raise PackageError(f"package `{name}` cannot be had: apt told no address")
        file = kept / found[1]
        if not file.exists():
            self._run("apt-get", "download", name, where=kept)
        return file

    def unpack(self, name: str, cited: Iterable[str] = ()) -> Path:
        """The tree of a kernel source package, as far as it is needed.

        :param cited: files that are needed beside those of :data:`WANTED`.
        :raises PackageError: the package cannot be had, or holds no kernel source.
        """
        package = self.fetch(name)
        tree = self.kept / "sources" / package.stem
        wanted = set(cited)
        listing = tree / ".files"
        if listing.exists() and wanted <= set(listing.read_text(encoding="utf-8").splitlines()):
            return tree
        part = tree.with_name(f"{tree.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(tree, ignore_errors=True)
        part.mkdir(parents=True)
        self._run("dpkg-deb", "--extract", str(package), str(part / "package"))
        tarballs = list((part / "package").glob("usr/src/linux-source-*.tar.*"))
        if len(tarballs) != 1:
            raise PackageError(f"package `{name}` holds no kernel source")
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

    def _update(self) -> None:
        home = self.kept / "apt"
        sources = home / "etc" / "sources.list"
        lines = "".join(f"deb [signed-by={KEYRING}] {suite}\n" for suite in self.suites)
        if sources.exists() and sources.read_text(encoding="utf-8") == lines:
            return
        for folder in ("etc", "state/lists/partial", "cache/archives/partial"):
            (home / folder).mkdir(parents=True, exist_ok=True)
        sources.write_text(lines, encoding="utf-8")
        try:
            self._run("apt-get", "update")
        except PackageError:
            sources.unlink()
            raise

    def _run(self, program: str, *arguments: str, where: Path | None = None) -> str:
        home = self.kept / "apt"
        options = {
            "Dir::Etc": home / "etc",
            "Dir::Etc::sourcelist": home / "etc" / "sources.list",
            "Dir::Etc::sourceparts": "-",
            "Dir::State": home / "state",
            "Dir::Cache": home / "cache",
            "Dir::State::status": "/dev/null",
        }
        given = [f"-o{name}={value}" for name, value in options.items()]
        if os.geteuid() == 0:
            given.append("-oAPT::Sandbox::User=root")
        command = [program, *(given if program == "apt-get" else ()), *arguments]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, cwd=where or self.kept, check=False
            )
        except OSError as error:
            raise PackageError(f"`{program}` cannot be run: {error.strerror}") from error
        if done.returncode:
            told = [line for line in done.stderr.splitlines() if line.startswith(("E:", "dpkg"))]
            said = f"`{program} {' '.join(arguments[:3])}` failed"
            raise PackageError(f"{said}: {listed(told)}" if told else said)
        return done.stdout
