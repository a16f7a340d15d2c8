"""What a guest boots into: the archive, the modules and their order, the shell."""

from __future__ import annotations

import gzip
import lzma
import shutil
import subprocess
from pathlib import Path

import pytest

from swapin.debian.packages import Packages
from swapin.lab.cpio import initramfs
from swapin.lab.errors import LabError
from swapin.lab.guest import program
from swapin.lab.kernels import obtain
from swapin.lab.machines import X86_64, machine
from swapin.lab.modules import Modules, content


def entries(archive: bytes) -> dict[str, tuple[int, bytes]]:
    """Mode and content by path, read as cpio(5) describes the format."""
    found, at = {}, 0
    while True:
        assert b"070701" == archive[at : at + 6]
        fields = [int(archive[at + 6 + i * 8 : at + 14 + i * 8], 16) for i in range(13)]
        name_at = at + 110
        name = archive[name_at : name_at + fields[11] - 1].decode()
        data_at = -(-(name_at + fields[11]) // 4) * 4
        if name == "TRAILER!!!":
            return found
        found[name] = (fields[1], archive[data_at : data_at + fields[6]])
        at = -(-(data_at + fields[6]) // 4) * 4


def test_initramfs_holds_what_it_was_given() -> None:
    """Files with their modes, the directories above them, and the console."""
    made = initramfs({"init": b"#!", "a/b/c.ko": b"12345"}, executable=frozenset({"init"}))
    found = entries(gzip.decompress(made))

    assert (0o100755, b"#!") == found["init"]
    assert (0o100644, b"12345") == found["a/b/c.ko"]
    assert 0o040755 == found["a/b"][0] == found["a"][0]
    assert 0o020600 == found["dev/console"][0]
    assert list(found) == sorted(found)


def test_initramfs_is_the_same_again() -> None:
    """No time and no order of insertion gets in."""
    assert initramfs({"a": b"1", "b": b"2"}) == initramfs({"b": b"2", "a": b"1"})


def test_initramfs_is_read_by_cpio(tmp_path: Path) -> None:
    """The ordinary tool unpacks it."""
    if not shutil.which("cpio"):
        pytest.skip("cpio is missing: apt-get install cpio")
    made = gzip.decompress(initramfs({"a/file": b"text"}))
    subprocess.run(["cpio", "--quiet", "-id", "a", "a/file"], input=made, cwd=tmp_path, check=True)

    assert b"text" == (tmp_path / "a" / "file").read_bytes()


@pytest.fixture
def modules(tmp_path: Path) -> Modules:
    """A tree as depmod leaves it."""
    (tmp_path / "modules.dep").write_text(
        "kernel/zram.ko.xz: kernel/zsmalloc.ko.xz kernel/lzo-base.ko.xz\n"
        "kernel/zsmalloc.ko.xz: kernel/lzo-base.ko.xz\n"
        "kernel/lzo-base.ko.xz:\nkernel/dm-delay.ko: kernel/dm-mod.ko\nkernel/dm-mod.ko:\n",
        encoding="utf-8",
    )
    (tmp_path / "modules.builtin").write_text("kernel/loop.ko\n", encoding="utf-8")
    return Modules(tmp_path)


def test_modules_come_after_what_they_need(modules: Modules) -> None:
    """Each once; what is built in needs no file; either spelling is one name."""
    order = [path.name for path in modules.order(["zram", "dm_delay", "loop", "zsmalloc"])]

    assert [
        "lzo-base.ko.xz",
        "zsmalloc.ko.xz",
        "zram.ko.xz",
        "dm-mod.ko",
        "dm-delay.ko",
    ] == order
    assert modules.has("loop")
    assert not modules.has("brd")
    with pytest.raises(LabError, match="no module `brd`"):
        modules.order(["brd"])


def test_compressed_modules_are_unpacked(tmp_path: Path) -> None:
    """busybox loads plain modules only."""
    packed, plain = tmp_path / "a.ko.xz", tmp_path / "a.ko"
    packed.write_bytes(lzma.compress(b"\x7fELF"))
    plain.write_bytes(b"\x7fELF")

    assert b"\x7fELF" == content(packed) == content(plain)


def test_programs_compile_without_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    """The guest's programs are clean C."""
    if not shutil.which("cc"):
        pytest.skip("cc is missing: apt-get install gcc libc6-dev")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for source in (root / "engine/swapin/lab/guest").glob("*.c"):
        command = ["cc", "-Wall", "-Wextra", "-Werror", "-O1", "-c", "-o", "/dev/null"]
        subprocess.run([*command, str(source)], check=True)
    assert program("mapper", X86_64).exists()


def test_unknown_names_are_refused(tmp_path: Path) -> None:
    """An architecture that is not emulated, and kernels by paths that are not there."""
    with pytest.raises(LabError, match="emulates no `sparc`; there are `x86_64`"):
        machine("sparc")
    nothing = Packages(cache=tmp_path)
    for name in ("/none.deb", "/none:/modules"):
        with pytest.raises(LabError, match="there is no file `/none"):
            obtain(name, nothing, X86_64, "cloud")
