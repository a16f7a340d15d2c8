"""A litmus test in English."""

from __future__ import annotations

from swapin.life.litmus import Litmus, Step

_SAID = {
    "store": "writes {}",
    "load": "reads into {}",
    "fork": "forks {}",
    "exit": "ends",
    "unmap": "unmaps the page",
    "page-out": "asks by MADV_PAGEOUT for the page to be swapped out",
    "reclaim": "loses the page to reclaim, as everybody who maps it does",
    "swapoff": "calls swapoff()",
    "swapon": "calls swapon()",
    "get-read": "takes a plain reference for reading (FOLL_GET)",
    "get-write": "takes a plain reference for writing (FOLL_GET | FOLL_WRITE)",
    "pin-read": "pins the page for reading (FOLL_PIN)",
    "pin-write": "pins the page for writing (FOLL_PIN | FOLL_WRITE)",
    "release": "gives its references back",
    "read-reference": "reads through its reference into {}",
    "write-reference": "has a device write {} through its reference",
    "merge": "has the page merged by KSM",
    "unmerge": "takes the page out of KSM again",
    "migrate": "has the page moved to another page frame",
    "move": "moves the page by UFFDIO_MOVE",
    "mremap": "moves the page by mremap()",
    "write-protect": "write-protects the page through userfaultfd",
    "unprotect": "ends the write-protection",
    "clear-soft-dirty": "clears the soft-dirty bit",
    "written-back": "waits until writeback is over",
}
_ASKED = {
    "exists": "Can it end so that {}?",
    "never": "It must never end so that {}.",
    "always": "It must always end so that {}.",
}


def _said(step: Step) -> str:
    return _SAID[step.verb].format(step.argument)


def in_english(test: Litmus) -> str:
    """The test as a person tells it."""
    lines = [f"{test.name}: {test.result}", f"  {test.question}"]
    where = [f"swap on {test.device}"] if test.device else []
    where += [
        f"{name} {'holds' if value else 'does not hold'}" for name, value in test.facts.items()
    ]
    if test.architecture != "x86_64":
        where.append(f"on {test.architecture}")
    if test.since:
        where.append(f"since {test.since}")
    if test.until:
        where.append(f"up to {test.until}")
    if where:
        lines.append(f"  Given: {', '.join(where)}.")
    if test.init:
        told = ", then ".join(f"P{process} {_said(step)}" for process, step in test.init)
        lines.append(f"  At first {told}.")
    for thread in test.threads:
        who = f"A second thread of P{thread.process}" if thread.name[2:] else thread.name
        lines.append(f"  {who} {', then '.join(map(_said, thread.steps)) or 'does nothing'}.")
    lines.append(f"  {_ASKED[test.quantifier].format(test.written)}")
    return "\n".join(lines)
