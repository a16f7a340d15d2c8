"""Packages: orders versions, names missing tools, and checks what it fetched."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from swapin.debian import packages
from swapin.debian.packages import Package, Packages, sha256_of, unpack, version_key
from swapin.debian.tools import DebianError, missing_tools, tool


def test_versions_are_ordered() -> None:
    """Numbers by value, and a tilde comes before the end."""
    ordered = ["5.10.9-1", "5.10.10-1", "6.12.94-1~bpo13+1", "6.12.94-1", "6.12.94-1+b1", "7.0-1"]

    assert ordered == sorted(set(ordered), key=version_key)


def test_a_missing_tool_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has the command that mends it; several are told at once."""
    monkeypatch.setattr("shutil.which", lambda name, path=None: None)

    with pytest.raises(DebianError, match="`depmod` is missing: apt-get install kmod"):
        tool("depmod")
    assert [
        "`qemu-system-x86_64` is missing: apt-get install qemu-system-x86",
        "`cc` is missing: apt-get install gcc libc6-dev",
    ] == missing_tools(["qemu-system-x86_64", "cc"])


APT = """#!/bin/sh
# Stands for the package manager: one package, whose content is its name.
for word in "$@"; do last=$word; done
case "$0 $*" in
*--print-uris*none*) ;;
*--print-uris*)
    sum=$(printf %s "$last" | sha256sum | cut -d' ' -f1)
    echo "'http://x/$last.deb' $last.deb 5 SHA256:$sum" ;;
*download*damaged*) printf bad > damaged.deb ;;
*download*) printf %s "$last" > "$last.deb"; echo "$last" >> "$CALLS" ;;
*pkgnames*) printf 'linux-image-6.1\\nlinux-image-6.1-dbg\\nother\\n' ;;
*update) lists=$(echo "$*" | sed 's/.*Dir::State=\\([^ ]*\\).*/\\1/')/lists
    [ -n "${OFFLINE-}" ] || touch "$lists/x_Packages" ;;
*madison*) printf ' linux-image-6.1 | 6.1.9-1 | here\\n linux-image-6.1 | 6.1.10-1 | here\\n' ;;
*refused*) echo 'E: refused' >&2; exit 100 ;;
esac
"""


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package manager that is a few lines of shell; the file that lists what was fetched."""
    for name in ("apt-get", "apt-cache"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(APT, encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    keyring = tmp_path / "keyring"
    keyring.touch()
    monkeypatch.setattr(packages, "KEYRING", keyring)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    return tmp_path / "calls"


def test_available(apt: Path, tmp_path: Path) -> None:
    """Whole names match, and the newest version is last."""
    found = Packages(cache=tmp_path / "cache").available(r"linux-image-[\d.]+")

    assert [Package("linux-image-6.1", "6.1.9-1"), Package("linux-image-6.1", "6.1.10-1")] == found


def test_a_package_is_fetched_once(apt: Path, tmp_path: Path) -> None:
    """It is kept by its checksum."""
    from_cache = Packages(cache=tmp_path / "cache")
    first, second = from_cache.fetch("brd"), from_cache.fetch("brd")

    assert first == second
    assert "brd\n" == apt.read_text(encoding="utf-8")
    assert sha256_of(first) == first.parent.name


def test_a_damaged_package_is_refused(apt: Path, tmp_path: Path) -> None:
    """What came is not what the index promised: nothing is kept."""
    from_cache = Packages(cache=tmp_path / "cache")
    with pytest.raises(DebianError, match="`damaged` came damaged"):
        from_cache.fetch("damaged")

    assert [] == list((tmp_path / "cache" / "packages").rglob("*.deb"))


def test_no_such_package(apt: Path, tmp_path: Path) -> None:
    """A name that no suite has is named, with the architecture."""
    with pytest.raises(DebianError, match="no suite has a package `none` for armhf"):
        Packages("armhf", cache=tmp_path / "cache").fetch("none")


def test_no_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the archive's keys nothing is fetched."""
    monkeypatch.setattr(packages, "KEYRING", tmp_path / "none")

    with pytest.raises(DebianError, match="apt-get install debian-archive-keyring"):
        Packages(cache=tmp_path / "cache").update()


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    """A file that dpkg-deb does not take is named."""
    file = tmp_path / "x.deb"
    file.write_bytes(b"x")
    try:
        tool("dpkg-deb")
    except DebianError as error:
        pytest.skip(str(error))

    with pytest.raises(DebianError, match=r"cannot unpack `.*x\.deb`"):
        unpack([file], tmp_path / "there")


def test_no_network(apt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any list of packages it is said so, and nothing counts as fetched."""
    monkeypatch.setenv("OFFLINE", "1")
    nothing = Packages(cache=tmp_path / "cache")
    for _ in range(2):
        with pytest.raises(DebianError, match="no list of packages can be had for amd64"):
            nothing.available(".*")
