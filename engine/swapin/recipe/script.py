"""The text of a recipe: a POSIX shell script with the program that faults in it."""

from __future__ import annotations

import shlex

from swapin.recipe.plan import Plan

_SLOW_MS = 2000

_FRAME = """\
#!/bin/sh
# {title}
#
# Made by `swapin recipe`. Run it as root on a machine that may lose its swap for a moment, best
# in a virtual machine. It makes a test device, and touches no other; what it did is undone when
# it ends, however it ends. `sh {file} --dry-run` shows every command and runs none.
#
# {what}
# What to look at, and what the model of {kernel} expects:
{expects}
set -eu

name=swapin-recipe-$$
slow_ms={slow_ms}
by_hand={stable_by_hand}
: "$name" "$slow_ms"
dry=no
[ "${{1:-}}" = --dry-run ] && dry=yes

say() {{ printf '%s\\n' "$*" >&2; }}
refuse() {{ say "refused: $*"; exit 2; }}
show() {{ say "+ $*"; }}
run() {{ if [ "$dry" = yes ]; then show "$@"; else "$@"; fi; }}
ask() {{ if [ "$dry" = yes ]; then show "$@"; echo "answer"; else "$@"; fi; }}
there() {{ [ "$dry" = no ] && [ -e "$1" ]; }}
loaded() {{ [ "$dry" = no ] && [ -d "/sys/module/$1" ]; }}
ask_found() {{
    if [ "$dry" = yes ]; then show ls "$@"; echo "found"; return; fi
    for found in "$@"; do
        if [ -e "$found" ]; then printf '%s\\n' "$found"; return; fi
    done
    refuse "no device came up at $1"
}}
set_to() {{
    if [ "$dry" = yes ]; then show "echo $1 > $2"; else printf '%s' "$1" > "$2"; fi
}}
require_stable() {{
    [ "$by_hand" = yes ] || return 0
    stable=/sys/block/${{1##*/}}/queue/stable_writes
    there "$stable" || [ "$dry" = yes ] || refuse "$stable is not there: this kernel cannot be told"
    set_to 1 "$stable"
}}

# What was done is undone in the opposite order, each with its own quoting kept.
undos=
count=0
undo() {{
    count=$((count + 1))
    quoted=
    for word in "$@"; do
        quoted="$quoted '$(printf '%s' "$word" | sed "s/'/'\\\\\\\\''/g")'"
    done
    undos="$quoted
$undos"
}}
clean_up() {{
    status=$?
    trap - EXIT INT TERM HUP
    set +e
    printf '%s' "$undos" | while IFS= read -r command; do
        [ -n "$command" ] || continue
        if [ "$dry" = yes ]; then say "+ undo:$command"; else eval "$command"; fi
    done
    exit "$status"
}}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

[ "$dry" = yes ] || [ "$(id -u)" = 0 ] || refuse "this needs root: swapon and page flags"
for tool in modprobe mkswap swapon swapoff python3{tools}; do
    command -v "$tool" >/dev/null || refuse "$tool is missing"
done

make_device() {{
{make}}}
make_device

[ "$dry" = yes ] || [ -b "$dev" ] || refuse "$dev is no block device"
if [ "$dry" = no ] && grep -q "^$dev " /proc/swaps /proc/mounts; then
    refuse "$dev is in use, so it is not the device that was made here"
fi
{stable_of_device}run mkswap "$dev"
run swapon -p 32767 "$dev"
undo swapoff "$dev"

if [ "$dry" = yes ]; then
    show python3 - "{arguments}"
    exit 0
fi
python3 - {arguments} <<'END_OF_PROGRAM'
{program}END_OF_PROGRAM
"""

_PROGRAM = """\
import ctypes, mmap, os, struct, sys, time

store, during_writeback, shared, slow_ms = (int(word) for word in sys.argv[1:5])
expected_exclusive, expected_write = sys.argv[5:7]
PAGE, MADV_PAGEOUT = mmap.PAGESIZE, 21
libc = ctypes.CDLL(None, use_errno=True)
area = mmap.mmap(-1, PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
area[:] = os.urandom(PAGE)
address = ctypes.addressof(ctypes.c_char.from_buffer(area))


def entry():
    with open("/proc/self/pagemap", "rb", 0) as pagemap:
        pagemap.seek(address // PAGE * 8)
        return struct.unpack("Q", pagemap.read(8))[0]


def flags(frame):
    with open("/proc/kpageflags", "rb", 0) as kpageflags:
        kpageflags.seek(frame * 8)
        return struct.unpack("Q", kpageflags.read(8))[0]


def frame_of(value):
    return value & ((1 << 55) - 1) if value >> 63 else None


if libc.madvise(ctypes.c_void_p(address), ctypes.c_size_t(PAGE), MADV_PAGEOUT):
    sys.exit(f"madvise: {os.strerror(ctypes.get_errno())}")
for _ in range(50):
    if entry() >> 62 & 1:
        break
    time.sleep(0.01)
else:
    sys.exit("the page was not swapped out; is swap in use by something else?")
if shared:
    # A child shares the swap entry, which clears its exclusive marker.
    read_end, write_end = os.pipe()
    if os.fork() == 0:
        os.close(write_end)
        os.read(read_end, 1)
        os._exit(0)
if not during_writeback:
    time.sleep(slow_ms / 1000 + 1)
if store:
    ctypes.memset(address, 1, 1)
else:
    ctypes.string_at(address, 1)
first = frame_of(entry())
seen = flags(first)
exclusive = "yes" if seen >> 34 & 1 else "no"
writeback = "yes" if seen >> 8 & 1 else "no"
ctypes.memset(address, 2, 1)
copied = frame_of(entry()) != first
if store:
    # The access was the write. If it was copied, the page that is mapped is the copy: exclusive,
    # and not the one that the device writes.
    copied = during_writeback and writeback == "no"
told = "copied" if copied else "not copied"
print(f"PG_anon_exclusive after the access: {exclusive}")
print(f"under writeback after the access:   {writeback}")
print(f"the write:                          {told}")
print(f"the model expects: mapped exclusive {expected_exclusive}; the write {expected_write}")
wrong = []
if during_writeback and not store and writeback == "no":
    sys.exit("not reached: the device was done before the access; give it more time (slow_ms)")
release = tuple(int(part) for part in os.uname().release.split("-")[0].split(".")[:2])
# Kernels before 5.19 have no such flag, and a store may have put a copy in the page's place.
if release >= (5, 19) and not store and expected_exclusive in ("yes", "no"):
    if exclusive != expected_exclusive:
        wrong.append("PG_anon_exclusive")
if expected_write and (during_writeback or not store):
    if copied != (expected_write == "copied"):
        wrong.append("the write")
if wrong:
    print(f"otherwise than the model expects: {', '.join(wrong)}")
    sys.exit(1)
print("as the model expects")
"""


def script(plan: Plan, file: str = "recipe.sh") -> str:
    """The script of a plan.

    :param file: the name that its own text calls it by.
    """
    access = "a store" if plan.write else "a load"
    when = "while the device writes it" if plan.writeback else "after it was written"
    page = "a page of its own" if plan.exclusive else "a page whose swap entry a child shares"
    outcomes = plan.verdict.outcomes
    exclusive = _word(outcomes["mapped_exclusive"])
    write = _word(outcomes["write"])
    by_hand = plan.stable and not plan.device.stable
    arguments = [
        str(int(plan.write)),
        str(int(plan.writeback)),
        str(int(not plan.exclusive)),
        str(_SLOW_MS if plan.device.slow else 0),
        exclusive,
        write,
    ]
    above = plan.device.name == "dm-delay"
    return _FRAME.format(
        title=_one_line(f"{plan.query} on {plan.device.name}, Linux {plan.kernel}"),
        file=shlex.quote(file),
        what=f"It pages out {page}, then faults by {access} {when}.",
        kernel=plan.kernel,
        expects=_comment(
            [
                f"mapped exclusive: {exclusive} (kpageflags bit 34 of an anonymous page)",
                f"PTE writable: {_word(outcomes['pte_writable'])}",
                f"a write: {write} (the page frame changes if it is copied)",
                *(f"takes {what}" for what in plan.takes),
            ]
        ),
        slow_ms=_SLOW_MS if plan.device.slow else 0,
        stable_by_hand="yes" if by_hand else "no",
        tools="".join(f" {tool}" for tool in plan.device.tools),
        make=plan.device.make,
        stable_of_device="" if above or not by_hand else 'require_stable "$dev"\n',
        arguments=" ".join(shlex.quote(word) for word in arguments),
        program=_PROGRAM,
    )


def _comment(lines: list[str]) -> str:
    return "\n".join(f"#   {_one_line(line)}" for line in lines)


def _one_line(text: str) -> str:
    """Text for a comment: a line break in it would end the comment and begin a command."""
    return " ".join(text.split())


def _word(value: str) -> str:
    return value.partition("_")[2].replace("_", " ").lower()
