"""Makes descriptions of faults, for ``swapin eval -``, of what ``swapin capture parse`` prints."""

import json
import sys

FAULT_FLAG_WRITE, FAULT_FLAG_USER = 0x1, 0x40


def described(record):
    """What was seen of a fault before it was decided; what the kernel did is left out."""
    device, seen = record["swap_device"], record["at_map"]
    by_user = FAULT_FLAG_WRITE | FAULT_FLAG_USER
    wrote = int(record["access"]["fault_flags"], 16) & by_user == by_user
    facts = {
        "kernel": {"release": record["kernel"]["release"]},
        "architecture": record["architecture"],
        "swap_device": {name: device[name] for name in ("stable_writes", "synchronous_io")},
        "pte": {"raw": record["pte"]["raw"]},
        "access": {"write": record["access"]["write"]},
        # A write by user space only faults here if its VMA allows it.
        "vma": {"writable": True if wrote else None},
        "folio": {name: seen[name] for name in ("ksm", "anon", "swapcache", "writeback")}
        | {"sole_reference": seen["refcount"] == 1},
    }
    # What was not seen is null there, and left out here: unknown, never false.
    return {
        name: {key: value for key, value in part.items() if value is not None}
        if isinstance(part, dict)
        else part
        for name, part in facts.items()
    }


for line in sys.stdin:
    # At once, so that the stream does not wait for a buffer to fill.
    print(json.dumps(described(json.loads(line))), flush=True)
