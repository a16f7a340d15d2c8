"""The folder of kept catalogs: private, whole or nothing, and never in the way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from swapin.catalog import store


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "cache" / "catalogs")


def test_what_is_written_is_read(place: str) -> None:
    """Plain data, in a folder and a file of this user alone."""
    store.write(place, "one", {"a": (1, None, b"x", frozenset({2}))})

    assert store.read(place, "one") == {"a": (1, None, b"x", frozenset({2}))}
    assert store.read(place, "two") is None
    assert (os.stat(place).st_mode & 0o777, os.listdir(place)) == (0o700, ["one"])
    assert os.stat(f"{place}/one").st_mode & 0o777 == 0o600


def test_damage_is_nothing(place: str) -> None:
    """Cut off anywhere, changed anywhere, empty, or something else altogether."""
    store.write(place, "one", ["some", "thing"])
    file = Path(place, "one")
    whole = file.read_bytes()
    damaged = [whole[:length] for length in range(len(whole))]
    damaged += [
        whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :]
        for at in range(len(whole))
        for bit in (1, 0x80)
    ]
    damaged += [whole + b"\0", b"garbage\n" * 50]
    for written in damaged:
        file.write_bytes(written)
        assert store.read(place, "one") is None, written

    file.write_bytes(whole)
    assert store.read(place, "one") == ["some", "thing"]


def test_of_another_python_or_version_is_nothing(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``marshal`` promises nothing between versions, so the first line names them."""
    with monkeypatch.context() as other:
        other.setattr("sys.hexversion", 0x030A0000)
        store.write(place, "one", 1)
    assert store.read(place, "one") is None

    store.write(place, "one", 1)
    monkeypatch.setattr("swapin.__version__", "0.0.1")
    assert store.read(place, "one") is None


def _open_folder(place: str) -> None:
    os.chmod(place, 0o750)


def _open_file(place: str) -> None:
    os.chmod(f"{place}/one", 0o620)


def _link_file(place: str) -> None:
    os.rename(f"{place}/one", f"{place}/two")
    os.symlink(f"{place}/two", f"{place}/one")


def _link_folder(place: str) -> None:
    os.rename(place, f"{place}-moved")
    os.symlink(f"{place}-moved", place)


def _pipe(place: str) -> None:
    os.unlink(f"{place}/one")
    os.mkfifo(f"{place}/one", 0o600)


@pytest.mark.parametrize("spoil", [_open_folder, _open_file, _link_file, _link_folder, _pipe])
def test_what_others_may_change_is_nothing(place: str, spoil: object) -> None:
    """Folders and files that are open to others, and links, are not followed."""
    store.write(place, "one", 1)
    assert store.read(place, "one") == 1

    spoil(place)  # type: ignore[operator]

    assert store.read(place, "one") is None


def test_what_another_user_owns_is_nothing(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where one user runs with another's home; nothing is written there either."""
    store.write(place, "one", 1)
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)

    store.write(place, "two", 2)

    assert (store.read(place, "one"), os.listdir(place)) == (None, ["one"])


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """A home that is read-only, or not there."""
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")

    store.write(f"{blocked}/swapin/catalogs", "one", 1)

    assert store.read(f"{blocked}/swapin/catalogs", "one") is None


def test_a_full_disk_leaves_nothing_behind(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there before stays."""
    store.write(place, "one", 1)

    def full(*_: object) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(os, "replace", full)
    store.write(place, "one", 2)

    assert (store.read(place, "one"), os.listdir(place)) == (1, ["one"])


def test_the_oldest_go(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder does not grow without end."""
    monkeypatch.setattr(store, "_MOST_KEPT", 3)
    for index, name in enumerate("abcde"):
        store.write(place, name, name)
        os.utime(f"{place}/{name}", (index, index))

    store.write(place, "f", "f")

    assert sorted(os.listdir(place)) == ["d", "e", "f"]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"HOME": "/home/a"}, "/home/a/.cache/swapin/catalogs"),
        ({"HOME": "/home/a", "XDG_CACHE_HOME": "/c"}, "/c/swapin/catalogs"),
        ({"HOME": "/home/a", "XDG_CACHE_HOME": "c"}, "/home/a/.cache/swapin/catalogs"),
        ({"HOME": "/home/a", "SWAPIN_CACHE": "off"}, ""),
        ({"HOME": "/home/a", "SWAPIN_CACHE": "on"}, "/home/a/.cache/swapin/catalogs"),
        ({}, ""),
    ],
)
def test_where_it_is(environment: dict[str, str], expected: str) -> None:
    """As the XDG base directories have it; a relative one is ignored, as they want it."""
    assert store.folder(environment) == expected


_WRITER = """
import sys
from swapin.catalog import store
for _ in range(100):
    store.write(sys.argv[1], "one", [int(sys.argv[2])] * 5000)
"""


def test_two_writers_leave_one_whole(place: str) -> None:
    """Whatever a reader finds meanwhile is one of the two, or nothing yet."""
    command = [sys.executable, "-c", _WRITER, place]
    writers = [subprocess.Popen([*command, value]) for value in ("1", "2")]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        found = store.read(place, "one")
        seen.add(None if found is None else (len(found), *sorted(set(found))))

    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen <= {None, (5000, 1), (5000, 2)}
    assert os.listdir(place) == ["one"]
