"""Failed calls as exceptions, on the side of the client."""

from __future__ import annotations

from typing import Any

import grpc
from google.rpc import status_pb2

from swapin.model import FaultError
from swapin.service import errors
from swapin.service.service_error import ServiceError


def error_of_call(error: grpc.RpcError) -> FaultError | ServiceError:
    """What a failed call comes to."""
    call: Any = error
    metadata = dict(call.trailing_metadata() or ())
    request_id = str(metadata.get("x-request-id", ""))
    raw = metadata.get(errors.DETAILS_KEY)
    if raw is None:
        return ServiceError(call.code().name, "", call.details() or "", request_id=request_id)
    return _fault_or_service_error(status_pb2.Status.FromString(raw), call.code().name, request_id)


def error_of_fault(status: status_pb2.Status) -> FaultError:
    """The error of one fault among others.

    :raises ServiceError: the server failed to evaluate a fault that may be right.
    """
    error = _fault_or_service_error(status, "INTERNAL", "")
    if isinstance(error, FaultError):
        return error
    raise error


def _fault_or_service_error(
    status: status_pb2.Status, code: str, request_id: str
) -> FaultError | ServiceError:
    problems = errors.problems_of(status)
    if problems:
        return FaultError(problems)
    return ServiceError(
        code,
        errors.reason_of(status),
        status.message,
        request_id=request_id,
        retry_after=errors.retry_after(status),
    )
