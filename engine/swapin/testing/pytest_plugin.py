"""``pytest --swapin-conformance PLUGIN``: each check of the kit as a test.

pytest finds this by its entry point in every run, so it imports nothing until it is asked.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from swapin.testing import Result

_EXPECTED = "swapin_conformance_expected"
_ENTRY = re.compile(r"(?P<name>[\w-]+\[.+\]):\s*(?P<reason>\S.*)")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the kit."""
    group = parser.getgroup("swapin")
    group.addoption(
        "--swapin-conformance",
        action="append",
        default=[],
        metavar="PLUGIN",
        help="run swapin's conformance kit on this installed plugin",
    )
    group.addoption(
        "--swapin-kernel-tree",
        metavar="DIR",
        help="look up the plugin's sources in this kernel tree",
    )
    parser.addini(
        _EXPECTED,
        "checks of the conformance kit that are expected to fail: `CHECK[ABOUT]: reason`",
        type="linelist",
    )


def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add a test for each result of the kit."""
    plugins = config.getoption("--swapin-conformance")
    if not plugins:
        return
    from swapin.source.tree import TreeError
    from swapin.testing import PluginError, examine

    expected = _expected(config)
    tree = config.getoption("--swapin-kernel-tree")
    for plugin in plugins:
        try:
            results = examine(plugin, tree=Path(tree) if tree else None)
        except (PluginError, TreeError) as error:
            raise pytest.UsageError(f"--swapin-conformance: {error}") from error
        for result in results:
            item = ConformanceItem.from_parent(
                session,
                name=result.name,
                nodeid=f"swapin-conformance::{plugin}::{result.name}",
                result=result,
            )
            reason = expected.pop(result.name, None)
            if reason is not None:
                item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
            items.append(item)
    if expected:
        raise pytest.UsageError(f"{_EXPECTED}: no check is called {', '.join(sorted(expected))}")


def _expected(config: pytest.Config) -> dict[str, str]:
    found = {}
    for line in config.getini(_EXPECTED):
        entry = _ENTRY.fullmatch(line.strip())
        if entry is None:
            raise pytest.UsageError(f"{_EXPECTED}: `{line}` is not `CHECK[ABOUT]: reason`")
        found[entry["name"]] = entry["reason"]
    return found


class NotConforming(Exception):
    """What a check found."""


class ConformanceItem(pytest.Item):
    """One result of the kit."""

    def __init__(self, *, result: Result, **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]
        self._result = result

    def runtest(self) -> None:
        """Tell what the check found."""
        if self._result.message:
            raise NotConforming(self._result.message)

    def repr_failure(  # type: ignore[override]
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> str:
        """The finding alone: a traceback would be of the kit."""
        return f"{self._result.name}: {excinfo.value}"

    def reportinfo(self) -> tuple[Path, None, str]:
        """How reports call it."""
        return self.path, None, self.nodeid
