from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EntryKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENTRY_KIND_UNSPECIFIED: _ClassVar[EntryKind]
    ENTRY_KIND_KERNEL: _ClassVar[EntryKind]
    ENTRY_KIND_ARCHITECTURE: _ClassVar[EntryKind]
    ENTRY_KIND_BACKEND: _ClassVar[EntryKind]
    ENTRY_KIND_RULE: _ClassVar[EntryKind]
    ENTRY_KIND_FACT: _ClassVar[EntryKind]
    ENTRY_KIND_CONSTRAINT: _ClassVar[EntryKind]
    ENTRY_KIND_INVARIANT: _ClassVar[EntryKind]
    ENTRY_KIND_PLUGIN: _ClassVar[EntryKind]
    ENTRY_KIND_TRANSITION: _ClassVar[EntryKind]
ENTRY_KIND_UNSPECIFIED: EntryKind
ENTRY_KIND_KERNEL: EntryKind
ENTRY_KIND_ARCHITECTURE: EntryKind
ENTRY_KIND_BACKEND: EntryKind
ENTRY_KIND_RULE: EntryKind
ENTRY_KIND_FACT: EntryKind
ENTRY_KIND_CONSTRAINT: EntryKind
ENTRY_KIND_INVARIANT: EntryKind
ENTRY_KIND_PLUGIN: EntryKind
ENTRY_KIND_TRANSITION: EntryKind

class GetCatalogRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetCatalogResponse(_message.Message):
    __slots__ = ("fingerprint", "rules_edition", "degraded", "failures")
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    RULES_EDITION_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    fingerprint: str
    rules_edition: str
    degraded: bool
    failures: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, fingerprint: _Optional[str] = ..., rules_edition: _Optional[str] = ..., degraded: bool = ..., failures: _Optional[_Iterable[str]] = ...) -> None: ...

class ListEntriesRequest(_message.Message):
    __slots__ = ("kind", "page_size", "page_token")
    KIND_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    kind: EntryKind
    page_size: int
    page_token: str
    def __init__(self, kind: _Optional[_Union[EntryKind, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListEntriesResponse(_message.Message):
    __slots__ = ("entries", "next_page_token")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[Entry]
    next_page_token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[Entry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetEntryRequest(_message.Message):
    __slots__ = ("kind", "name")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    kind: EntryKind
    name: str
    def __init__(self, kind: _Optional[_Union[EntryKind, str]] = ..., name: _Optional[str] = ...) -> None: ...

class GetEntryResponse(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: Entry
    def __init__(self, entry: _Optional[_Union[Entry, _Mapping]] = ...) -> None: ...

class Entry(_message.Message):
    __slots__ = ("name", "summary", "plugin", "distribution", "details")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    PLUGIN_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    name: str
    summary: str
    plugin: str
    distribution: str
    details: _struct_pb2.Struct
    def __init__(self, name: _Optional[str] = ..., summary: _Optional[str] = ..., plugin: _Optional[str] = ..., distribution: _Optional[str] = ..., details: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...
