"""Questions about all faults, put to a server; the client's part."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import grpc

from swapin.service.call_errors import error_of_call
from swapin.service.service_error import ServiceError
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
        told = self._report(self._stub.Check, request, progress)
        return [json.loads(line) for line in told.splitlines()]

    def diff(
        self,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        outcomes: Sequence[str] = (),
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """The JSON form of what two sides decide differently; see :meth:`check`."""
        request = pb.DiffRequest(before=_side(before), after=_side(after), outcomes=outcomes)
        found: dict[str, Any] = json.loads(self._report(self._stub.Diff, request, progress))
        return found

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
        found: dict[str, Any] = json.loads(self._report(self._stub.Reach, request, progress))
        return found

    def _report(self, method: Any, request: Any, progress: Progress | None) -> str:
        try:
            for response in method(request, timeout=self._timeout):
                if response.WhichOneof("step") == "report_json":
                    return str(response.report_json)
                if progress:
                    progress(response.progress.done, response.progress.total)
        except grpc.RpcError as error:
            raise error_of_call(error) from error
        raise ServiceError("INTERNAL", "", "the server ended the stream without a report")


def _side(side: Mapping[str, Any]) -> pb.Side:
    return pb.Side(**{name: value for name, value in side.items() if value})
