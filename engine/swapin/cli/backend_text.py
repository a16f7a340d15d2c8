"""``swapin backends show`` for eyes: flags by release, what they follow from, and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from swapin.catalog import Entry

_WORDS = {True: "yes", False: "no", None: "open"}


def backend_text(entry: Entry) -> list[str]:
    """A backend or a stack of them: flags first, then the argument."""
    details = entry.details
    lines = [
        f"{entry.name}: {entry.summary}",
        f"from plugin {entry.plugin} of {entry.distribution}",
        _place(details),
    ]
    flags = [row for row in details["latched"] if row["flag"]]
    others = [row for row in details["latched"] if not row["flag"]]
    lines += ["flags latched at swapon, which nothing changes later:", *_rows(flags)]
    lines += ["beside the flags:", *_rows(others)]
    if details["settings"]:
        lines += ["settings that change a flag:", *map(_setting, details["settings"])]
    if details["remarks"]:
        lines += ["remarks:", *(f"  {remark}" for remark in details["remarks"])]
    lines.append(f"source: {details['source']}")
    return lines


def _place(details: dict[str, Any]) -> str:
    over = details["over"]
    below = f"lies over a {' or a '.join(over)}" if over else "lies over nothing"
    return f"to a layer above it is a {details['role']}; {below}"


def _rows(rows: list[dict[str, Any]]) -> list[str]:
    names = [row["flag"] or row["fact"].removeprefix("swap_device.") for row in rows]
    name_width = max(map(len, names), default=0)
    release_width = max((len(row["releases"]) for row in rows), default=0)
    lines = []
    for name, row in zip(names, rows, strict=True):
        head = f"  {name:{name_width}}  {row['releases']:{release_width}}  {_WORDS[row['value']]:4}"
        lines.append(f"{head}  {_why(row)}")
    return lines


def _why(row: dict[str, Any]) -> str:
    if row["value"] is None:
        return "depends on a setting, the hardware, the tree or a layer that is not given"
    through = "".join(
        f"; through {step['layer']}: {step['because']} ({step['source']})"
        for step in reversed(row["through"])
    )
    return f"{row['because']} ({row['source']}){through}"


def _setting(setting: dict[str, Any]) -> str:
    value = _WORDS[setting["value"]]
    return (
        f"  {setting['layer']}: {setting['setting']} makes {setting['fact']} {value}, if set "
        f"{setting['when']} ({setting['source']})"
    )
