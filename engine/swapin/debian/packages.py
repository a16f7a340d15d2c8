"""Debian packages, by the machine's own package manager and beside its configuration.

The package manager works in a directory of its own, with the suites that are asked for: nothing of
the system is read but the archive's keys, nothing of it is changed, and no privilege is needed.
Packages are kept by checksum and never fetched twice.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from swapin.debian.tools import DebianError, tool

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_ARCHIVE = "http://deb.debian.org/debian"
_SECURITY = "http://deb.debian.org/debian-security"

DEBIAN: tuple[str, ...] = (
    f"{_ARCHIVE} bullseye main",
    f"{_SECURITY} bullseye-security main",
    f"{_ARCHIVE} bookworm main",
    f"{_ARCHIVE} bookworm-backports main",
    f"{_SECURITY} bookworm-security main",
    f"{_ARCHIVE} trixie main",
    f"{_ARCHIVE} trixie-backports main",
    f"{_SECURITY} trixie-security main",
)
"""The suites that have kernels or their source, as in ``sources.list`` but for ``deb``."""

_INDEX_IS_FRESH_S = 7 * 24 * 3600
"""Age in seconds after which the lists of packages are fetched again."""

_LINE = re.compile(r"'(?P<uri>[^']+)' (?P<file>\S+) (?P<size>\d+) SHA256:(?P<sha256>[0-9a-f]{64})")


def cache_home() -> Path:
    """Where everything is kept that can be fetched again: ``$XDG_CACHE_HOME/swapin``."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "swapin"


@dataclass(frozen=True, slots=True)
class Package:
    """A package that the suites have."""

    name: str
    version: str


class Packages:
    """The packages of some suites for one architecture.

    :param architecture: as Debian calls it: ``amd64``, ``arm64``, ``armhf``.
    :param suites: lines such as ``http://deb.debian.org/debian trixie main``.
    """

    def __init__(
        self,
        architecture: str = "amd64",
        suites: Sequence[str] = DEBIAN,
        cache: Path | None = None,
    ) -> None:
        self.architecture = architecture
        self.suites = tuple(suites)
        self.cache = cache or cache_home()
        self._found: dict[str, list[Package]] = {}
        lines = "\n".join((architecture, *self.suites))
        self._apt = self.cache / "apt" / hashlib.sha256(lines.encode()).hexdigest()[:16]

    def available(self, pattern: str) -> list[Package]:
        """Every package whose name matches a regular expression, each version once; newest last.

        :raises DebianError: the package manager is missing or failed.
        """
        self.update()
        if pattern not in self._found:
            self._found[pattern] = self._available(pattern)
        return list(self._found[pattern])

    def _available(self, pattern: str) -> list[Package]:
        names = [
            name
            for name in self._run("apt-cache", "pkgnames").split()
            if re.fullmatch(pattern, name)
        ]
        if not names:
            return []
        rows = (line.split("|") for line in self._run("apt-cache", "madison", *names).splitlines())
        found = {Package(row[0].strip(), row[1].strip()) for row in rows if len(row) == 3}
        return sorted(found, key=lambda package: (version_key(package.version), package.name))

    def dependencies(self, name: str) -> str:
        """The text of a package's ``Depends`` field; empty if it has none."""
        self.update()
        shown = self._run("apt-cache", "show", "--no-all-versions", name)
        return "".join(re.findall(r"^Depends: (.*)$", shown, re.MULTILINE)[:1])

    def fetch(self, name: str) -> Path:
        """The file of a package, from the cache or the archive; its checksum has been checked.

        :param name: a package, or ``package=version``.
        :raises DebianError: there is no such package, or it came damaged.
        """
        self.update()
        found = _LINE.search(self._run("apt-get", "--print-uris", "download", name))
        if found is None:
            raise DebianError(f"no suite has a package `{name}` for {self.architecture}")
        kept = self.cache / "packages" / found["sha256"] / found["file"]
        if kept.exists():
            return kept
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as place:
            self._run("apt-get", "--quiet", "download", name, cwd=place)
            files = list(Path(place).iterdir())
            if len(files) != 1 or sha256_of(files[0]) != found["sha256"]:
                raise DebianError(f"package `{name}` came damaged: its checksum is not the index's")
            files[0].rename(kept)
        return kept

    def update(self, *, force: bool = False) -> None:
        """Fetch the lists of packages, if they are missing or more than a week old.

        :raises DebianError: they cannot be had, and there are no older ones.
        """
        stamp = self._apt / "stamp"
        if stamp.exists() and not force and time.time() - stamp.stat().st_mtime < _INDEX_IS_FRESH_S:
            return
        if not KEYRING.exists():
            raise DebianError(f"`{KEYRING}` is missing: apt-get install debian-archive-keyring")
        for part in ("etc", "state/lists/partial", "cache/archives/partial"):
            (self._apt / part).mkdir(parents=True, exist_ok=True)
        lines = "".join(f"deb [signed-by={KEYRING}] {suite}\n" for suite in self.suites)
        (self._apt / "etc" / "sources.list").write_text(lines, encoding="utf-8")
        # A suite that cannot be had is passed over; its old list serves, if there is one.
        with suppress(DebianError):
            self._run("apt-get", "--quiet", "update")
        if not list((self._apt / "state" / "lists").glob("*_Packages*")):
            raise DebianError(
                f"no list of packages can be had for {self.architecture}: no network?"
            )
        stamp.touch()

    def _run(self, program: str, *arguments: str, cwd: str | None = None) -> str:
        options = {
            "Dir::Etc": self._apt / "etc",
            "Dir::Etc::sourcelist": self._apt / "etc" / "sources.list",
            "Dir::Etc::sourceparts": "-",
            "Dir::Etc::preferencesparts": "-",
            "Dir::State": self._apt / "state",
            "Dir::State::status": "/dev/null",
            "Dir::Cache": self._apt / "cache",
            "APT::Architecture": self.architecture,
            "APT::Architectures": self.architecture,
            "Acquire::Languages": "none",
        }
        if os.getuid() == 0:
            options["APT::Sandbox::User"] = "root"
        given = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        done = subprocess.run(
            [tool(program), *given, *arguments],
            capture_output=True,
            text=True,
            cwd=cwd,
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
        if done.returncode:
            told = [line for line in done.stderr.splitlines() if line.startswith("E:")]
            raise DebianError(f"{program} failed: {'; '.join(told) or done.stderr.strip()}")
        return done.stdout


def unpack(packages: Iterable[Path], where: Path) -> None:
    """Unpack package files into one directory, which need not exist.

    :raises DebianError: a file is no package.
    """
    where.mkdir(parents=True, exist_ok=True)
    for package in packages:
        done = subprocess.run(
            [tool("dpkg-deb"), "--extract", str(package), str(where)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DebianError(f"cannot unpack `{package}`: {done.stderr.strip()}")


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def version_key(version: str) -> tuple[tuple[int, int | str], ...]:
    """Orders Debian's versions: numbers by value, ``~`` before the end, letters before the rest."""
    parts: list[tuple[int, int | str]] = []
    for number, tilde, letters, other in re.findall(
        r"(\d+)|(~)|([A-Za-z]+)|([^\dA-Za-z~])", version
    ):
        if number:
            parts.append((3, int(number)))
        elif tilde:
            parts.append((0, ""))
        else:
            parts.append((2, letters) if letters else (4, other))
    return (*parts, (1, ""))
