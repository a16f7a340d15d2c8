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

class Result(_message.Message):
    __slots__ = ("verdict", "error")
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    verdict: _verdict_pb2.Verdict
    error: _status_pb2.Status
    def __init__(self, verdict: _Optional[_Union[_verdict_pb2.Verdict, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...
