"""Questions about all faults, put to a server; the client's part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import grpc

from swapin.service.call_errors import error_of_call
from swapin.service.service_error import ServiceError
from swapin.service.wire_report import report_from_proto
from swapin.v1 import analysis_service_pb2 as pb
from swapin.v1 import analysis_service_pb2_grpc as pb_grpc

Progress = Callable[[int, int], None]
"""Told the steps that are done, and how many there are."""

SIDE_FIELDS = ("kernel", "architecture", "stack", "facts")
"""What a side may say, as :func:`swapin.analysis.side_of` takes it."""


class AnalysisClient:
    """Check, diff and reach over a channel."""

    def __init__(self, channel: grpc.Channel, timeout: float) -> None:
        # Generated without annotations.
        stub: Any = pb_grpc.AnalysisServiceStub
        self._stub = stub(channel)
        self._timeout = timeout

    def check(
        self, sides: Iterable[Mapping[str, Any]] = (), progress: Progress | None = None
    ) -> list[dict[str, Any]]:
        """The JSON form of a report for each side; none means every kernel.

        :param sides: the parameters of :func:`swapin.analysis.side_of`, by name.
        :raises FaultError: an unknown name.
        :raises ServiceError: the call failed otherwise.
        """
        request = pb.CheckRequest(sides=[_side(side) for side in sides])
        return self._reports(self._stub.Check, request, progress)

    def diff(
        self,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        outcomes: Sequence[str] = (),
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """The JSON form of what two sides decide differently; see :meth:`check`."""
        request = pb.DiffRequest(before=_side(before), after=_side(after), outcomes=outcomes)
        return self._reports(self._stub.Diff, request, progress)[0]

    def reach(
        self,
        query: str,
        kernels: Sequence[str] = (),
        devices: Sequence[str] = (),
        facts: Mapping[str, bool] | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """The JSON form of whether something can be reached; see :meth:`check`."""
        request = pb.ReachRequest(query=query, kernels=kernels, devices=devices, facts=facts or {})
        return self._reports(self._stub.Reach, request, progress)[0]

    def explore(
        self,
        side: Mapping[str, Any],
        processes: int = 0,
        steps: int = 0,
        pages: int = 0,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """The JSON form of what every life of a page comes to; see :meth:`check`.

        :param processes: at most; 0: as the server likes.
        :param steps: of a life at most; 0: as the server likes.
        :param pages: of the address space; 0: as the server likes.
        """
        request = pb.ExploreRequest(side=_side(side), processes=processes, steps=steps, pages=pages)
        return self._reports(self._stub.Explore, request, progress)[0]

    def _reports(
        self, method: Any, request: Any, progress: Progress | None
    ) -> list[dict[str, Any]]:
        found = []
        try:
            for response in method(request, timeout=self._timeout):
                if response.WhichOneof("step") == "report":
                    found.append(report_from_proto(response.report))
                elif progress:
                    progress(response.progress.done, response.progress.total)
        except grpc.RpcError as error:
            raise error_of_call(error) from error
        if not found:
            raise ServiceError("INTERNAL", "", "the server ended the stream without a report")
        return found


def _side(side: Mapping[str, Any]) -> pb.Side:
    return pb.Side(**{name: value for name, value in side.items() if value})
