"""Ask the headers of a kernel tree for a swap-PTE layout, by compiling its macros and probing.

The preprocessor reads the architecture's own headers; what they include from elsewhere is left
empty, but for a few headers of constants. Of what comes out, only the declarations that the
probes need are compiled, so it takes no more than a host compiler. On an architecture of 32 bits
the type *long* is replaced by one of that width. Nothing of the tree is kept. What is compiled is
run, so a tree that is not trusted has no place here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SECONDS = 30
"""How long one run of the compiler, or of a probe, may take."""

_MOST_HEADERS = 400
"""Headers that may be missing; more mean that the search for them goes round."""

# Headers outside of the architecture that hold constants and types alone.
_REAL = (
    "include/uapi/linux/const.h",
    "include/vdso/const.h",
    "include/linux/const.h",
    "include/vdso/page.h",
    "include/linux/kconfig.h",
    "include/asm-generic/pgtable-nop4d.h",
    "include/asm-generic/pgtable-nopud.h",
    "include/asm-generic/pgtable-nopmd.h",
)

_PRELUDE = """
#define __KERNEL__ 1
#define inline inline
#define __always_inline inline
#define __inline__ inline
#define noinline
#define notrace
#define __init
#define __pure
#define __force
#define __attribute_const__
#define __ro_after_init
#define __read_mostly
#define __maybe_unused
#define likely(x) (x)
#define unlikely(x) (x)
#define BUG() ((void)0)
#define BUG_ON(x) ((void)0)
#define VM_BUG_ON(x) ((void)0)
#define VM_WARN_ON(x) ((void)0)
#define VM_WARN_ON_ONCE(x) ((void)0)
#define BUILD_BUG() ((void)0)
#define READ_ONCE(x) (x)
#define data_race(x) (x)
#define cpu_to_be64(x) (x)
#define be64_to_cpu(x) (x)
#define cpu_to_be32(x) (x)
#define be32_to_cpu(x) (x)
#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define GENMASK(h, l) ((~0UL >> (SWAPIN_LONG - 1 - (h))) & (~0UL << (l)))
#define GENMASK_ULL(h, l) ((~0ULL >> (63 - (h))) & (~0ULL << (l)))
#define BITS_PER_LONG SWAPIN_LONG
#define _ULCAST_ (unsigned long)
#define __stringify(x) #x
/* Probes ask for all that a machine can have. */
#define riscv_has_extension_unlikely(x) 1
#define riscv_has_extension_likely(x) 1
#include <linux/kconfig.h>
#include <linux/const.h>
typedef _Bool bool;
enum { false, true };
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned int __u32;
typedef unsigned long long u64;
typedef unsigned long long __u64;
typedef signed int s32;
typedef signed long long s64;
typedef u64 __be64;
typedef u32 __be32;
typedef unsigned long uintptr_t;
typedef unsigned long pgoff_t;
#ifdef CONFIG_PHYS_ADDR_T_64BIT
typedef u64 phys_addr_t;
#else
typedef unsigned long phys_addr_t;
#endif
typedef struct { unsigned long val; } swp_entry_t;
#include <asm/page.h>
#include <asm/pgtable.h>
"""

# Each probe is a function of its own, so that one which cannot be compiled is left out alone.
_PTE = "__swp_entry_to_pte(__swp_entry(type, offset))"
_ARGUMENTS = "(unsigned int type, unsigned long offset)"
_PROBES = {
    "value": f"pte_val({_PTE})",
    "type_again": f"__swp_type(__pte_to_swp_entry({_PTE}))",
    "offset_again": f"__swp_offset(__pte_to_swp_entry({_PTE}))",
    "swp_exclusive": f"pte_val(pte_swp_mkexclusive({_PTE}))",
    "soft_dirty": f"pte_val(pte_swp_mksoft_dirty({_PTE}))",
    "uffd_wp": f"pte_val(pte_swp_mkuffd_wp({_PTE}))",
    # Its name since 7.3, where the bit serves read-write protection too.
    "uffd": f"pte_val(pte_swp_mkuffd({_PTE}))",
}
_CALLS = ("value", "type_again", "offset_again")
_FLAGS = {
    "swp_exclusive": "swp_exclusive",
    "soft_dirty": "soft_dirty",
    "uffd_wp": "uffd_wp",
    "uffd": "uffd_wp",
}
"""Probes of software bits, with the bit's name in a layout."""

_MAIN = """
#include <stdio.h>
static unsigned long long swapin_low(unsigned int bit) { return 1ULL << bit; }
int main(void)
{
  unsigned int bit;
  printf("bits %u\\n", (unsigned)sizeof(swapin_pte_t) * 8);
  printf("entry_bits %u\\n", (unsigned)sizeof(swp_entry_t) * 8);
  printf("base %llx\\n", swapin_value(0, 0));
  for (bit = 0; bit < 32; bit++)
    printf("type %u %llx %llx %llx\\n", bit, swapin_value(swapin_low(bit), 0),
           swapin_type_again(swapin_low(bit), 0), swapin_offset_again(swapin_low(bit), 0));
  for (bit = 0; bit < sizeof(swp_entry_t) * 8; bit++)
    printf("offset %u %llx %llx %llx\\n", bit, swapin_value(0, swapin_low(bit)),
           swapin_type_again(0, swapin_low(bit)), swapin_offset_again(0, swapin_low(bit)));
FLAG_LINES
  return 0;
}
"""


class NotDerived(Exception):
    """A tree, or an architecture in it, that could not be asked; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """The layout that the macros of a tree make."""

    bits: int
    entry_bits: int
    base: int
    type: tuple[int, ...]
    """The PTE bit of each bit of the field, lowest first."""
    offset: tuple[int, ...]
    flags: dict[str, int]
    present: int | None
    """Bits that make a swap PTE present, each alone; ``None``: the test could not be compiled."""


def compiler() -> str:
    """The host's C compiler.

    :raises NotDerived: there is none.
    """
    found = next(filter(None, map(shutil.which, (os.environ.get("CC", ""), "gcc", "cc"))), None)
    if found is None:
        raise NotDerived("no C compiler: install gcc, or name one in CC")
    return found


def derive(
    tree: Path, folder: str, configuration: Sequence[str], long_bits: int, work: Path
) -> Derived:
    """Ask the headers of an architecture.

    :param folder: name of the architecture below ``arch/``.
    :param configuration: macros to define, such as ``CONFIG_64BIT`` or ``CONFIG_SHIFT=4``.
    :param long_bits: width of the architecture's *long*.
    :param work: a folder to work in, empty or used for other architectures of the same tree.
    :raises NotDerived: the headers are missing, or the probes could not be compiled.
    """
    cc = compiler()
    if not (tree / "arch" / folder / "include" / "asm").is_dir():
        raise NotDerived(f"the tree has no arch/{folder}")
    text = _preprocessed(cc, tree, folder, configuration, long_bits, work)
    chunks = _Chunks(text if long_bits == 64 else _with_short_longs(text))
    missing = [name for name in _CALLS if not chunks.complete(f"swapin_{name}")]
    if missing:
        raise NotDerived(f"the headers have no swap macros: {', '.join(missing)}")
    flags = [name for name in _FLAGS if chunks.complete(f"swapin_{name}")]
    try:
        told = _run(cc, _program(chunks, flags, present=True), work)
    except NotDerived:
        # The test for present may be in the architecture's assembly.
        told = _run(cc, _program(chunks, flags, present=False), work)
    return _read(told, flags)


def _preprocessed(
    cc: str, tree: Path, folder: str, configuration: Sequence[str], long_bits: int, work: Path
) -> str:
    """Headers and probes with all macros expanded; stands in for headers that are missing."""
    stubs = work / "include"
    for name in _REAL:
        target = stubs / Path(name).relative_to("include")
        if (tree / name).is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to((tree / name).resolve())
    probes = [
        f"unsigned long long swapin_{name}{_ARGUMENTS} {{ return {body}; }}"
        for name, body in _PROBES.items()
    ]
    source = work / "probe.h"
    source.write_text(
        f"{_PRELUDE}\n#ifdef pte_present\n#endif\n"
        + "typedef pte_t swapin_pte_t;\n"
        + "\n".join(probes)
        + "\nint swapin_present(unsigned long long value)"
        + " { return !!pte_present(swapin_pte(value)); }\n",
        encoding="utf-8",
    )
    arch = tree / "arch" / folder
    folders = [arch / "include", arch / "include" / "uapi", *_more_folders(arch, configuration)]
    command = [cc, "-E", "-P", "-undef", "-nostdinc", "-x", "c", f"-DSWAPIN_LONG={long_bits}"]
    macros = [each for each in configuration if not each.startswith("+")]
    command += [f"-D{macro}" if "=" in macro else f"-D{macro}=1" for macro in macros]
    command += [f"-I{each}" for each in (*folders, stubs, stubs / "uapi")] + [str(source)]
    for _ in range(_MOST_HEADERS):
        done = _called(command)
        absent = re.search(r"fatal error: (\S+): No such file", done.stderr)
        if absent is None:
            return done.stdout
        stub = stubs / absent[1]
        if not stub.resolve().is_relative_to(stubs.resolve()):
            raise NotDerived(f"a header is included by a path: {absent[1]}")
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.touch()
    raise NotDerived("too many headers are missing")


def _more_folders(arch: Path, configuration: Sequence[str]) -> Iterator[Path]:
    """Further folders that an architecture's Makefile searches: *+FOLDER* in a configuration."""
    for macro in configuration:
        if macro.startswith("+"):
            yield arch / macro[1:]


def _called(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotDerived(f"{Path(command[0]).name}: {error}") from error


_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|\b0[xX][0-9a-fA-F]+\w*|\b\d\w*|\b[A-Za-z_]\w*|\S|\s+'
)
_LONG_WORDS = {"unsigned", "signed", "long", "int"}


def _with_short_longs(text: str) -> str:
    """The text with a *long* of 32 bits, and numbers to match."""
    text = re.sub(r"\b(0[xX][0-9a-fA-F]+|\d+)([uU]?)[lL]([uU]?)\b", r"\1\2\3", text)
    return re.sub(
        r"\b(?:unsigned|signed|long|int)(?:\s+(?:unsigned|signed|long|int))*\b", _short_long, text
    )


def _short_long(match: re.Match[str]) -> str:
    words = match[0].split()
    return (
        match[0]
        if words.count("long") != 1
        else match[0].replace("long", "", 1) + " int" * ("int" not in words)
    )


class _Chunks:
    """The top-level declarations of a preprocessed text, by the names that they declare."""

    def __init__(self, text: str) -> None:
        self._chunks = list(_split(text))
        self._by_name: dict[str, int] = {}
        for index, chunk in enumerate(self._chunks):
            for name in _declared(chunk):
                # A definition after a declaration is what counts.
                if name not in self._by_name or chunk.endswith("}"):
                    self._by_name[name] = index

    def complete(self, name: str) -> bool:
        """Whether a name is declared, and all functions that it calls in the end."""
        if name not in self._by_name:
            return False
        return all(
            called in self._by_name or called in _C_WORDS
            for index in self._needed([name])
            for called in _calls(self._chunks[index])
        )

    def needed(self, names: Iterable[str]) -> str:
        """The declarations that some names need, in their order."""
        return "\n".join(self._chunks[index] for index in sorted(self._needed(names)))

    def _needed(self, names: Iterable[str]) -> set[int]:
        found: set[int] = set()
        waiting = [self._by_name[name] for name in names if name in self._by_name]
        while waiting:
            index = waiting.pop()
            if index not in found:
                found.add(index)
                words = set(re.findall(r"[A-Za-z_]\w*", self._chunks[index]))
                waiting += [self._by_name[word] for word in words if word in self._by_name]
        return found


_C_WORDS = {"if", "while", "for", "switch", "return", "sizeof", "typeof", "__typeof__"} | {
    "__attribute__",
    "defined",
    "asm",
    "__asm__",
    "volatile",
    "__volatile__",
}


def _calls(chunk: str) -> set[str]:
    return set(re.findall(r"\b([A-Za-z_]\w*)\s*\(", chunk))


def _split(text: str) -> Iterator[str]:
    """Top-level declarations: up to a semicolon, or to the brace that ends a function."""
    depth = 0
    start = 0
    parenthesis_before_brace = False
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in "({[":
            if token == "{" and depth == 0:
                parenthesis_before_brace = text[start : match.start()].rstrip().endswith(")")
            depth += 1
        elif token in ")}]":
            depth -= 1
        ends = token == ";" or (token == "}" and parenthesis_before_brace)
        if depth <= 0 and ends:
            depth = 0
            chunk = text[start : match.end()].strip()
            start = match.end()
            parenthesis_before_brace = False
            if chunk != ";":
                yield chunk


def _declared(chunk: str) -> Iterator[str]:
    """The names that a declaration declares."""
    if chunk.startswith("typedef"):
        yield from re.findall(r"([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)*;$", chunk)[:1]
        pointer = re.search(r"\(\s*\*\s*(\w+)\s*\)", chunk)
        if pointer:
            yield pointer[1]
    tag = re.match(r"(?:typedef\s+)?(?:struct|union|enum)\s+(\w+)\s*\{", chunk)
    if tag:
        yield tag[1]
    constants = re.match(r"(?:typedef\s+)?enum\b[^{]*\{(.*)\}", chunk, re.DOTALL)
    if constants:
        yield from re.findall(r"(?:^|,)\s*([A-Za-z_]\w*)", constants[1])
    elif not chunk.startswith("typedef"):
        head = chunk.partition("{")[0].partition("=")[0]
        function = re.search(r"([A-Za-z_]\w*)\s*\((?!\s*\()", re.sub(_ATTRIBUTE, "", head))
        if function:
            yield function[1]
        elif chunk.endswith(";"):
            yield from re.findall(r"([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)*$", head.rstrip("; "))[:1]


_ATTRIBUTE = r"__attribute__\s*\(\(.*?\)\)"


def _program(chunks: _Chunks, flags: Sequence[str], *, present: bool) -> str:
    names = [f"swapin_{name}" for name in (*_CALLS, *flags)]
    lines = [
        f'  printf("{name} %llx\\n", swapin_{name}(3, 5) ^ swapin_value(3, 5));' for name in flags
    ]
    tail = ""
    if present:
        names.append("swapin_present")
        lines.append(
            "  for (bit = 0; bit < sizeof(swapin_pte_t) * 8; bit++)\n"
            '    printf("present %u %d\\n", bit, swapin_present(swapin_value(0, 0)'
            " ^ swapin_low(bit)));"
        )
        # A union, since how a PTE is made of a number differs; two words are low, then high.
        tail = (
            "static swapin_pte_t swapin_pte(unsigned long long value) { union { unsigned long"
            " long value; swapin_pte_t pte; } made = { value }; return made.pte; }\n"
        )
    text = chunks.needed(["swapin_pte_t", "swp_entry_t", *names])
    if present:
        text = text.replace("int swapin_present(", f"{tail}int swapin_present(", 1)
    return text + _MAIN.replace("FLAG_LINES", "\n".join(lines))


def _run(cc: str, program: str, work: Path) -> str:
    source, binary = work / "probe.c", work / "probe"
    source.write_text(program, encoding="utf-8")
    done = _called([cc, "-w", "-O1", "-fno-strict-aliasing", "-o", str(binary), str(source)])
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "error" in line]
        said = re.sub(r"^\S+ ", "", errors[0]) if errors else "failed"
        raise NotDerived(f"the probes do not compile: {said}")
    ran = _called([str(binary)])
    if ran.returncode:
        raise NotDerived(f"the probes ended with status {ran.returncode}")
    return ran.stdout


def _read(told: str, flags: Sequence[str]) -> Derived:
    numbers: dict[str, int] = {}
    fields: dict[str, list[int]] = {"type": [], "offset": []}
    present: int | None = None
    for line in told.splitlines():
        name, *values = line.split()
        if name in fields:
            index, value, kind, offset = int(values[0]), *(int(v, 16) for v in values[1:])
            alone = (1 << index, 0) if name == "type" else (0, 1 << index)
            changed = value ^ numbers["base"]
            # A bit belongs to the field if it comes back, and the ones below it do.
            if (kind, offset) == alone and len(fields[name]) == index and _one_bit(changed):
                fields[name].append(changed.bit_length() - 1)
        elif name == "present":
            present = (present or 0) | int(values[1]) << int(values[0])
        else:
            numbers[name] = int(values[0], 10 if name.endswith("bits") else 16)
    return Derived(
        bits=numbers["bits"],
        entry_bits=numbers["entry_bits"],
        base=numbers["base"],
        type=tuple(fields["type"]),
        offset=tuple(fields["offset"]),
        flags={_FLAGS[name]: numbers[name] for name in flags if numbers[name]},
        present=present,
    )


def _one_bit(value: int) -> bool:
    return value.bit_count() == 1
