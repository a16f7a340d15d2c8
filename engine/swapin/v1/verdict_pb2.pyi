from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Answer(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ANSWER_UNSPECIFIED: _ClassVar[Answer]
    ANSWER_YES: _ClassVar[Answer]
    ANSWER_NO: _ClassVar[Answer]
    ANSWER_UNDETERMINED: _ClassVar[Answer]

class Write(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WRITE_UNSPECIFIED: _ClassVar[Write]
    WRITE_IN_PLACE: _ClassVar[Write]
    WRITE_REUSED: _ClassVar[Write]
    WRITE_COPIED: _ClassVar[Write]
    WRITE_NOT_ALLOWED: _ClassVar[Write]
    WRITE_UNDETERMINED: _ClassVar[Write]

class Path(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PATH_UNSPECIFIED: _ClassVar[Path]
    PATH_MAPPED: _ClassVar[Path]
    PATH_UNDETERMINED: _ClassVar[Path]
    PATH_MIGRATION: _ClassVar[Path]
    PATH_DEVICE_PRIVATE: _ClassVar[Path]
    PATH_DEVICE_EXCLUSIVE: _ClassVar[Path]
    PATH_MISSING: _ClassVar[Path]
    PATH_POISONED: _ClassVar[Path]
    PATH_GUARD: _ClassVar[Path]
    PATH_BUS_ERROR: _ClassVar[Path]
    PATH_OUT_OF_MEMORY: _ClassVar[Path]
    PATH_RETRIED: _ClassVar[Path]
    PATH_RACED: _ClassVar[Path]

class Evidence(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EVIDENCE_UNSPECIFIED: _ClassVar[Evidence]
    EVIDENCE_OBSERVED: _ClassVar[Evidence]
    EVIDENCE_SOURCE_CHECKED: _ClassVar[Evidence]
    EVIDENCE_CHANGELOG: _ClassVar[Evidence]

class RuleKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULE_KIND_UNSPECIFIED: _ClassVar[RuleKind]
    RULE_KIND_CLAIM: _ClassVar[RuleKind]
    RULE_KIND_VETO: _ClassVar[RuleKind]
    RULE_KIND_LIMIT: _ClassVar[RuleKind]

class Depth(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DEPTH_UNSPECIFIED: _ClassVar[Depth]
    DEPTH_NONE: _ClassVar[Depth]
    DEPTH_DECIDING: _ClassVar[Depth]
    DEPTH_RULES: _ClassVar[Depth]
    DEPTH_FLIP: _ClassVar[Depth]
    DEPTH_PROSE: _ClassVar[Depth]
ANSWER_UNSPECIFIED: Answer
ANSWER_YES: Answer
ANSWER_NO: Answer
ANSWER_UNDETERMINED: Answer
WRITE_UNSPECIFIED: Write
WRITE_IN_PLACE: Write
WRITE_REUSED: Write
WRITE_COPIED: Write
WRITE_NOT_ALLOWED: Write
WRITE_UNDETERMINED: Write
PATH_UNSPECIFIED: Path
PATH_MAPPED: Path
PATH_UNDETERMINED: Path
PATH_MIGRATION: Path
PATH_DEVICE_PRIVATE: Path
PATH_DEVICE_EXCLUSIVE: Path
PATH_MISSING: Path
PATH_POISONED: Path
PATH_GUARD: Path
PATH_BUS_ERROR: Path
PATH_OUT_OF_MEMORY: Path
PATH_RETRIED: Path
PATH_RACED: Path
EVIDENCE_UNSPECIFIED: Evidence
EVIDENCE_OBSERVED: Evidence
EVIDENCE_SOURCE_CHECKED: Evidence
EVIDENCE_CHANGELOG: Evidence
RULE_KIND_UNSPECIFIED: RuleKind
RULE_KIND_CLAIM: RuleKind
RULE_KIND_VETO: RuleKind
RULE_KIND_LIMIT: RuleKind
DEPTH_UNSPECIFIED: Depth
DEPTH_NONE: Depth
DEPTH_DECIDING: Depth
DEPTH_RULES: Depth
DEPTH_FLIP: Depth
DEPTH_PROSE: Depth

class Verdict(_message.Message):
    __slots__ = ("outcomes", "settled_by", "explanation", "provenance")
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    SETTLED_BY_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    outcomes: Outcomes
    settled_by: _containers.RepeatedScalarFieldContainer[str]
    explanation: Explanation
    provenance: Provenance
    def __init__(self, outcomes: _Optional[_Union[Outcomes, _Mapping]] = ..., settled_by: _Optional[_Iterable[str]] = ..., explanation: _Optional[_Union[Explanation, _Mapping]] = ..., provenance: _Optional[_Union[Provenance, _Mapping]] = ...) -> None: ...

class Outcomes(_message.Message):
    __slots__ = ("exclusive", "mapped_exclusive", "pte_writable", "write", "path")
    EXCLUSIVE_FIELD_NUMBER: _ClassVar[int]
    MAPPED_EXCLUSIVE_FIELD_NUMBER: _ClassVar[int]
    PTE_WRITABLE_FIELD_NUMBER: _ClassVar[int]
    WRITE_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    exclusive: Answer
    mapped_exclusive: Answer
    pte_writable: Answer
    write: Write
    path: Path
    def __init__(self, exclusive: _Optional[_Union[Answer, str]] = ..., mapped_exclusive: _Optional[_Union[Answer, str]] = ..., pte_writable: _Optional[_Union[Answer, str]] = ..., write: _Optional[_Union[Write, str]] = ..., path: _Optional[_Union[Path, str]] = ...) -> None: ...

class Explanation(_message.Message):
    __slots__ = ("outcomes", "rules", "prose")
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    PROSE_FIELD_NUMBER: _ClassVar[int]
    outcomes: _containers.RepeatedCompositeFieldContainer[OutcomeExplanation]
    rules: _containers.RepeatedCompositeFieldContainer[RuleTrace]
    prose: str
    def __init__(self, outcomes: _Optional[_Iterable[_Union[OutcomeExplanation, _Mapping]]] = ..., rules: _Optional[_Iterable[_Union[RuleTrace, _Mapping]]] = ..., prose: _Optional[str] = ...) -> None: ...

class OutcomeExplanation(_message.Message):
    __slots__ = ("outcome", "answer", "deciding", "because", "settled_by", "flips")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    DECIDING_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    SETTLED_BY_FIELD_NUMBER: _ClassVar[int]
    FLIPS_FIELD_NUMBER: _ClassVar[int]
    outcome: str
    answer: str
    deciding: _containers.RepeatedScalarFieldContainer[str]
    because: _containers.RepeatedScalarFieldContainer[str]
    settled_by: _containers.RepeatedScalarFieldContainer[str]
    flips: _containers.RepeatedCompositeFieldContainer[Flip]
    def __init__(self, outcome: _Optional[str] = ..., answer: _Optional[str] = ..., deciding: _Optional[_Iterable[str]] = ..., because: _Optional[_Iterable[str]] = ..., settled_by: _Optional[_Iterable[str]] = ..., flips: _Optional[_Iterable[_Union[Flip, _Mapping]]] = ...) -> None: ...

class Flip(_message.Message):
    __slots__ = ("changes",)
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, changes: _Optional[_Iterable[str]] = ...) -> None: ...

class RuleTrace(_message.Message):
    __slots__ = ("id", "kind", "outcome", "truth", "when", "because", "source", "conditions")
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    TRUTH_FIELD_NUMBER: _ClassVar[int]
    WHEN_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    id: str
    kind: RuleKind
    outcome: str
    truth: Answer
    when: str
    because: str
    source: str
    conditions: _containers.RepeatedCompositeFieldContainer[Condition]
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[_Union[RuleKind, str]] = ..., outcome: _Optional[str] = ..., truth: _Optional[_Union[Answer, str]] = ..., when: _Optional[str] = ..., because: _Optional[str] = ..., source: _Optional[str] = ..., conditions: _Optional[_Iterable[_Union[Condition, _Mapping]]] = ...) -> None: ...

class Condition(_message.Message):
    __slots__ = ("name", "truth")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TRUTH_FIELD_NUMBER: _ClassVar[int]
    name: str
    truth: Answer
    def __init__(self, name: _Optional[str] = ..., truth: _Optional[_Union[Answer, str]] = ...) -> None: ...

class Provenance(_message.Message):
    __slots__ = ("catalog", "rules_edition", "kernel", "evidence", "overrides", "degraded")
    CATALOG_FIELD_NUMBER: _ClassVar[int]
    RULES_EDITION_FIELD_NUMBER: _ClassVar[int]
    KERNEL_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    OVERRIDES_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    catalog: str
    rules_edition: str
    kernel: str
    evidence: Evidence
    overrides: _containers.RepeatedCompositeFieldContainer[Override]
    degraded: bool
    def __init__(self, catalog: _Optional[str] = ..., rules_edition: _Optional[str] = ..., kernel: _Optional[str] = ..., evidence: _Optional[_Union[Evidence, str]] = ..., overrides: _Optional[_Iterable[_Union[Override, _Mapping]]] = ..., degraded: bool = ...) -> None: ...

class Override(_message.Message):
    __slots__ = ("fact", "given", "preset")
    FACT_FIELD_NUMBER: _ClassVar[int]
    GIVEN_FIELD_NUMBER: _ClassVar[int]
    PRESET_FIELD_NUMBER: _ClassVar[int]
    fact: str
    given: bool
    preset: str
    def __init__(self, fact: _Optional[str] = ..., given: bool = ..., preset: _Optional[str] = ...) -> None: ...
