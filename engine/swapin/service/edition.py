"""What answers by one program, so that another can take its place as a whole."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from structlog.typing import FilteringBoundLogger

from swapin.model import Depth
from swapin.program import Program
from swapin.service.aio import Behaviour, Context
from swapin.service.analysis import AnalysisServicer
from swapin.service.answers import Answers, Seen
from swapin.service.catalog import CatalogServicer
from swapin.service.evaluation import EvaluationServicer
from swapin.service.handlers import writing
from swapin.service.ptes import PteServicer
from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import fault_pb2


class Edition:
    """The servicers of one program.

    :param max_batch: faults or PTEs that one message may hold.
    :param max_answer_bytes: size that the answer to one message may have.
    :param max_analysis_steps: estimated steps that one analysis may take.
    :param analyses: held by each analysis that runs, whatever its edition.
    :param seen: told of every fault with its result.
    """

    def __init__(
        self,
        program: Program,
        log: FilteringBoundLogger,
        *,
        max_batch: int,
        max_answer_bytes: int,
        max_analysis_steps: int,
        analyses: asyncio.Semaphore,
        seen: Seen | None,
    ) -> None:
        self.program = program
        limits = {"max_batch": max_batch, "max_answer_bytes": max_answer_bytes}
        self.evaluation = EvaluationServicer(program, log, **limits, seen=seen)
        self.catalog = CatalogServicer(program.catalog)
        self.ptes = PteServicer(program.catalog, log, **limits)
        self.analysis = AnalysisServicer(program, max_steps=max_analysis_steps, at_once=analyses)
        self._unseen = Answers(program)

    def result(self, fault: fault_pb2.Fault) -> pb.Result:
        """The result of a fault, without explanation, of which nobody is told."""
        return self._unseen.answer(fault, Depth.NONE).result

    def decides_as(self, program: Program) -> bool:
        """Whether a program has the same rules, and the same plugins were left out of it."""
        mine, other = self.program.catalog, program.catalog
        return (mine.fingerprint, mine.failures) == (other.fingerprint, other.failures)


class Switched:
    """A servicer whose calls go to the servicer that is the newest when they begin.

    :param newest: says which that is.
    """

    def __init__(self, newest: Callable[[], Any]) -> None:
        self._newest = newest

    def __getattr__(self, method: str) -> Behaviour:
        def begin(request: Any, context: Context) -> Any:
            return getattr(self._newest(), method)(request, context)

        streams = inspect.isasyncgenfunction(getattr(self._newest(), method))
        return writing(begin) if streams else begin
