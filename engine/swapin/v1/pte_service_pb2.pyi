from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DecodePtesRequest(_message.Message):
    __slots__ = ("architecture", "kernel", "raw")
    ARCHITECTURE_FIELD_NUMBER: _ClassVar[int]
    KERNEL_FIELD_NUMBER: _ClassVar[int]
    RAW_FIELD_NUMBER: _ClassVar[int]
    architecture: str
    kernel: str
    raw: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, architecture: _Optional[str] = ..., kernel: _Optional[str] = ..., raw: _Optional[_Iterable[str]] = ...) -> None: ...

class DecodePtesResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[PteResult]
    def __init__(self, results: _Optional[_Iterable[_Union[PteResult, _Mapping]]] = ...) -> None: ...

class EncodePtesRequest(_message.Message):
    __slots__ = ("ptes",)
    PTES_FIELD_NUMBER: _ClassVar[int]
    ptes: _containers.RepeatedCompositeFieldContainer[SwapPte]
    def __init__(self, ptes: _Optional[_Iterable[_Union[SwapPte, _Mapping]]] = ...) -> None: ...

class EncodePtesResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[PteResult]
    def __init__(self, results: _Optional[_Iterable[_Union[PteResult, _Mapping]]] = ...) -> None: ...

class PteResult(_message.Message):
    __slots__ = ("pte", "error")
    PTE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    pte: SwapPte
    error: _status_pb2.Status
    def __init__(self, pte: _Optional[_Union[SwapPte, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class SwapPte(_message.Message):
    __slots__ = ("raw", "architecture", "kernel", "entry", "type", "offset", "exclusive", "soft_dirty", "uffd_wp", "marker", "pte_low", "pte_high")
    RAW_FIELD_NUMBER: _ClassVar[int]
    ARCHITECTURE_FIELD_NUMBER: _ClassVar[int]
    KERNEL_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    EXCLUSIVE_FIELD_NUMBER: _ClassVar[int]
    SOFT_DIRTY_FIELD_NUMBER: _ClassVar[int]
    UFFD_WP_FIELD_NUMBER: _ClassVar[int]
    MARKER_FIELD_NUMBER: _ClassVar[int]
    PTE_LOW_FIELD_NUMBER: _ClassVar[int]
    PTE_HIGH_FIELD_NUMBER: _ClassVar[int]
    raw: str
    architecture: str
    kernel: str
    entry: str
    type: int
    offset: int
    exclusive: bool
    soft_dirty: bool
    uffd_wp: bool
    marker: PteMarker
    pte_low: str
    pte_high: str
    def __init__(self, raw: _Optional[str] = ..., architecture: _Optional[str] = ..., kernel: _Optional[str] = ..., entry: _Optional[str] = ..., type: _Optional[int] = ..., offset: _Optional[int] = ..., exclusive: bool = ..., soft_dirty: bool = ..., uffd_wp: bool = ..., marker: _Optional[_Union[PteMarker, _Mapping]] = ..., pte_low: _Optional[str] = ..., pte_high: _Optional[str] = ...) -> None: ...

class PteMarker(_message.Message):
    __slots__ = ("meanings",)
    MEANINGS_FIELD_NUMBER: _ClassVar[int]
    meanings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, meanings: _Optional[_Iterable[str]] = ...) -> None: ...
