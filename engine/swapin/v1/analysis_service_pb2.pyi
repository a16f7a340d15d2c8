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
    __slots__ = ("progress", "report")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    progress: Progress
    report: CheckReport
    def __init__(self, progress: _Optional[_Union[Progress, _Mapping]] = ..., report: _Optional[_Union[CheckReport, _Mapping]] = ...) -> None: ...

class CheckReport(_message.Message):
    __slots__ = ("kernel", "states", "invariants", "violations")
    KERNEL_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    INVARIANTS_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    kernel: str
    states: int
    invariants: int
    violations: _containers.RepeatedCompositeFieldContainer[Violation]
    def __init__(self, kernel: _Optional[str] = ..., states: _Optional[int] = ..., invariants: _Optional[int] = ..., violations: _Optional[_Iterable[_Union[Violation, _Mapping]]] = ...) -> None: ...

class Violation(_message.Message):
    __slots__ = ("invariant", "meaning", "source", "states", "unusual", "rules", "outcomes", "known")
    INVARIANT_FIELD_NUMBER: _ClassVar[int]
    MEANING_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    UNUSUAL_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    invariant: str
    meaning: str
    source: str
    states: int
    unusual: _containers.RepeatedScalarFieldContainer[str]
    rules: _containers.RepeatedScalarFieldContainer[str]
    outcomes: _containers.RepeatedScalarFieldContainer[str]
    known: str
    def __init__(self, invariant: _Optional[str] = ..., meaning: _Optional[str] = ..., source: _Optional[str] = ..., states: _Optional[int] = ..., unusual: _Optional[_Iterable[str]] = ..., rules: _Optional[_Iterable[str]] = ..., outcomes: _Optional[_Iterable[str]] = ..., known: _Optional[str] = ...) -> None: ...

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
    __slots__ = ("progress", "report")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    progress: Progress
    report: DiffReport
    def __init__(self, progress: _Optional[_Union[Progress, _Mapping]] = ..., report: _Optional[_Union[DiffReport, _Mapping]] = ...) -> None: ...

class DiffReport(_message.Message):
    __slots__ = ("before", "after", "states", "differences", "one_sided", "dead", "transitions")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    ONE_SIDED_FIELD_NUMBER: _ClassVar[int]
    DEAD_FIELD_NUMBER: _ClassVar[int]
    TRANSITIONS_FIELD_NUMBER: _ClassVar[int]
    before: str
    after: str
    states: int
    differences: _containers.RepeatedCompositeFieldContainer[Difference]
    one_sided: _containers.RepeatedCompositeFieldContainer[OneSided]
    dead: _containers.RepeatedCompositeFieldContainer[Dead]
    transitions: _containers.RepeatedCompositeFieldContainer[TransitionDifference]
    def __init__(self, before: _Optional[str] = ..., after: _Optional[str] = ..., states: _Optional[int] = ..., differences: _Optional[_Iterable[_Union[Difference, _Mapping]]] = ..., one_sided: _Optional[_Iterable[_Union[OneSided, _Mapping]]] = ..., dead: _Optional[_Iterable[_Union[Dead, _Mapping]]] = ..., transitions: _Optional[_Iterable[_Union[TransitionDifference, _Mapping]]] = ...) -> None: ...

class TransitionDifference(_message.Message):
    __slots__ = ("event", "before", "after", "when", "transitions", "because", "source")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    WHEN_FIELD_NUMBER: _ClassVar[int]
    TRANSITIONS_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    event: str
    before: str
    after: str
    when: _containers.RepeatedCompositeFieldContainer[Cube]
    transitions: TransitionPair
    because: str
    source: str
    def __init__(self, event: _Optional[str] = ..., before: _Optional[str] = ..., after: _Optional[str] = ..., when: _Optional[_Iterable[_Union[Cube, _Mapping]]] = ..., transitions: _Optional[_Union[TransitionPair, _Mapping]] = ..., because: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class TransitionPair(_message.Message):
    __slots__ = ("before", "after")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    before: str
    after: str
    def __init__(self, before: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class Difference(_message.Message):
    __slots__ = ("outcome", "before", "after", "when", "minimal", "states", "witness", "rules")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    WHEN_FIELD_NUMBER: _ClassVar[int]
    MINIMAL_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    WITNESS_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    outcome: str
    before: str
    after: str
    when: _containers.RepeatedCompositeFieldContainer[Cube]
    minimal: bool
    states: int
    witness: _containers.RepeatedScalarFieldContainer[str]
    rules: DecidingRules
    def __init__(self, outcome: _Optional[str] = ..., before: _Optional[str] = ..., after: _Optional[str] = ..., when: _Optional[_Iterable[_Union[Cube, _Mapping]]] = ..., minimal: bool = ..., states: _Optional[int] = ..., witness: _Optional[_Iterable[str]] = ..., rules: _Optional[_Union[DecidingRules, _Mapping]] = ...) -> None: ...

class Cube(_message.Message):
    __slots__ = ("facts",)
    FACTS_FIELD_NUMBER: _ClassVar[int]
    facts: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, facts: _Optional[_Iterable[str]] = ...) -> None: ...

class DecidingRules(_message.Message):
    __slots__ = ("before", "after")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    before: _containers.RepeatedScalarFieldContainer[str]
    after: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, before: _Optional[_Iterable[str]] = ..., after: _Optional[_Iterable[str]] = ...) -> None: ...

class OneSided(_message.Message):
    __slots__ = ("side", "when", "states")
    SIDE_FIELD_NUMBER: _ClassVar[int]
    WHEN_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    side: str
    when: _containers.RepeatedCompositeFieldContainer[Cube]
    states: int
    def __init__(self, side: _Optional[str] = ..., when: _Optional[_Iterable[_Union[Cube, _Mapping]]] = ..., states: _Optional[int] = ...) -> None: ...

class Dead(_message.Message):
    __slots__ = ("rule", "side", "how", "condition")
    RULE_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    HOW_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    rule: str
    side: str
    how: str
    condition: str
    def __init__(self, rule: _Optional[str] = ..., side: _Optional[str] = ..., how: _Optional[str] = ..., condition: _Optional[str] = ...) -> None: ...

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
    __slots__ = ("progress", "report")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    progress: Progress
    report: ReachReport
    def __init__(self, progress: _Optional[_Union[Progress, _Mapping]] = ..., report: _Optional[_Union[ReachReport, _Mapping]] = ...) -> None: ...

class ReachReport(_message.Message):
    __slots__ = ("query", "reachable", "answers")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    REACHABLE_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    query: str
    reachable: bool
    answers: _containers.RepeatedCompositeFieldContainer[ReachAnswer]
    def __init__(self, query: _Optional[str] = ..., reachable: bool = ..., answers: _Optional[_Iterable[_Union[ReachAnswer, _Mapping]]] = ...) -> None: ...

class ReachAnswer(_message.Message):
    __slots__ = ("kernels", "devices", "reachable", "witness", "takes", "blocked", "unless")
    KERNELS_FIELD_NUMBER: _ClassVar[int]
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    REACHABLE_FIELD_NUMBER: _ClassVar[int]
    WITNESS_FIELD_NUMBER: _ClassVar[int]
    TAKES_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_FIELD_NUMBER: _ClassVar[int]
    UNLESS_FIELD_NUMBER: _ClassVar[int]
    kernels: _containers.RepeatedScalarFieldContainer[str]
    devices: _containers.RepeatedScalarFieldContainer[str]
    reachable: bool
    witness: _containers.RepeatedScalarFieldContainer[str]
    takes: _containers.RepeatedScalarFieldContainer[str]
    blocked: _containers.RepeatedScalarFieldContainer[str]
    unless: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, kernels: _Optional[_Iterable[str]] = ..., devices: _Optional[_Iterable[str]] = ..., reachable: bool = ..., witness: _Optional[_Iterable[str]] = ..., takes: _Optional[_Iterable[str]] = ..., blocked: _Optional[_Iterable[str]] = ..., unless: _Optional[_Iterable[str]] = ...) -> None: ...

class ExploreRequest(_message.Message):
    __slots__ = ("side", "processes", "steps", "pages")
    SIDE_FIELD_NUMBER: _ClassVar[int]
    PROCESSES_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    PAGES_FIELD_NUMBER: _ClassVar[int]
    side: Side
    processes: int
    steps: int
    pages: int
    def __init__(self, side: _Optional[_Union[Side, _Mapping]] = ..., processes: _Optional[int] = ..., steps: _Optional[int] = ..., pages: _Optional[int] = ...) -> None: ...

class ExploreResponse(_message.Message):
    __slots__ = ("progress", "report")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    progress: Progress
    report: ExploreReport
    def __init__(self, progress: _Optional[_Union[Progress, _Mapping]] = ..., report: _Optional[_Union[ExploreReport, _Mapping]] = ...) -> None: ...

class ExploreReport(_message.Message):
    __slots__ = ("kernel", "processes", "pages", "states", "complete", "cut", "broken", "meaning", "life")
    KERNEL_FIELD_NUMBER: _ClassVar[int]
    PROCESSES_FIELD_NUMBER: _ClassVar[int]
    PAGES_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    CUT_FIELD_NUMBER: _ClassVar[int]
    BROKEN_FIELD_NUMBER: _ClassVar[int]
    MEANING_FIELD_NUMBER: _ClassVar[int]
    LIFE_FIELD_NUMBER: _ClassVar[int]
    kernel: str
    processes: int
    pages: int
    states: int
    complete: bool
    cut: bool
    broken: str
    meaning: str
    life: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, kernel: _Optional[str] = ..., processes: _Optional[int] = ..., pages: _Optional[int] = ..., states: _Optional[int] = ..., complete: bool = ..., cut: bool = ..., broken: _Optional[str] = ..., meaning: _Optional[str] = ..., life: _Optional[_Iterable[str]] = ...) -> None: ...
