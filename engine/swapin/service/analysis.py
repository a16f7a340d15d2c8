"""The analysis service: check, diff and reach, as streams of progress that end in a report."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from swapin.analysis import Side, check, diff, reach, read_query, side_of
from swapin.life.decide import DEFAULT_ARCHITECTURE, Decider
from swapin.life.lives import DEFAULT_STEPS, MOST_PAGES, MOST_PROCESSES, explore
from swapin.model import FaultError, Problem, Reason, outcomes_named
from swapin.model.errors import listed
from swapin.program import Program
from swapin.service import errors
from swapin.service.aio import Context
from swapin.service.errors import CallRefused
from swapin.service.wire_report import report_to_proto
from swapin.v1 import analysis_service_pb2 as pb
from swapin.v1 import analysis_service_pb2_grpc as pb_grpc

_TURN = 0.05
"""Seconds between two looks at how far the work is."""

_MOST_STATES = 200_000
"""States that an exploration keeps at most, each about a kilobyte."""


class _Unwanted(Exception):
    """Ends work that nobody waits for any more."""


class _Work:
    """One analysis in a thread of its own, which ends at its next look if it is not wanted."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self._unwanted = threading.Event()

    def step(self) -> None:
        """Called by the work after each of its steps."""
        self.at(self.done + 1)

    def at(self, done: int) -> None:
        """Called by the work when it has come so far."""
        self.done = done
        self.look()

    def look(self) -> None:
        """Called by the work, between its steps too."""
        if self._unwanted.is_set():
            raise _Unwanted

    def drop(self) -> None:
        """The client has left, or its deadline has passed."""
        self._unwanted.set()


class AnalysisServicer(pb_grpc.AnalysisServiceServicer):
    """Answers with what the library says, and nothing else.

    :param max_steps: estimated steps that one analysis may take.
    :param at_once: held by each that runs.
    """

    def __init__(self, program: Program, *, max_steps: int, at_once: asyncio.Semaphore) -> None:
        self._program = program
        self._catalog = program.catalog
        self._max_steps = max_steps
        self._workers = at_once

    async def Check(  # noqa: N802
        self, request: pb.CheckRequest, context: Context
    ) -> AsyncIterator[pb.CheckResponse]:
        """Check every invariant of some sides."""
        asked = request.sides or [pb.Side(kernel=name) for name in self._catalog.kernels]

        def run(work: _Work) -> list[Any]:
            sides = [self._side(f"sides[{i}]", side) for i, side in enumerate(asked)]
            found = check(sides, work.step, work.look)
            return [report_to_proto(report.to_dict(), pb.CheckReport()) for report in found]

        async for step in self._streamed(len(asked), run, pb.CheckResponse, context):
            yield step

    async def Diff(  # noqa: N802
        self, request: pb.DiffRequest, context: Context
    ) -> AsyncIterator[pb.DiffResponse]:
        """Compare two sides."""
        try:
            outcomes = outcomes_named(request.outcomes, "outcomes")
        except FaultError as error:
            raise CallRefused(errors.bad_fault(error)) from error

        def run(work: _Work) -> list[Any]:
            sides = self._side("before", request.before), self._side("after", request.after)
            found = diff(*sides, outcomes, work.step, work.look)
            return [report_to_proto(found.to_dict(), pb.DiffReport())]

        async for step in self._streamed(len(outcomes), run, pb.DiffResponse, context):
            yield step

    async def Reach(  # noqa: N802
        self, request: pb.ReachRequest, context: Context
    ) -> AsyncIterator[pb.ReachResponse]:
        """Say whether something can be reached."""
        kernels: Sequence[str] = list(request.kernels) or [
            name for name, kernel in self._catalog.kernels.items() if not kernel.variant
        ]
        devices = list(request.devices)

        def run(work: _Work) -> list[Any]:
            query = read_query(request.query, self._catalog)
            facts = self._facts("facts", request.facts)
            found = reach(self._catalog, query, kernels, devices, facts, work.step, work.look)
            return [report_to_proto(found.to_dict(), pb.ReachReport())]

        steps = len(kernels) * max(1, len(devices))
        async for step in self._streamed(steps, run, pb.ReachResponse, context):
            yield step

    async def Explore(  # noqa: N802
        self, request: pb.ExploreRequest, context: Context
    ) -> AsyncIterator[pb.ExploreResponse]:
        """Go through every life of a page within a bound."""
        processes, steps = request.processes or 2, request.steps or DEFAULT_STEPS
        pages = request.pages or 1
        for field, given, most in (
            ("processes", processes, MOST_PROCESSES),
            ("pages", pages, MOST_PAGES),
        ):
            if given > most:
                message = f"`{given}` is not a number from 1 to {most}"
                raise _refused(Problem(field, Reason.WRONG_TYPE, message))

        def run(work: _Work) -> list[Any]:
            side = request.side
            # Names and facts are refused as for every other question.
            self._side("side", side)
            decider = Decider(
                self._program,
                side.kernel,
                # A life has one; the others ask of every architecture.
                architecture=side.architecture or DEFAULT_ARCHITECTURE,
                backend="/".join(side.stack),
                given=dict(side.facts),
            )
            found = explore(
                decider,
                processes=processes,
                pages=pages,
                steps=steps,
                most=_MOST_STATES,
                watch=lambda _, done: work.at(done),
            )
            return [report_to_proto(found.to_dict(), pb.ExploreReport())]

        # The states about double with each step.
        cost = processes * pages * 2 ** max(0, min(steps, 64) - 3)
        async for step in self._streamed(steps, run, pb.ExploreResponse, context, cost):
            yield step

    async def _streamed(
        self,
        steps: int,
        run: Callable[[_Work], list[Any]],
        response: Any,
        context: Context,
        cost: int | None = None,
    ) -> AsyncIterator[Any]:
        """Progress while the work is done in a thread, then the reports.

        :param cost: what the work is estimated to cost, if not its steps.
        """
        cost = steps if cost is None else cost
        if cost > self._max_steps:
            raise CallRefused(errors.too_costly(cost, self._max_steps))
        work = _Work(steps)
        yield response(progress=pb.Progress(done=0, total=steps))
        async with self._workers:
            running = asyncio.ensure_future(asyncio.to_thread(run, work))
            told = 0
            try:
                while not (await asyncio.wait([running], timeout=_TURN))[0]:
                    if context.time_remaining() == 0:
                        raise CallRefused(errors.deadline_passed())
                    if work.done > told:
                        told = work.done
                        yield response(progress=pb.Progress(done=told, total=steps))
            finally:
                work.drop()
                if not running.done():
                    # The thread is free when it has come to its next look.
                    await asyncio.shield(asyncio.gather(running, return_exceptions=True))
        try:
            reports = running.result()
        except FaultError as error:
            raise CallRefused(errors.bad_fault(error)) from None
        for report in reports:
            yield response(report=report)

    def _side(self, field: str, side: pb.Side) -> Side:
        if not side.kernel:
            message = "a side has a kernel"
            raise FaultError([Problem(f"{field}.kernel", Reason.MISSING, message)])
        return side_of(
            self._catalog,
            side.kernel,
            architecture=side.architecture,
            stack=side.stack,
            facts=self._facts(f"{field}.facts", side.facts),
        )

    def _facts(self, field: str, given: Any) -> dict[str, bool]:
        atoms = self._catalog.atoms
        strange = [name for name in given if name not in atoms]
        if strange:
            message = f"no fact {listed(strange)}"
            raise FaultError([Problem(field, Reason.UNKNOWN_FIELD, message)])
        return dict(given)


def _refused(problem: Problem) -> CallRefused:
    return CallRefused(errors.bad_fault(FaultError([problem])))
