"""``swapin kernels``, ``architectures``, ``backends``, …: what is loaded, and from where."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from swapin.cli import doctor, evaluator, formats, new_plugin
from swapin.cli.backend_text import backend_text
from swapin.cli.exits import status

if TYPE_CHECKING:
    from swapin.catalog import Entry

_HELP = {
    "kernels": "kernel releases and variants",
    "architectures": "architectures and their swap PTE layouts",
    "backends": "swap backends",
    "rules": "claims and vetoes",
    "facts": "facts that a description may give",
    "constraints": "combinations of facts that cannot be",
    "invariants": "what must be true of every verdict",
    "transitions": "what happens to a page between faults",
    "plugins": "plugins, loaded and failed",
}


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add one command for each kind of catalog entry."""
    for kind, told in _HELP.items():
        parser = commands.add_parser(kind, help=f"list or show {told}")
        actions = parser.add_subparsers(
            dest="action",
            metavar="list|show|doctor|new" if kind == "plugins" else "list|show",
            required=True,
        )
        listing = actions.add_parser("list", help="one line each")
        show = actions.add_parser("show", help="one of them, whole")
        told_name = "its name; of backends also a stack, such as dm-crypt/nvme"
        show.add_argument("name", metavar="NAME", help=told_name)
        if kind == "plugins":
            doctor.add_action(actions)
            new_plugin.add_action(actions)
        for action in (listing, show):
            formats.add_json(action, "as JSON", kind)
            evaluator.add_strict(action)
            action.set_defaults(run=run, kind=kind)


def run(args: argparse.Namespace) -> int:
    """List the entries of a kind, or show one."""
    # Of plugins it tells how loading them went.
    catalog = evaluator.load(args, anew=args.kind == "plugins").catalog
    if args.action == "list":
        entries = catalog.entries(args.kind)
        if args.json:
            print(json.dumps([_object(entry) for entry in entries], ensure_ascii=False, indent=2))
        else:
            print("\n".join(_rows(entries)))
    else:
        entry = catalog.entry(args.kind, args.name)
        if args.json:
            print(json.dumps(_object(entry), ensure_ascii=False, indent=2))
        else:
            print("\n".join(backend_text(entry) if args.kind == "backends" else _shown(entry)))
    return status(degraded=catalog.degraded)


def _object(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "summary": entry.summary,
        "plugin": entry.plugin,
        "distribution": entry.distribution,
        "details": entry.details,
    }


def _rows(entries: tuple[Entry, ...]) -> list[str]:
    names = max((len(entry.name) for entry in entries), default=0)
    homes = max((len(entry.distribution) for entry in entries), default=0)
    return [
        f"{entry.name:{names}}  {entry.distribution:{homes}}  {_remark(entry)}{entry.summary}"
        for entry in entries
    ]


def _remark(entry: Entry) -> str:
    """What a list of this kind has between name and summary."""
    details = entry.details
    if "era" in details:
        evidence = details["evidence"].removeprefix("EVIDENCE_").replace("_", "-").lower()
        return f"{details['era']:5} {evidence:14}  "
    if "kind" in details:
        return f"{details['kind']:5} {details['outcome']:17}  "
    return ""


def _shown(entry: Entry) -> list[str]:
    lines = [
        f"{entry.name}: {entry.summary}",
        f"from plugin {entry.plugin} of {entry.distribution}",
    ]
    for key, value in entry.details.items():
        lines += _field(key, value, "")
    return lines


def _field(key: str, value: Any, indent: str) -> list[str]:
    """A member of the details, nested as deep as it goes; empty ones are left out."""
    if value in ("", [], {}, None):
        return []
    if isinstance(value, dict):
        inner = [line for name in value for line in _field(name, value[name], f"{indent}  ")]
        return [f"{indent}{key}:", *inner]
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        lines = [f"{indent}{key}:"]
        for part in value:
            first, *rest = [
                line for name in part for line in _field(name, part[name], f"{indent}    ")
            ]
            lines += [f"{indent}  - {first.strip()}", *rest]
        return lines
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return [f"{indent}{key}:", *(f"{indent}  - {part}" for part in value)]
    if isinstance(value, bool):
        value = str(value).lower()
    return [f"{indent}{key}: {value}"]
