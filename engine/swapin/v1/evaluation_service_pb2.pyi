from google.rpc import status_pb2 as _status_pb2
from swapin.v1 import fault_pb2 as _fault_pb2
from swapin.v1 import verdict_pb2 as _verdict_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EvaluateFaultRequest(_message.Message):
    __slots__ = ("fault", "depth")
    FAULT_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    fault: _fault_pb2.Fault
    depth: _verdict_pb2.Depth
    def __init__(self, fault: _Optional[_Union[_fault_pb2.Fault, _Mapping]] = ..., depth: _Optional[_Union[_verdict_pb2.Depth, str]] = ...) -> None: ...

class EvaluateFaultResponse(_message.Message):
    __slots__ = ("verdict",)
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    verdict: _verdict_pb2.Verdict
    def __init__(self, verdict: _Optional[_Union[_verdict_pb2.Verdict, _Mapping]] = ...) -> None: ...

class BatchEvaluateFaultsRequest(_message.Message):
    __slots__ = ("faults", "depth")
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    faults: _containers.RepeatedCompositeFieldContainer[_fault_pb2.Fault]
    depth: _verdict_pb2.Depth
    def __init__(self, faults: _Optional[_Iterable[_Union[_fault_pb2.Fault, _Mapping]]] = ..., depth: _Optional[_Union[_verdict_pb2.Depth, str]] = ...) -> None: ...

class BatchEvaluateFaultsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[Result]
    def __init__(self, results: _Optional[_Iterable[_Union[Result, _Mapping]]] = ...) -> None: ...

class StreamEvaluateFaultsRequest(_message.Message):
    __slots__ = ("faults", "depth")
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    faults: _containers.RepeatedCompositeFieldContainer[_fault_pb2.Fault]
    depth: _verdict_pb2.Depth
    def __init__(self, faults: _Optional[_Iterable[_Union[_fault_pb2.Fault, _Mapping]]] = ..., depth: _Optional[_Union[_verdict_pb2.Depth, str]] = ...) -> None: ...

class StreamEvaluateFaultsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[Result]
    def __init__(self, results: _Optional[_Iterable[_Union[Result, _Mapping]]] = ...) -> None: ...

class EvaluateColumnsRequest(_message.Message):
    __slots__ = ("common", "faults", "columns", "outcomes")
    COMMON_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    common: _fault_pb2.Fault
    faults: int
    columns: _containers.RepeatedCompositeFieldContainer[FactColumn]
    outcomes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, common: _Optional[_Union[_fault_pb2.Fault, _Mapping]] = ..., faults: _Optional[int] = ..., columns: _Optional[_Iterable[_Union[FactColumn, _Mapping]]] = ..., outcomes: _Optional[_Iterable[str]] = ...) -> None: ...

class FactColumn(_message.Message):
    __slots__ = ("fact", "values", "known")
    FACT_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    fact: str
    values: bytes
    known: bytes
    def __init__(self, fact: _Optional[str] = ..., values: _Optional[bytes] = ..., known: _Optional[bytes] = ...) -> None: ...

class EvaluateColumnsResponse(_message.Message):
    __slots__ = ("outcomes", "impossible", "provenance")
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    IMPOSSIBLE_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    outcomes: _containers.RepeatedCompositeFieldContainer[OutcomeColumns]
    impossible: bytes
    provenance: _verdict_pb2.Provenance
    def __init__(self, outcomes: _Optional[_Iterable[_Union[OutcomeColumns, _Mapping]]] = ..., impossible: _Optional[bytes] = ..., provenance: _Optional[_Union[_verdict_pb2.Provenance, _Mapping]] = ...) -> None: ...

class OutcomeColumns(_message.Message):
    __slots__ = ("outcome", "values")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    outcome: str
    values: _containers.RepeatedCompositeFieldContainer[ValueColumn]
    def __init__(self, outcome: _Optional[str] = ..., values: _Optional[_Iterable[_Union[ValueColumn, _Mapping]]] = ...) -> None: ...

class ValueColumn(_message.Message):
    __slots__ = ("value", "faults")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    value: str
    faults: bytes
    def __init__(self, value: _Optional[str] = ..., faults: _Optional[bytes] = ...) -> None: ...

class Result(_message.Message):
    __slots__ = ("verdict", "error")
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    verdict: _verdict_pb2.Verdict
    error: _status_pb2.Status
    def __init__(self, verdict: _Optional[_Union[_verdict_pb2.Verdict, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...
