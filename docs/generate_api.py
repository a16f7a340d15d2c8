"""Write the reference of the Python API anew, from docstrings: ``python docs/generate_api.py``.

A test compares the page with what this makes.
"""

from __future__ import annotations

import ast
import dataclasses
import enum
import functools
import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import swapin

PAGE = Path(__file__).parent / "api.md"

# What has no docstring of its own.
_VALUES = {
    "__version__": "The version of the distribution.",
    "hookimpl": "The marker of what a plugin implements; every hook is on [a page](hooks.md).",
}


def api_page(page: str) -> str:
    """The page with its reference made anew."""
    block = re.compile(r"(<!-- reference -->\n).*(<!-- end -->)", re.DOTALL)
    reference = "\n\n".join(_reference())
    return block.sub(lambda match: f"{match[1]}\n{reference}\n\n{match[2]}", page)


def members(known: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties of a class, by name; not what it inherits."""
    kinds = (property, functools.cached_property, classmethod, staticmethod)
    for name, member in vars(known).items():
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, kinds)):
            yield name, member


def _reference() -> Iterator[str]:
    for name in swapin.__all__:
        known = getattr(swapin, name)
        yield f"### {name}"
        if name in _VALUES:
            yield _VALUES[name]
            continue
        signature = "" if isinstance(known, type) and _plain(known) else _signature(known)
        yield f"`{name}{signature}`"
        yield _markdown(known.__doc__)
        if isinstance(known, type):
            yield from _of_class(name, known)


def _plain(known: type) -> bool:
    return issubclass(known, enum.Enum)


def _of_class(name: str, known: type) -> Iterator[str]:
    fields = _fields(known)
    if fields:
        yield "\n".join(f"- {field}" for field in fields)
    if known.__init__.__doc__ and not dataclasses.is_dataclass(known) and "__init__" in vars(known):
        yield _markdown(known.__init__.__doc__)
    for member, value in members(known):
        if isinstance(value, property | functools.cached_property):
            of = value.fget if isinstance(value, property) else value.func
            yield f"#### {name}.{member}"
            yield _markdown(of.__doc__)
        else:
            yield f"#### {name}.{member}()"
            yield f"`{member}{_signature(getattr(known, member))}`"
            yield _markdown(getattr(known, member).__doc__)


def _fields(known: type) -> list[str]:
    """The fields of a dataclass or the members of an enumeration, with what is said of them."""
    if not dataclasses.is_dataclass(known) and not issubclass(known, enum.Enum):
        return []
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(known))).body
    found = []
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign):
            told = f"`{ast.unparse(node.target)}: {ast.unparse(node.annotation)}`"
        elif isinstance(node, ast.Assign) and issubclass(known, enum.Enum):
            told = f"`{ast.unparse(node.targets[0])}`"
        else:
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            told += f": {_line(inspect.cleandoc(after.value.value))}"
        found.append(told)
    return found


def _signature(known: Any) -> str:
    signature = inspect.signature(known)
    # Members of enumerations would be told with their values.
    shown = [
        one.replace(default=_Named(one.default))
        if isinstance(one.default, enum.Enum | tuple) and one.default
        else one
        for one in signature.parameters.values()
    ]
    text = re.sub(r"(: |-> )'([^']+)'", r"\1\2", str(signature.replace(parameters=shown)))
    text = re.sub(r"<function (\w+) at \w+>", r"\1", text)
    return re.sub(r"\(self(, )?", "(", text)


class _Named:
    """A default as it is written: a member of an enumeration, or all or some of its members."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __repr__(self) -> str:
        if isinstance(self._value, enum.Enum):
            return f"{type(self._value).__name__}.{self._value.name}"
        kind = type(self._value[0])
        if isinstance(self._value[0], enum.Enum) and tuple(kind) == self._value:
            return f"tuple({kind.__name__})"
        return f"({', '.join(map(repr, map(_Named, self._value)))})"


def _markdown(docstring: str | None) -> str:
    """A docstring; of its parameters, errors and results a list."""
    text = inspect.cleandoc(docstring or "")
    text, *rest = re.split(r"\n+(?=:\w+|\.\. versionadded)", f"\n{text}")
    told = [_line(part) for part in text.strip().split("\n\n")]
    listed = []
    for part in rest:
        field = re.match(r":(\w+)(?: ([\w.]+))?:\s*(.*)", part, re.DOTALL)
        if field:
            kind, name, meaning = field[1], field[2], _line(field[3])
            start = {"param": f"`{name}`", "ivar": f"`{name}`", "raises": f"raises `{name}`"}
            listed.append(f"- {start.get(kind, kind)}: {meaning}")
        elif version := re.match(r"\.\. versionadded:: (\S+)", part):
            listed.append(f"- since swapin {version[1]}")
    return "\n\n".join([*filter(None, told), *(["\n".join(listed)] if listed else [])])


def _line(text: str) -> str:
    text = re.sub(r":\w+:`~?([^`]*)`", r"`\1`", text.replace("``", "`"))
    return " ".join(text.split())


if __name__ == "__main__":
    PAGE.write_text(api_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
