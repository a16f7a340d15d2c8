"""A kept catalog gives the answers of a loaded one, and is never taken for another."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swapin.catalog import KINDS, Catalog, Failure, Origin
from swapin.catalog.depends import surroundings
from swapin.catalog.kept import KeptCatalog, data_of
from swapin.catalog.selection import Selection
from swapin.cli import main
from swapin.model import CatalogError, Depth, FaultError, Kernel
from swapin.program import Program
from swapin.program import kept as kept_programs
from swapin.program.kept import KeptProgram
from swapin.program.written import written

KERNELS = ("5.10", "6.1", "6.12", "7.3")


@pytest.fixture(scope="module")
def kept(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> KeptProgram:
    """A kept catalog whose kernels were compiled by an earlier program."""
    place = str(tmp_path_factory.mktemp("cache") / "catalogs")
    data = data_of(catalog)
    earlier = KeptProgram(KeptCatalog(data), place, "stem", b"token")
    for name in KERNELS:
        earlier.compiled(catalog.kernels[name])
    return KeptProgram(KeptCatalog(data), place, "stem", b"token")


def test_the_catalog_is_the_same(catalog: Catalog, kept: KeptProgram) -> None:
    """Every declaration, in the same order, with everything that is told of it."""
    same = kept.catalog

    for kind in (*(kind for kind in KINDS if kind != "plugins"), "atoms", "spellings"):
        assert list(getattr(same, kind).items()) == list(getattr(catalog, kind).items()), kind
    for kind in KINDS:
        assert same.entries(kind) == catalog.entries(kind)
    assert same.offers == catalog.offers
    told = ("degraded", "failures", "edition", "fingerprint", "software_bits")
    assert [getattr(same, name) for name in told] == [getattr(catalog, name) for name in told]
    # The fingerprint that is told is that of the declarations, not only what was written.
    assert Catalog(same.offers).fingerprint == catalog.fingerprint


def test_what_is_compiled_is_the_same(
    program: Program, kept: KeptProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables, conditions and nodes, without compiling."""
    fresh = Program(program.catalog)
    wanted = [written(fresh.compiled(fresh.catalog.kernels[name])) for name in KERNELS]
    monkeypatch.setattr(Program, "_made", _never)

    assert [written(kept.compiled(kept.catalog.kernels[name])) for name in KERNELS] == wanted


def test_what_was_compiled_for_another_catalog_is_not_taken(
    kept: KeptProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though it has the same name."""
    other = KeptProgram(kept.catalog, kept._place, "stem", b"other token")
    monkeypatch.setattr(Program, "_made", _never)

    with pytest.raises(AssertionError, match="compiled anew"):
        other.compiled(kept.catalog.kernels["6.1"])


def _never(*_: object) -> Any:
    raise AssertionError("compiled anew")


def test_verdicts_are_the_same(program: Program, kept: KeptProgram) -> None:
    """Byte for byte, errors too, over random descriptions of every kind and every depth."""
    chance = random.Random(8)

    for depth in [*Depth] * 6:
        described = _described(program.catalog, chance)
        answers = []
        for each in (program, kept):
            try:
                answers.append(each.evaluate(described, depth).to_json())
            except FaultError as error:
                answers.append(str(error))
        assert answers[0] == answers[1], described


def _described(catalog: Catalog, chance: random.Random) -> dict[str, Any]:
    kernel: Kernel = catalog.kernels[chance.choice(KERNELS)]
    facts = [fact for fact in catalog.facts.values() if not fact.capability]
    given: dict[str, Any] = {
        fact.name: chance.choice(fact.values or [True, False])
        if fact.equals is None
        else chance.choice([fact.equals, fact.equals + 1])
        for fact in chance.sample(facts, chance.randrange(12))
    }
    if chance.random() < 0.2:
        given["kernel.strange"] = True
    if chance.random() < 0.2:
        given["kernel.writable_on_read_fault"] = True
    described: dict[str, Any] = {"kernel": {"release": kernel.release}, "extension_facts": given}
    if chance.random() < 0.7:
        described["architecture"] = chance.choice(list(catalog.architectures))
    if chance.random() < 0.7:
        described["swap_device"] = {"backend": chance.choice([*catalog.backends, "strange"])}
    if chance.random() < 0.3:
        described["pte"] = {"raw": "0x7fffffffffbfe0a"}
    return described


FACTS = ["--kernel", "6.1", "--arch", "x86_64", "--backend", "zram", "--fact", "folio.ksm=false"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["eval", *FACTS],
        ["eval", *FACTS, "--json", "--explain", "flip"],
        ["eval", *FACTS, "--fact", "kernel.writable_on_read_fault=true", "--explain", "prose"],
        ["eval", "--kernel", "6.11x", "--json"],
        ["check", "--kernel", "6.1", "--format", "json"],
        ["diff", "6.1", "6.12", "--format", "json"],
        ["reach", "writeback.stable-writes", "--json"],
        ["sql", "--dialect", "duckdb", "--outcome", "exclusive", "--kernel", "6.1"],
        ["pte", "decode", "0x7fffffffffbfe0a", "--arch", "x86_64", "--kernel", "6.1", "--json"],
        ["backends", "show", "dm-crypt/nvme-pi", "--json"],
        ["kernels", "list", "--json"],
        ["recipe", "writeback.stable-writes", "--kernel", "6.1"],
        ["litmus", "show", "late-write"],
        ["rules", "show", "nothing"],
    ],
    ids=" ".join,
)
def test_commands_say_the_same(
    arguments: list[str],
    program: Program,
    kept: KeptProgram,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Output, errors and exit status."""
    told = []
    for each in (program, kept):
        monkeypatch.setattr(kept_programs, "installed_program", lambda *_, each=each, **__: each)
        status = main(arguments)
        told.append((status, *capsys.readouterr()))

    assert told[0] == told[1]


def test_a_degraded_catalog_is_not_kept(catalog: Catalog) -> None:
    """What failed is told each time."""
    origin = Origin("bad", "swapin-bad", "1")
    failed = Failure(origin, CatalogError("bad", "swapin-bad", "import", "boom"))

    with pytest.raises(TypeError):
        data_of(Catalog(catalog.offers, [failed]))


def test_another_selection_is_another_catalog() -> None:
    """As is another ``sys.path``, or a finder of modules that was not there."""
    seen = [surroundings(Selection(*lists)) for lists in ((), (("nbd",),), (None, ("nbd",)))]
    sys.path.append("/nowhere")
    try:
        seen.append(surroundings(Selection()))
    finally:
        sys.path.remove("/nowhere")
    sys.meta_path.append(object())  # type: ignore[arg-type]
    try:
        seen.append(surroundings(Selection()))
    finally:
        sys.meta_path.pop()

    assert len(set(seen)) == 5
    assert surroundings(Selection()) == seen[0]


PLUGIN = """\
import os, sys
from pathlib import Path
from swapin import hookimpl
from swapin.model import Backend, Source, bind

print("loaded", file=sys.stderr)
TEXT = Path(__file__).with_name("stable.txt").read_text()
STABLE = TEXT == "yes" and os.environ.get("STRANGE_PLAIN") is None
SOURCE = Source("drivers/strange.c")

@hookimpl
def swapin_backends():
    because = "it says so"
    fact = bind("swap_device.stable_writes", STABLE, because=because, source=SOURCE)
    return [Backend(name="strange", summary="Odd.", role="leaf", source=SOURCE, bindings=(fact,))]
"""

# Files that were made just now are trusted at once, so that no test has to wait.
COMMAND = """
import os, sys
from swapin.catalog import depends, store
if os.environ.get("COLLIDE"):
    store.name_of = lambda *_: "same"
if not os.environ.get("WAIT"):
    depends._SETTLED = -1000
from swapin.cli import main
sys.exit(main())
"""


class Stranger:
    """A folder of installed distributions, and the command that sees them."""

    def __init__(self, folder: Path) -> None:
        self.site, self.home, self.work = folder / "site", folder / "home", folder / "work"
        self.work.mkdir()
        self.add("strange", PLUGIN)
        (self.site / "stable.txt").write_text("yes", encoding="utf-8")

    def add(self, name: str, text: str) -> None:
        """Install a plugin of one module."""
        info = self.site / f"swapin_{name}-1.dist-info"
        info.mkdir(parents=True)
        entry = f"[swapin.plugins]\n{name} = swapin_{name}\n"
        (info / "entry_points.txt").write_text(entry, encoding="utf-8")
        metadata = f"Metadata-Version: 2.1\nName: swapin-{name}\nVersion: 1\n"
        (info / "METADATA").write_text(metadata, encoding="utf-8")
        self.module(name).write_text(text, encoding="utf-8")

    def module(self, name: str = "strange") -> Path:
        """Its file."""
        return self.site / f"swapin_{name}.py"

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Evaluate a fault on the strange backend, in a process of its own."""
        given = ["eval", "--kernel", "6.1", "--backend", "strange", "--json", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(self.site), "HOME": str(self.home)}
        for name in ("XDG_CACHE_HOME", "SWAPIN_CACHE"):
            environment.pop(name, None)
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, *given, "--fact", "swap_device.stable_writes=true"],
            env={**environment, "PYTHONDONTWRITEBYTECODE": "1", **more},
            cwd=self.work,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def asked(self, *arguments: str, **more: str) -> tuple[bool, bool, int]:
        """Whether the backend is without stable writes, whether its plugin was loaded, status."""
        process = self.start(*arguments, **more)
        out, said = process.communicate(timeout=60)
        told = json.loads(out or "{}").get("provenance", {})
        return bool(told.get("overrides")), "loaded" in said, process.returncode

    def kept(self) -> list[str]:
        """Files that are kept."""
        place = self.home / ".cache" / "swapin" / "catalogs"
        return sorted(os.listdir(place)) if place.exists() else []


@pytest.fixture
def stranger(tmp_path: Path) -> Stranger:
    return Stranger(tmp_path)


STABLE, PLAIN = False, True


def _edit(stranger: Stranger) -> None:
    file = stranger.module()
    before = file.stat()
    text = file.read_text(encoding="utf-8").replace('TEXT == "yes"', 'TEXT == "YES"')
    file.write_text(text, encoding="utf-8")
    # As long as before, and as old: rsync and archives do that.
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def _edit_data(stranger: Stranger) -> None:
    (stranger.site / "stable.txt").write_text("no", encoding="utf-8")


def _shadow(stranger: Stranger) -> None:
    package = stranger.site / "swapin_strange"
    package.mkdir()
    text = PLUGIN.replace('with_name("stable.txt")', 'with_name("__init__.py")')
    (package / "__init__.py").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("change", [_edit, _edit_data, _shadow])
def test_a_changed_plugin_is_seen(stranger: Stranger, change: Callable[[Stranger], None]) -> None:
    """An edited file, however old it looks; a file that the plugin reads; a package before it."""
    assert stranger.asked() == (STABLE, True, 0)
    assert stranger.asked() == (STABLE, False, 0)

    change(stranger)

    assert stranger.asked() == (PLAIN, True, 0)
    assert stranger.asked() == (PLAIN, False, 0)


def test_what_is_installed_and_removed_is_seen(stranger: Stranger) -> None:
    """One that fails is told each time; without it, all is as before."""
    assert stranger.asked() == (STABLE, True, 0)
    stranger.add("bad", "raise RuntimeError('boom')\n")

    assert [stranger.asked() for _ in range(2)] == [(STABLE, True, 3)] * 2

    for file in (stranger.site / "swapin_bad-1.dist-info").iterdir():
        file.unlink()
    (stranger.site / "swapin_bad-1.dist-info").rmdir()
    assert [stranger.asked()[1:] for _ in range(2)] == [(True, 0), (False, 0)]


def test_selection_and_environment_are_seen(stranger: Stranger) -> None:
    """The lists of plugins, by flag or variable, and a variable that the plugin itself reads."""
    assert stranger.asked() == (STABLE, True, 0)

    assert stranger.asked("--plugins-block", "strange") == (False, False, 2)
    assert stranger.asked(SWAPIN_PLUGINS_ALLOW="") == (False, False, 2)
    assert stranger.asked(STRANGE_PLAIN="1") == (PLAIN, True, 0)
    assert stranger.asked(STRANGE_PLAIN="1") == (PLAIN, False, 0)
    assert stranger.asked() == (STABLE, True, 0)


def test_names_that_collide_are_told_apart(stranger: Stranger) -> None:
    """A name is a short sum; what was kept says in full what it is."""
    assert stranger.asked(COLLIDE="1") == (STABLE, True, 0)
    assert stranger.asked(COLLIDE="1") == (STABLE, False, 0)

    assert stranger.asked(COLLIDE="1", SWAPIN_PLUGINS_ALLOW="") == (False, False, 2)


def test_it_can_be_turned_off(stranger: Stranger) -> None:
    """By flag and by variable: nothing is taken and nothing is kept."""
    assert stranger.asked("--no-cache") == (STABLE, True, 0)
    assert stranger.asked(SWAPIN_CACHE="off") == (STABLE, True, 0)
    assert stranger.kept() == []

    assert stranger.asked() == (STABLE, True, 0)
    assert len(stranger.kept()) == 2
    assert stranger.asked("--no-cache") == (STABLE, True, 0)
    assert stranger.asked() == (STABLE, False, 0)


def test_what_changed_just_now_is_not_kept(stranger: Stranger) -> None:
    """It could change again and look the same."""
    assert stranger.asked(WAIT="1") == (STABLE, True, 0)

    assert stranger.kept() == []


@pytest.mark.parametrize(
    "line",
    [
        "import subprocess; subprocess.run(['true'])",
        "import socket; socket.getaddrinfo('127.0.0.1', 1)",
        "open('/proc/self/status').read()",
        "dict(os.environ)",
    ],
)
def test_a_plugin_that_asks_elsewhere_is_not_kept(stranger: Stranger, line: str) -> None:
    """Another process, the network, the running kernel, the whole environment."""
    text = PLUGIN.replace("SOURCE =", f"{line}\nSOURCE =", 1)
    stranger.module().write_text(text, encoding="utf-8")

    assert stranger.asked() == (STABLE, True, 0)
    assert stranger.kept() == []


def test_damage_is_loaded_over(stranger: Stranger) -> None:
    """A file that was cut off, one of nothing, and what belongs to another catalog."""
    assert stranger.asked() == (STABLE, True, 0)
    place = stranger.home / ".cache" / "swapin" / "catalogs"
    catalog, kernel = (place / name for name in sorted(stranger.kept(), key=len))
    catalog.write_bytes(catalog.read_bytes()[:-1])

    assert stranger.asked() == (STABLE, True, 0)
    kernel.write_bytes(b"")
    assert stranger.asked() == (STABLE, False, 0)
    os.replace(kernel, catalog)
    assert stranger.asked() == (STABLE, True, 0)
    assert stranger.asked() == (STABLE, False, 0)


def test_first_starts_at_once_agree(stranger: Stranger) -> None:
    """Each may load and keep; whatever is left serves the next."""
    processes = [stranger.start() for _ in range(3)]

    told = {process.communicate(timeout=60)[0] for process in processes}

    assert len(told) == 1
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert stranger.asked() == (STABLE, False, 0)
