"""Capture on a live machine: the script to run there, and what its output tells.

The script is text for a person to run as root. It is bounded in time and size and takes its
probes away when it ends, however it ends.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from swapin.catalog import Catalog
from swapin.model import Release
from swapin.observe.btf import VMLINUX, Btf, BtfError, offsets_by_btf
from swapin.observe.probes import GROUP, Offsets, Probe, offsets_of, probes
from swapin.observe.record import Setting, record_of
from swapin.observe.trace import faults

ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "x86_64": ("%di", "%si", "%dx", "%cx", "%r8", "%r9"),
    "arm64": ("%x0", "%x1", "%x2", "%x3", "%x4", "%x5"),
}
"""How a kprobe names a function's arguments, for the architectures that can be captured on."""

_MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
"""What ``uname -m`` says on them."""
_HEAD = "# swapin capture 1"
_LONGEST_S, _MOST_MB = 24 * 3600, 1024


class CaptureError(LookupError):
    """A script that cannot be made, or a file that no script wrote."""


def script(kernel: str, architecture: str, *, seconds: int, megabytes: int) -> str:
    """The script for a kernel.

    :param kernel: a release, or ``auto`` for the machine that this runs on, where offsets come
        from its own type information.
    :param seconds: after which it ends; at most a day.
    :param megabytes: of output, after which it ends; at most a gigabyte.
    :raises CaptureError: the kernel or the architecture cannot be captured on.
    """
    if architecture not in ARGUMENTS:
        names = ", ".join(f"`{name}`" for name in ARGUMENTS)
        raise CaptureError(f"capture knows no `{architecture}`; there are {names}")
    if not 1 <= seconds <= _LONGEST_S or not 1 <= megabytes <= _MOST_MB:
        raise CaptureError(f"limits are 1 to {_LONGEST_S} seconds and 1 to {_MOST_MB} megabytes")
    release, offsets, origin = _offsets(kernel, architecture)
    lines = [
        *_beginning(str(release), architecture, origin),
        *(line for choices in _probes(release, offsets, architecture) for line in _add(choices)),
        *_ending(seconds, megabytes),
    ]
    return "\n".join(lines) + "\n"


def _offsets(kernel: str, architecture: str) -> tuple[Release, Offsets, str]:
    if kernel != "auto":
        try:
            release = Release.parse(kernel)
        except ValueError as error:
            raise CaptureError(f"{error}, nor `auto`") from error
        return release, offsets_of(release, word=8), "swapin's table of releases"
    found = _release_in(platform.release())
    if not found or platform.machine() != _MACHINES[architecture]:
        raise CaptureError(f"this machine runs no Linux on {architecture}: name the `--kernel`")
    release = Release.parse(found)
    try:
        return release, offsets_by_btf(Btf(VMLINUX.read_bytes())), f"{VMLINUX}"
    except (OSError, BtfError):
        return release, offsets_of(release, word=8), "swapin's table of releases"


def _release_in(version: str) -> str:
    """The release that begins what ``uname -r`` says; empty if none does."""
    found = re.match(r"\d+\.\d+", version)
    return found[0] if found else ""


def _probes(release: Release, offsets: Offsets, architecture: str) -> Iterator[list[Probe]]:
    yield from probes(release, offsets, ARGUMENTS[architecture], word=8)
    yield [Probe("returned", "do_swap_page", {"ret": "$retval:x32"}, returns=True)]


def _beginning(release: str, architecture: str, origin: str) -> list[str]:
    major_minor = release.replace(".", "\\.")
    return [
        "#!/bin/sh",
        "# Records swap-in faults of this machine on standard output. Run it as root:",
        "#     sh capture.sh > faults.txt; swapin capture parse faults.txt > faults.jsonl",
        f"# For kernel {release} on {architecture}; field offsets by {origin}.",
        "# It reads page flags and raw swap PTEs, no memory of any process. Its probes are",
        "# gone when it ends.",
        "set -u",
        'say() { echo "capture: $*" >&2; }',
        'if [ "$(id -u)" != 0 ]; then say "this needs root"; exit 2; fi',
        f'if ! uname -r | grep -q "^{major_minor}\\([^0-9]\\|$\\)"; then',
        f'    say "this script is for kernel {release}, not $(uname -r)"; exit 2',
        "fi",
        f'if [ "$(uname -m)" != {_MACHINES[architecture]} ]; then',
        f'    say "this script is for {architecture}, not $(uname -m)"; exit 2',
        "fi",
        'command -v timeout > /dev/null || { say "timeout is missing: coreutils"; exit 2; }',
        "T=/sys/kernel/tracing",
        "[ -e $T/kprobe_events ] || T=/sys/kernel/debug/tracing",
        'if [ ! -w $T/kprobe_events ]; then say "no tracefs with kprobes here"; exit 2; fi',
        # One capture at a time; and the events of another are not ours to take away.
        f'if grep -q "{GROUP}/" $T/kprobe_events; then',
        f'    say "probes of the group {GROUP} exist: a capture is running"; exit 2',
        "fi",
        f"I=$T/instances/{GROUP}",
        "undo() {",
        "    trap '' INT TERM HUP",
        "    [ -d $I ] && echo 0 > $I/tracing_on",
        f"    [ -d $I/events/{GROUP} ] && echo 0 > $I/events/{GROUP}/enable",
        "    [ -d $I ] && rmdir $I",
        f"    for event in $(grep -o '{GROUP}/[a-z_]*' $T/kprobe_events); do",
        '        echo "-:$event" >> $T/kprobe_events',
        "    done",
        "}",
        "trap undo EXIT",
        "trap 'exit 1' INT TERM HUP",
        "mkdir $I || exit 2",
        f'echo "{_HEAD}"',
        f'echo "# release {release}"',
        'echo "# version $(uname -r)"',
        f'echo "# architecture {architecture}"',
        "swaps=$(($(wc -l < /proc/swaps) - 1))",
        'echo "# swaps $swaps"',
    ]


def _add(choices: list[Probe]) -> list[str]:
    event = choices[0].event
    tries = " ||\n    ".join(
        f"echo '{probe.definition()}' >> $T/kprobe_events 2> /dev/null" for probe in choices
    )
    return [f"{{ {tries}; }} || say 'the kernel refuses the probe {event}'"]


def _ending(seconds: int, megabytes: int) -> list[str]:
    return [
        f"if [ ! -d $I/events/{GROUP} ]; then say 'no probe could be set'; exit 2; fi",
        f"echo 1 > $I/events/{GROUP}/enable",
        "echo 1 > $I/tracing_on",
        f"timeout {seconds} cat $I/trace_pipe | head -c {megabytes * 1024 * 1024}",
        "exit 0",
    ]


def parse(lines: Iterable[str], catalog: Catalog, *, keep: bool) -> Iterator[dict[str, Any]]:
    """The observations in what a script wrote, or a program of bpftrace that tells faults.

    :param keep: with the process and the address of each fault; otherwise they are dropped.
    :raises CaptureError: no script wrote this.
    """
    told = iter(lines)
    if next(told, "").strip() != _HEAD:
        raise CaptureError(f"no capture script wrote this: it does not begin with `{_HEAD}`")
    head: dict[str, str] = {}
    rest: list[str] = []
    for line in told:
        if not line.startswith("# "):
            rest.append(line)
            break
        name, _, value = line[2:].strip().partition(" ")
        head[name] = value
    for name in ("version", "architecture"):
        if not head.get(name):
            raise CaptureError(f"the capture does not say its `{name}`")
    release = head.get("release") or _release_in(head["version"])
    try:
        Release.parse(release)
    except ValueError as error:
        raise CaptureError(f"the capture's release: {error}") from error
    setting = Setting(release=release, version=head["version"], architecture=head["architecture"])

    def every() -> Iterator[str]:
        yield from rest
        yield from told

    for seen in faults(every(), steps=False):
        record = record_of(seen, setting, catalog)
        record["scenario"] = {"name": "capture", "access": "", "raced": True, "facts": {}}
        if keep:
            address = f"{seen.values['addr']:#x}"
            record["task"] = {"name": seen.task, "pid": seen.pid, "address": address}
        yield record
