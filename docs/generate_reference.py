"""Write the reference page of the API anew: ``python docs/generate_reference.py``.

Made from the protos with their comments, which is why it needs a compiler of them
(``grpcio-tools``). A test compares the page with what this makes.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import google.rpc
import grpc_tools
from google.protobuf import descriptor_pb2
from grpc_tools import protoc

PAGE = Path(__file__).parent / "reference.md"
PROTO = Path(__file__).parent.parent / "proto"

# In the order in which a reader meets them.
FILES = (
    "evaluation_service",
    "fault",
    "verdict",
    "catalog_service",
    "pte_service",
    "analysis_service",
)

Field = descriptor_pb2.FieldDescriptorProto
Message = descriptor_pb2.DescriptorProto

# Numbers of fields in descriptor.proto, of which the paths of comments are made.
_MESSAGES, _ENUMS, _SERVICES = 4, 5, 6
_METHODS, _FIELDS, _NESTED, _NESTED_ENUMS, _ONEOFS, _VALUES = 2, 2, 3, 4, 8, 2


def reference_page() -> str:
    """The page, from the protos."""
    files = [_File(file) for file in _compiled()]
    parts = [
        "# The API, message by message",
        "Made by `make docs` from the comments in `proto/swapin/v1`, which are the manual; the "
        "protos are shipped beside the generated code. A field with *presence* tells unset from "
        "its default: an unset fact is unknown, never false. Of a *oneof* at most one is set.",
        "\n".join(
            f"- [`{file.name}`](#{_anchor(file.name)}): {', '.join(file.contents())}"
            for file in files
        ),
    ]
    for file in files:
        parts += file.sections()
    return "\n\n".join(parts) + "\n"


def _compiled() -> list[descriptor_pb2.FileDescriptorProto]:
    """The descriptors of our files with their comments.

    :raises RuntimeError: the compiler refused; it said why on standard error.
    """
    common = Path(next(iter(google.rpc.__path__))).parent.parent
    include = [PROTO, common, Path(grpc_tools.__file__).parent / "_proto"]
    sources = [str(PROTO / "swapin" / "v1" / f"{name}.proto") for name in FILES]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "set.pb")
        options = ["--include_source_info", f"--descriptor_set_out={out}"]
        if protoc.main(["protoc", *(f"-I{one}" for one in include), *options, *sources]) != 0:
            raise RuntimeError("protoc failed")
        found = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file
    by_name = {Path(file.name).stem: file for file in found}
    missing = {path.stem for path in (PROTO / "swapin" / "v1").glob("*.proto")} - set(FILES)
    if missing:
        raise RuntimeError(f"no place for {', '.join(sorted(missing))}")
    return [by_name[name] for name in FILES]


class _File:
    """One file of the API."""

    def __init__(self, file: descriptor_pb2.FileDescriptorProto) -> None:
        self._file = file
        self.name = Path(file.name).name
        self._comments = {
            tuple(place.path): place.leading_comments or place.trailing_comments
            for place in file.source_code_info.location
        }

    def contents(self) -> Iterator[str]:
        """Links to what it declares at its top."""
        for one in (*self._file.service, *self._file.message_type, *self._file.enum_type):
            yield f"[{one.name}](#{_anchor(one.name)})"

    def sections(self) -> Iterator[str]:
        """Its part of the page, paragraph by paragraph."""
        yield f"## {self.name}"
        for at, service in enumerate(self._file.service):
            yield f"### {service.name}"
            yield self._text(_SERVICES, at)
            rows = [["method", "takes", "gives", "meaning"]]
            for number, method in enumerate(service.method):
                takes = _streamed(method.client_streaming, method.input_type)
                gives = _streamed(method.server_streaming, method.output_type)
                meaning = self._line(_SERVICES, at, _METHODS, number)
                rows.append([f"`{method.name}`", takes, gives, meaning])
            yield _table(rows)
        for at, message in enumerate(self._file.message_type):
            yield from self._message(message, message.name, (_MESSAGES, at))
        for at, enum in enumerate(self._file.enum_type):
            yield from self._enum(enum, enum.name, (_ENUMS, at))

    def _message(self, message: Message, name: str, path: tuple[int, ...]) -> Iterator[str]:
        yield f"### {name}"
        yield self._text(*path)
        for at, group in enumerate(message.oneof_decl):
            if any(field.oneof_index == at and _in_oneof(field) for field in message.field):
                yield f"Oneof `{group.name}`: {self._line(*path, _ONEOFS, at)}"
        entries = {nested.name: nested for nested in message.nested_type}
        rows = [["no.", "field", "type", "presence", "meaning"]]
        for at, field in enumerate(message.field):
            meaning = self._line(*path, _FIELDS, at)
            shown = _type(field, entries), _presence(field, message)
            rows.append([str(field.number), f"`{field.name}`", *shown, meaning])
        if message.field:
            yield _table(rows)
        else:
            yield "No fields."
        numbers = [str(n) for one in message.reserved_range for n in range(one.start, one.end)]
        if taken := [*numbers, *(f"`{name}`" for name in message.reserved_name)]:
            yield f"Reserved: {', '.join(taken)}."
        for at, nested in enumerate(message.nested_type):
            if not nested.options.map_entry:
                yield from self._message(nested, f"{name}.{nested.name}", (*path, _NESTED, at))
        for at, enum in enumerate(message.enum_type):
            yield from self._enum(enum, f"{name}.{enum.name}", (*path, _NESTED_ENUMS, at))

    def _enum(
        self, enum: descriptor_pb2.EnumDescriptorProto, name: str, path: tuple[int, ...]
    ) -> Iterator[str]:
        yield f"### {name}"
        yield self._text(*path)
        rows = [["no.", "value", "meaning"]]
        for at, value in enumerate(enum.value):
            meaning = self._line(*path, _VALUES, at)
            rows.append([str(value.number), f"`{value.name}`", meaning])
        yield _table(rows)

    def _text(self, *path: int) -> str:
        """The comment of a place, each paragraph on a line."""
        comment = "\n".join(line.strip() for line in self._comments[path].splitlines())
        return "\n\n".join(
            _plain(" ".join(part.split())) for part in re.split(r"\n\s*\n", comment.strip())
        )

    def _line(self, *path: int) -> str:
        """The comment of a place, as a cell of a table."""
        return self._text(*path).replace("\n\n", " ").replace("|", "\\|")


def _plain(text: str) -> str:
    """What Markdown would take for its own, as it was written."""
    return re.sub(r"([<>*_])", r"\\\1", text)


def _in_oneof(field: Field) -> bool:
    return field.HasField("oneof_index") and not field.proto3_optional


def _presence(field: Field, message: Message) -> str:
    if _in_oneof(field):
        return f"oneof `{message.oneof_decl[field.oneof_index].name}`"
    if field.label == Field.LABEL_REPEATED:
        return ""
    has = field.proto3_optional or field.type == Field.TYPE_MESSAGE
    return "yes" if has else ""


def _type(field: Field, entries: dict[str, Message]) -> str:
    entry = entries.get(field.type_name.rpartition(".")[2])
    if entry is not None and entry.options.map_entry:
        key, value = (_type(one, {}) for one in entry.field)
        return f"map of {key} to {value}"
    name = _link(field.type_name) if field.type_name else f"`{_scalar(field)}`"
    return f"repeated {name}" if field.label == Field.LABEL_REPEATED else name


def _scalar(field: Field) -> str:
    return Field.Type.Name(field.type).removeprefix("TYPE_").lower()


def _streamed(streams: bool, name: str) -> str:
    return f"stream of {_link(name)}" if streams else _link(name)


def _link(full: str) -> str:
    """A type of ours leads to its place on the page."""
    ours = full.removeprefix(".swapin.v1.")
    return f"`{full.removeprefix('.')}`" if ours == full else f"[{ours}](#{_anchor(ours)})"


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *rest = rows
    lines = [head, ["---"] * len(head), *rest]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


if __name__ == "__main__":
    PAGE.write_text(reference_page(), encoding="utf-8")
