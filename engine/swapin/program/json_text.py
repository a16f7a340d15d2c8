"""JSON as people and other programs write it, before anything in it is looked at."""

from __future__ import annotations

import json

from swapin.model.errors import clipped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def parsed(written: str | bytes) -> Any:
    """What JSON says. Bytes are UTF-8, with or without its byte order mark.

    :raises ValueError: it is none; it is nested deeper than Python's parser goes; an object has a
        member twice, of which one would be passed over unseen.
    """
    try:
        return _DECODER.decode(written if isinstance(written, str) else written.decode("utf-8-sig"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object has `{clipped(twice)}` twice")
    return members


_DECODER = json.JSONDecoder(object_pairs_hook=_members)
