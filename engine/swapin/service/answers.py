"""Results for faults, kept for faults that come again.

A verdict depends on the fault, the depth and the catalog alone, and a catalog never changes.
Faults do repeat: their facts are few, and a trace of a real machine holds the same ones over
and over. So an answer is kept under the bytes of its fault, which costs less than reading them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from swapin.model import Depth, FaultError, Group
from swapin.program import Program
from swapin.service import errors
from swapin.service.kept import Kept
from swapin.service.wire import FaultReader
from swapin.service.wire_verdict import verdict_to_proto
from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import fault_pb2

KEPT_BYTES = 8 * 1024 * 1024
"""Encoded size of the faults and answers that are kept; the oldest go first."""


Seen = Callable[[fault_pb2.Fault, pb.Result], None]
"""Told of a fault and its result; changes neither."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in the form of the API, and what of it is counted."""

    result: pb.Result
    """To be copied, never to be changed."""
    refused: bool
    """The fault cannot be evaluated."""
    undetermined: bool
    """An outcome other than the path is undetermined; few descriptions say what settles that."""
    in_response: bytes
    """The bytes of a response with this one result. Those of several, one after the other, are
    the bytes of a response with all of them, since that is how repeated fields are encoded."""

    @classmethod
    def of(cls, result: pb.Result, *, refused: bool, undetermined: bool) -> Answer:
        """Make one."""
        response = pb.BatchEvaluateFaultsResponse(results=[result])
        return cls(result, refused, undetermined, response.SerializeToString())


class Answers:
    """Answers faults in the form of the API.

    :param kept_bytes: see :data:`KEPT_BYTES`; 0 keeps nothing.
    :param seen: told of every fault with its result.
    """

    def __init__(
        self, program: Program, kept_bytes: int = KEPT_BYTES, *, seen: Seen | None = None
    ) -> None:
        self._seen = seen
        self._program = program
        self._reader = FaultReader(program.catalog)
        self._kept: Kept[tuple[bytes, Depth], Answer] = Kept(kept_bytes)

    @property
    def kept_bytes(self) -> int:
        """Encoded size of what is kept."""
        return self._kept.size

    def answer(self, fault: fault_pb2.Fault, depth: Depth) -> Answer:
        """The verdict, or why there is none.

        What a defect raises is not caught, and not kept.
        """
        key = (fault.SerializeToString(), depth)
        found = self._kept.get(key)
        if found is None:
            found = self._evaluated(fault, depth)
            self._kept.keep(key, found, len(key[0]) + 2 * len(found.in_response))
        if self._seen is not None:
            self._seen(fault, found.result)
        return found

    def _evaluated(self, fault: fault_pb2.Fault, depth: Depth) -> Answer:
        try:
            verdict = self._program.evaluate(self._reader.read(fault), depth)
        except FaultError as error:
            refused = pb.Result(error=errors.bad_fault(error, errors.IN_MESSAGE))
            return Answer.of(refused, refused=True, undetermined=False)
        result = pb.Result(verdict=verdict_to_proto(verdict))
        undetermined = any(
            value.endswith("_UNDETERMINED")
            for outcome, value in verdict.outcomes.items()
            if outcome != Group.PATH.field
        )
        return Answer.of(result, refused=False, undetermined=undetermined)
