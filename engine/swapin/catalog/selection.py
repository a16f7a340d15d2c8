"""Which of the installed plugins are loaded, and whether one may fail: flags, environment, file.

Each of the three settings is taken from the first place that has it: a flag of the command, the
environment, the configuration file. A plugin that was not selected is no failure: the catalog is
not degraded, but its fingerprint is another one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from swapin.model.errors import near_match, offered
from swapin.model.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from swapin.catalog.loading import Candidate

PROJECT = "swapin"
"""The distribution whose plugins are swapin's own."""

ALLOW = "SWAPIN_PLUGINS_ALLOW"
"""Environment: the only plugins to load beside swapin's own, parted by commas."""
BLOCK = "SWAPIN_PLUGINS_BLOCK"
"""Environment: plugins not to load, parted by commas."""
STRICT = "SWAPIN_STRICT"
"""Environment: ``1`` or ``true`` refuses to work if a plugin fails, ``0`` or ``false`` does not."""
CONFIG = "SWAPIN_CONFIG"
"""Environment: the configuration file; empty for none."""


class SelectionError(LookupError):
    """A setting that cannot be followed; the message names it and where it was made."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which plugins are loaded. A name is that of a plugin or of its distribution."""

    allow: tuple[str, ...] | None = None
    """The only plugins to load beside swapin's own; ``None``: every installed one."""
    block: tuple[str, ...] = ()
    """Plugins not to load, swapin's own among them if they are named; they beat *allow*."""
    strict: bool = False
    """Refuse to work if a plugin fails to load."""

    def chosen(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        """The candidates that are to be loaded, in order.

        :raises SelectionError: a name that no candidate has.
        """
        found = list(candidates)
        known = {name for candidate in found for name in _names(candidate)}
        for list_name, names in (("allow", self.allow or ()), ("block", self.block)):
            for name in names:
                if name not in known:
                    there = offered(name, known)
                    raise SelectionError(f"plugins {list_name}: no plugin `{name}`{there}")
        return [candidate for candidate in found if self._takes(candidate)]

    def _takes(self, candidate: Candidate) -> bool:
        names = _names(candidate)
        if not names.isdisjoint(self.block):
            return False
        own = candidate.origin.distribution == PROJECT
        return self.allow is None or own or not names.isdisjoint(self.allow)


def selection(
    *,
    allow: Iterable[str] | None = None,
    block: Iterable[str] | None = None,
    strict: bool | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Selection:
    """The selection that arguments, environment and configuration file make, in this order.

    :param allow: see :class:`Selection`; ``None``: as the environment or the file has it.
    :param block: the same.
    :param strict: the same.
    :raises SelectionError: a setting that is malformed or unknown.
    """
    file = _file(environment)
    if allow is None:
        allow = _listed(environment, ALLOW, file.allow)
    if block is None:
        block = _listed(environment, BLOCK, file.block)
    if strict is None:
        strict = _truth(environment.get(STRICT, "")) if STRICT in environment else file.strict
    return Selection(None if allow is None else tuple(allow), tuple(block or ()), strict)


def _names(candidate: Candidate) -> set[str]:
    return {candidate.origin.plugin, candidate.origin.distribution}


def _listed(
    environment: Mapping[str, str], variable: str, otherwise: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    if variable not in environment:
        return otherwise
    return parted(environment[variable])


def parted(text: str) -> tuple[str, ...]:
    """Names parted by commas."""
    return tuple(name for part in text.split(",") if (name := part.strip()))


def _truth(text: str) -> bool:
    if text.lower() in ("1", "true"):
        return True
    if text.lower() in ("", "0", "false"):
        return False
    raise SelectionError(f"{STRICT}: `{text}` is neither true nor false")


def config_path(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The configuration file: the one that is named, the user's, or the machine's."""
    if CONFIG in environment:
        found = environment[CONFIG]
    else:
        base = environment.get("XDG_CONFIG_HOME") or f"{environment.get('HOME', '/')}/.config"
        places = (f"{base}/{PROJECT}/config.toml", f"/etc/{PROJECT}/config.toml")
        found = next(filter(os.path.isfile, places), "")
    if not found:
        return None
    from pathlib import Path

    return Path(found)


def _file(environment: Mapping[str, str]) -> Selection:
    path = config_path(environment)
    if path is None:
        return Selection()
    import tomllib

    try:
        with path.open("rb") as stream:
            read = tomllib.load(stream)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SelectionError(f"{path}: {error}") from error
    plugins = read.pop("plugins", {})
    if not isinstance(plugins, dict):
        raise SelectionError(f"{path}: `plugins` is a table")
    for where, names, known in (("", read, {"plugins"}), ("plugins.", plugins, _KEYS)):
        for name in names:
            if name not in known:
                raise SelectionError(
                    f"{path}: unknown setting `{where}{name}`{near_match(name, known)}"
                )
    for name, value in plugins.items():
        if not _KEYS[name](value):
            raise SelectionError(f"{path}: `plugins.{name}` has a value of the wrong type")
    allow = plugins.get("allow")
    return Selection(
        None if allow is None else tuple(allow),
        tuple(plugins.get("block", ())),
        plugins.get("strict", False),
    )


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


_KEYS = {"allow": _is_names, "block": _is_names, "strict": _is_truth}
