from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Side(_message.Message):
    __slots__ = ("kernel", "architecture", "stack", "facts")
    class FactsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: bool
        def __init__(self, key: _Optional[str] = ..., value: bool = ...) -> None: ...
    KERNEL_FIELD_NUMBER: _ClassVar[int]
    ARCHITECTURE_FIELD_NUMBER: _ClassVar[int]
    STACK_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    kernel: str
    architecture: str
    stack: _containers.RepeatedScalarFieldContainer[str]
    facts: _containers.ScalarMap[str, bool]
    def __init__(self, kernel: _Optional[str] = ..., architecture: _Optional[str] = ..., stack: _Optional[_Iterable[str]] = ..., facts: _Optional[_Mapping[str, bool]] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("done", "total")
    DONE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    done: int
    total: int
    def __init__(self, done: _Optional[int] = ..., total: _Optional[int] = ...) -> None: ...

class CheckRequest(_message.Message):
    __slots__ = ("sides",)
    SIDES_FIELD_NUMBER: _ClassVar[int]
    sides: _containers.RepeatedCompositeFieldContainer[Side]
    def __init__(self, sides: _Optional[_Iterable[_Union[Side, _Mapping]]] = ...) -> None: ...

class CheckResponse(_message.Message):
    __slots__ = ("progress", "report_json")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    REPORT_JSON_FIELD_NUMBER: _ClassVar[int]
    progress: Progress
    report_json: str
    def __init__(self, progress: _Optional[_Union[Progress, _Mapping]] = ..., report_json: _Optional[str] = ...) -> None: ...

class DiffRequest(_message.Message):
    __slots__ = ("before", "after", "outcomes")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    before: Side
    after: Side
    outcomes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, before: _Optional[_Union[Side, _Mapping]] = ..., after: _Optional[_Union[Side, _Mapping]] = ..., outcomes: _Optional[_Iterable[str]] = ...) -> None: ...

class DiffResponse(_message.Message):
    __slots__ = ("progress", "report_json")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    REPORT_JSON_FIELD_NUMBER: _ClassVar[int]
    progress: Progress
    report_json: str
    def __init__(self, progress: _Optional[_Union[Progress, _Mapping]] = ..., report_json: _Optional[str] = ...) -> None: ...

class ReachRequest(_message.Message):
    __slots__ = ("query", "kernels", "devices", "facts")
    class FactsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: bool
        def __init__(self, key: _Optional[str] = ..., value: bool = ...) -> None: ...
    QUERY_FIELD_NUMBER: _ClassVar[int]
    KERNELS_FIELD_NUMBER: _ClassVar[int]
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    query: str
    kernels: _containers.RepeatedScalarFieldContainer[str]
    devices: _containers.RepeatedScalarFieldContainer[str]
    facts: _containers.ScalarMap[str, bool]
    def __init__(self, query: _Optional[str] = ..., kernels: _Optional[_Iterable[str]] = ..., devices: _Optional[_Iterable[str]] = ..., facts: _Optional[_Mapping[str, bool]] = ...) -> None: ...

class ReachResponse(_message.Message):
    __slots__ = ("progress", "report_json")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    REPORT_JSON_FIELD_NUMBER: _ClassVar[int]
    progress: Progress
    report_json: str
    def __init__(self, progress: _Optional[_Union[Progress, _Mapping]] = ..., report_json: _Optional[str] = ...) -> None: ...
