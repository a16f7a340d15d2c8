"""``swapin plugins new``: each kind of package installs, and passes its own tests at once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import strangers
from swapin.cli import main
from swapin.cli.new_package import KINDS


# One kind is enough of a check for every day.
@pytest.mark.parametrize(
    "kind", [pytest.param(k, marks=[] if k == "backend" else [pytest.mark.slow]) for k in KINDS]
)
def test_passes_at_once(tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What was written is installed by pip, and its tests run with the conformance kit."""
    name = f"swapin-new-{kind}"
    assert 0 == main(["plugins", "new", name, "--kind", kind, "--into", str(tmp_path)])
    written = capsys.readouterr().out.splitlines()
    package = tmp_path / name
    assert sorted(written) == sorted(str(path) for path in package.rglob("*") if path.is_file())
    (declared,) = (package / "src").iterdir()
    assert ast.get_docstring(ast.parse(declared.read_text(encoding="utf-8")))

    site = strangers.install(tmp_path / "site", package)
    done = strangers.run(
        *(site, "pytest", "-q", "-p", "no:cacheprovider", "-rA"),
        *("--rootdir", str(package), "-c", str(package / "pyproject.toml"), str(package)),
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    assert f"swapin-conformance::new-{kind}::loads[new-{kind}]" in done.stdout
    assert f"test_new_{kind}.py::test_" in done.stdout


def test_a_backend_is_small(tmp_path: Path) -> None:
    """A backend takes fewer than thirty lines of its own."""
    main(["plugins", "new", "swapin-small", "--kind", "backend", "--into", str(tmp_path)])
    text = (tmp_path / "swapin-small" / "src" / "swapin_small.py").read_text(encoding="utf-8")

    assert len([line for line in text.splitlines() if line.strip()]) < 30


def test_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is none is refused, and nothing is written over."""
    assert 2 == main(["plugins", "new", "../nbd", "--kind", "backend", "--into", str(tmp_path)])
    again = ["plugins", "new", "swapin-twice", "--kind", "kernel", "--into", str(tmp_path)]
    assert [0, 2] == [main(again), main(again)]
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("swapin-linux", "kernel", "has the plugin `linux`"),
        ("swapin-zram", "backend", "has the backend `zram`"),
        ("swapin-arm64", "architecture", "has the architecture `arm64`"),
        ("swapin-class", "kernel", "no keyword of Python"),
    ],
)
def test_names_that_would_not_load(
    name: str, kind: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What would take the place of swapin's own module, or be refused, is not written."""
    assert 2 == main(["plugins", "new", name, "--kind", kind, "--into", str(tmp_path)])
    assert message in capsys.readouterr().err
    assert [] == [*tmp_path.iterdir()]
