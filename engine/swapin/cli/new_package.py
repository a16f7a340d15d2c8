"""Write a plugin package that installs and passes its tests at once."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from string import Template

from swapin.catalog.loading import Offer

KINDS = ("backend", "architecture", "rules", "kernel")
"""What a new package can be made to declare."""

_NAME = re.compile(r"swapin-([a-z][a-z0-9]*(?:-[a-z0-9]+)*)")
_TEMPLATES = resources.files("swapin") / "new_plugin"


class NewPluginError(LookupError):
    """The package cannot be written; the message says why."""


def write_plugin(name: str, kind: str, folder: Path, offers: Iterable[Offer] = ()) -> list[Path]:
    """Write a package.

    :param name: name of the distribution, ``swapin-`` and a word.
    :param kind: one of :data:`KINDS`.
    :param folder: where its folder is made; nothing that is there is written over.
    :param offers: what the installed plugins declare: beside them the new one has to load.
    :returns: the files that were written.
    :raises NewPluginError: the name is none or is taken, or its folder is there already.
    """
    match = _NAME.fullmatch(name)
    if match is None or keyword.iskeyword(match[1]):
        raise NewPluginError(
            f"`{name}` is no name such as swapin-nbd: `swapin-`, then small letters and digits, "
            "and no keyword of Python"
        )
    target = folder / name
    if target.exists():
        raise NewPluginError(f"`{target}` is there already")
    plugin = match[1]
    words = {
        "distribution": name,
        "module": name.replace("-", "_"),
        "plugin": plugin,
        "name": plugin.replace("-", "_"),
    }
    _refuse_taken(words, kind, offers)
    files = {
        "pyproject.toml": "pyproject.toml.in",
        "README.md": "README.md.in",
        ".github/workflows/test.yml": "test.yml.in",
        f"src/{words['module']}.py": f"{kind}.py.in",
        f"tests/test_{words['name']}.py": f"test_{kind}.py.in",
    }
    written = []
    for path, template in files.items():
        text = (_TEMPLATES / template).read_text(encoding="utf-8")
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(Template(text).substitute(words), encoding="utf-8")
        written.append(place)
    return written


def _refuse_taken(words: Mapping[str, str], kind: str, offers: Iterable[Offer]) -> None:
    for offer in offers:
        taken = {("plugin", offer.origin.plugin)}
        taken |= {("backend", backend.name) for backend in offer.backends}
        taken |= {("architecture", architecture.name) for architecture in offer.architectures}
        for what, name in (("plugin", words["plugin"]), (kind, words["name"])):
            if (what, name) in taken and offer.origin.distribution != words["distribution"]:
                raise NewPluginError(f"{offer.origin} has the {what} `{name}`; take another name")
