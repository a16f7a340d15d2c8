"""Which plugins are loaded: by argument, by environment, by configuration file, in this order."""

from __future__ import annotations

from pathlib import Path

import pytest

from swapin.catalog import SelectionError, selection
from toys import candidate

FOUND = [
    candidate("linux", "swapin"),
    candidate("nbd", "swapin-nbd"),
    candidate("more", "swapin-more"),
]


def file(tmp_path: Path, text: str) -> dict[str, str]:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return {"SWAPIN_CONFIG": str(path)}


def names(**settings: object) -> list[str]:
    chosen = selection(**settings).chosen(FOUND)  # type: ignore[arg-type]
    return [candidate.origin.plugin for candidate in chosen]


def test_precedence(tmp_path: Path) -> None:
    """An argument beats the environment, which beats the file, setting by setting."""
    text = '[plugins]\nallow = ["nbd"]\nblock = ["more"]\nstrict = true\n'
    env = file(tmp_path, text)

    assert ["linux", "nbd"] == names(environment=env)
    assert selection(environment=env).strict
    env["SWAPIN_PLUGINS_ALLOW"] = "nbd, swapin-more"
    assert ["linux", "nbd"] == names(environment=env), "the file still blocks"
    env["SWAPIN_PLUGINS_BLOCK"] = ""
    assert ["linux", "nbd", "more"] == names(environment=env)
    env["SWAPIN_STRICT"] = "0"
    assert not selection(environment=env).strict
    assert selection(environment=env, strict=True).strict
    assert ["linux"] == names(environment=env, allow=())
    assert ["nbd", "more"] == names(environment=env, block=["linux"]), "even swapin's own"


def test_places_of_the_file(tmp_path: Path) -> None:
    """Without a named file it is the user's; an empty name is no file."""
    folder = tmp_path / "swapin"
    folder.mkdir()
    (folder / "config.toml").write_text("plugins.strict = true\n", encoding="utf-8")
    env = {"XDG_CONFIG_HOME": str(tmp_path)}

    assert selection(environment=env).strict
    assert not selection(environment={**env, "SWAPIN_CONFIG": ""}).strict


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[plugin]\n", "unknown setting `plugin` \\(did you mean `plugins`\\?\\)"),
        ("plugins.alow = []\n", "unknown setting `plugins.alow` \\(did you mean `allow`\\?\\)"),
        ('plugins.allow = "nbd"\n', "`plugins.allow` has a value of the wrong type"),
        ("plugins = 1\n", "`plugins` is a table"),
        ("plugins\n", "config.toml: "),
        ('plugins.block = ["nbdd"]\n', "plugins block: no plugin `nbdd` \\(did you mean `nbd`\\?"),
    ],
)
def test_refused(tmp_path: Path, text: str, message: str) -> None:
    """A setting that cannot be followed is never passed over."""
    with pytest.raises(SelectionError, match=message):
        names(environment=file(tmp_path, text))


def test_refused_in_the_environment() -> None:
    with pytest.raises(SelectionError, match="SWAPIN_STRICT: `maybe`"):
        selection(environment={"SWAPIN_CONFIG": "", "SWAPIN_STRICT": "maybe"})
    with pytest.raises(SelectionError, match=r"absent\.toml"):
        selection(environment={"SWAPIN_CONFIG": "/absent.toml"})
