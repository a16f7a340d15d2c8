"""Write the generated pages of the documentation and the schemas: ``python docs/generate.py``.

A test compares the pages with what this makes.
"""

from __future__ import annotations

import inspect
import json
import re
from itertools import groupby
from pathlib import Path

from swapin.catalog import Catalog, hookspecs, latched, load_catalog
from swapin.model import Backend, Kernel
from swapin.service.schemas import NAMES, schema

PAGE = Path(__file__).parent / "backends.md"
HOOKS = Path(__file__).parent / "hooks.md"
SCHEMAS = Path(__file__).parent.parent / "engine" / "swapin" / "schemas"

COLUMNS = (
    ("SWP_STABLE_WRITES", "swap_device.stable_writes"),
    ("SWP_SYNCHRONOUS_IO", "swap_device.synchronous_io"),
    ("SWP_SOLIDSTATE", "swap_device.solidstate"),
    ("SWP_FS_OPS", "swap_device.fs_ops"),
    ("sysfs shows stable", "swap_device.queue_stable_writes"),
    ("write ends inside", "swap_device.writes_inside"),
    ("writeback seen", "swap_device.writeback_seen"),
)


def backends_page(page: str, catalog: Catalog) -> str:
    """The page with its tables made anew."""
    tables = {"flags": _flags(catalog), "properties": _properties(catalog)}
    for name, table in tables.items():
        block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        page = block.sub(lambda match, table=table: f"{match[1]}{table}{match[2]}", page)
    return page


def hooks_page() -> str:
    """The page of the hooks, from their docstrings."""
    hooks = {
        name: inspect.cleandoc(spec.__doc__)
        for name, spec in vars(hookspecs).items()
        if name.startswith("swapin_")
    }
    added = {name: re.findall(r"versionadded:: (\S+)", text)[0] for name, text in hooks.items()}
    rows = [["version of the hooks", "swapin since", "hooks that came with it"], ["---"] * 3]
    for version, release in hookspecs.RELEASES.items():
        came = ", ".join(f"`{name}`" for name, since in added.items() if since == release)
        rows.append([str(version), release, came])
    parts = [
        "# Hooks",
        "Made by `make docs` from the docstrings in `engine/swapin/catalog/hookspecs.py`; how a "
        "plugin is written is told in [plugins.md](plugins.md).",
        _markdown(inspect.cleandoc(hookspecs.__doc__ or "")),
        "## Compatibility",
        f"This swapin has version {hookspecs.CONTRACT} of the hooks. A plugin for an older "
        "version is loaded; one that asks for a newer version is refused (`swapin_contract`).",
        _table(rows).rstrip("\n"),
    ]
    for name, text in hooks.items():
        signature = str(inspect.signature(vars(hookspecs)[name])).replace("'", "")
        parts += [f"## {name}", f"`{name}{signature}`", _markdown(text)]
    return "\n\n".join(parts) + "\n"


def _markdown(docstring: str) -> str:
    text = re.sub(r":\w+:`([^`]*)`", r"`\1`", docstring.replace("``", "`"))
    text = re.sub(r"^:returns: ", "Returns ", text, flags=re.MULTILINE)
    return re.sub(r"\.\. versionadded:: (\S+)", r"Since swapin \1.", text)


def _flags(catalog: Catalog) -> str:
    rows = [["backend", "lies over", *(title for title, _ in COLUMNS)]]
    rows.append(["---"] * len(rows[0]))
    for backend in catalog.backends.values():
        over = " or ".join(backend.over)
        cells = [_cell(catalog, backend, fact) for _, fact in COLUMNS]
        rows.append([f"`{backend.name}`", over, *cells])
    return _table(rows)


def _properties(catalog: Catalog) -> str:
    rows = [["property", "yes means"], ["---", "---"]]
    rows += [[f"`{known.name}`", known.meaning] for known in catalog.properties.values()]
    return _table(rows)


def _table(rows: list[list[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cell(catalog: Catalog, backend: Backend, fact: str) -> str:
    kernels = [kernel for kernel in catalog.kernels.values() if not kernel.variant]
    told = [(kernel, _word(catalog, backend, fact, kernel)) for kernel in kernels]
    ranges = [(word, [k for k, _ in group]) for word, group in groupby(told, key=lambda t: t[1])]
    if len(ranges) == 1:
        return ranges[0][0]
    *earlier, (last, span) = ranges
    cells = [f"{word} to {kernels[-1].release}" for word, kernels in earlier]
    return "; ".join([*cells, f"{last} since {span[0].release}"])


def _word(catalog: Catalog, backend: Backend, fact: str, kernel: Kernel) -> str:
    known = latched(catalog, [backend], kernel.at).get(fact)
    if known is not None:
        return "yes" if known.value else "no"
    asked = {fact}
    if fact in catalog.properties:
        asked.add(catalog.properties[fact].otherwise)
    for binding in backend.bindings:
        if binding.fact in asked and binding.value is None and kernel.at in binding.releases:
            if len(binding.passes) == 2:
                return "below"
            return "yes if below" if binding.passes[0] else "no if below is no"
    return "open"


if __name__ == "__main__":
    catalog = load_catalog(strict=True)
    text = backends_page(PAGE.read_text(encoding="utf-8"), catalog)
    PAGE.write_text(text, encoding="utf-8")
    HOOKS.write_text(hooks_page(), encoding="utf-8")
    SCHEMAS.mkdir(exist_ok=True)
    for name in NAMES:
        written = json.dumps(schema(name, catalog), ensure_ascii=False, indent=1)
        (SCHEMAS / f"{name}.json").write_text(written + "\n", encoding="utf-8")
