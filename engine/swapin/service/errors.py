"""Rich errors: a reason for programs, a message for people, the fields at fault.

Every error that leaves the server is a ``google.rpc.Status`` with an ``ErrorInfo`` (reason,
domain ``swapin``). Reasons are the contract; messages may change.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple, NoReturn

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from swapin.model import FaultError, Problem, Reason
from swapin.service.aio import Context

DOMAIN = "swapin"
DETAILS_KEY = "grpc-status-details-bin"
"""Trailing metadata that carries the status; the key that every gRPC library knows."""
PUSHBACK_KEY = "grpc-retry-pushback-ms"
"""Trailing metadata that tells gRPC's own retries how long to wait."""

# Errors quote descriptions, which may be of any length.
_MESSAGE_BYTES = 400


class Room(NamedTuple):
    """How many bytes the problems of a fault may take."""

    field: int
    description: int
    details: int


IN_HEADERS = Room(128, 1024, 4096)
"""For a call that fails: HTTP/2 headers, which clients limit to 8 KiB; base64 makes details
longer by a third, percent encoding a message up to three times."""
IN_MESSAGE = Room(1024, 16 * 1024, 64 * 1024)
"""For one result among others: room for all that a constraint can say."""

_CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}


class CallReason(StrEnum):
    """Why a call, rather than a fault in it, was refused. The values are the contract."""

    MALFORMED_MESSAGE = "MALFORMED_MESSAGE"
    """The request's bytes are not the message that the method takes."""
    UNKNOWN_ENUM_VALUE = "UNKNOWN_ENUM_VALUE"
    """An enum has a number that this server does not know."""
    BATCH_TOO_LARGE = "BATCH_TOO_LARGE"
    """One message holds more faults than the server's batch limit."""
    COLUMN_REFUSED = "COLUMN_REFUSED"
    """A column has fewer bits than there are faults, or comes twice."""
    ANSWER_TOO_LARGE = "ANSWER_TOO_LARGE"
    """The answer to one message would be larger than the server's limit."""
    MISSING_FIELD = "MISSING_FIELD"
    """A field of the request that is required is not set."""
    BAD_PAGE_SIZE = "BAD_PAGE_SIZE"
    """The page size is negative."""
    BAD_PAGE_TOKEN = "BAD_PAGE_TOKEN"
    """The page token is not one that this catalog gave for this kind."""
    NO_SUCH_ENTRY = "NO_SUCH_ENTRY"
    """The catalog has no entry of this kind and name."""
    TOO_MANY_CALLS = "TOO_MANY_CALLS"
    """As many calls are in flight as the server takes; try again after ``RetryInfo``."""
    UNAUTHENTICATED = "UNAUTHENTICATED"
    """No token came with the call, or one that the server does not know."""
    ROLE_MISSING = "ROLE_MISSING"
    """The client is known and may not call this method."""
    OVER_QUOTA = "OVER_QUOTA"
    """The client began more calls than it may; try again after ``RetryInfo``."""
    ANALYSIS_TOO_COSTLY = "ANALYSIS_TOO_COSTLY"
    """The estimated cost of an analysis is over the server's limit; ask about fewer sides."""
    DEADLINE_PASSED = "DEADLINE_PASSED"
    """The call's deadline passed while the server worked on it."""
    INTERNAL_ERROR = "INTERNAL_ERROR"
    """A defect of the server or of a plugin; the server's log has it under the request id."""


class CallRefused(Exception):
    """Raised by a method to end its call with a status."""

    def __init__(self, status: status_pb2.Status) -> None:
        self.status = status
        super().__init__(status.message)


def status_of(
    code: grpc.StatusCode, reason: str, message: str, *details: Message
) -> status_pb2.Status:
    """A status with its ``ErrorInfo`` and more details."""
    status = status_pb2.Status(code=code.value[0], message=_clipped(message, _MESSAGE_BYTES))
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN))
    for detail in details:
        status.details.add().Pack(detail)
    return status


def bad_fault(error: FaultError, room: Room = IN_HEADERS) -> status_pb2.Status:
    """INVALID_ARGUMENT: sending the same description again cannot help.

    Names the fields at fault as in the JSON form of a fault, wherever in the request the
    fault is; as many of them as there is room for.
    """
    return status_of(
        grpc.StatusCode.INVALID_ARGUMENT,
        error.problems[0].reason,
        f"bad fault description: {error}",
        _bad_request(error.problems, room),
    )


def for_headers(status: status_pb2.Status) -> status_pb2.Status:
    """The status of one result among others as that of a call."""
    problems = problems_of(status)
    return bad_fault(FaultError(problems)) if problems else status


def bad_field(field: str, reason: CallReason, message: str) -> status_pb2.Status:
    """INVALID_ARGUMENT for one field of a request."""
    violation = error_details_pb2.BadRequest.FieldViolation(
        field=field, description=_clipped(message, _MESSAGE_BYTES), reason=reason
    )
    return status_of(
        grpc.StatusCode.INVALID_ARGUMENT,
        reason,
        f"{field}: {message}",
        error_details_pb2.BadRequest(field_violations=[violation]),
    )


def malformed(what: str) -> status_pb2.Status:
    """INVALID_ARGUMENT: the bytes are not a message of this name."""
    return status_of(
        grpc.StatusCode.INVALID_ARGUMENT,
        CallReason.MALFORMED_MESSAGE,
        f"the request is not a `{what}`",
    )


def answer_too_large(limit: int) -> status_pb2.Status:
    """RESOURCE_EXHAUSTED: fewer faults a message, or less depth, would fit."""
    return status_of(
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        CallReason.ANSWER_TOO_LARGE,
        f"the answer is larger than {limit} bytes; send fewer faults a message, or ask for"
        " less depth",
    )


def too_many_calls(limit: int, retry_after: float) -> status_pb2.Status:
    """RESOURCE_EXHAUSTED, and when to try again.

    :param retry_after: seconds.
    """
    return status_of(
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        CallReason.TOO_MANY_CALLS,
        f"{limit} calls are in flight, and the server takes no more",
        _retry_info(retry_after),
    )


def unauthenticated() -> status_pb2.Status:
    """UNAUTHENTICATED; does not say whether a token came."""
    return status_of(
        grpc.StatusCode.UNAUTHENTICATED,
        CallReason.UNAUTHENTICATED,
        "the metadata key `authorization` must hold `Bearer` and a token that the server knows",
    )


def role_missing(client: str, role: str) -> status_pb2.Status:
    """PERMISSION_DENIED for a client that is known."""
    return status_of(
        grpc.StatusCode.PERMISSION_DENIED,
        CallReason.ROLE_MISSING,
        f"`{client}` has not the role `{role}`, which this method asks for",
    )


def over_quota(client: str, retry_after: float) -> status_pb2.Status:
    """RESOURCE_EXHAUSTED for one client, and when to try again.

    :param retry_after: seconds.
    """
    return status_of(
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        CallReason.OVER_QUOTA,
        f"`{client}` has used up its calls of this second",
        _retry_info(retry_after),
    )


def _retry_info(seconds: float) -> error_details_pb2.RetryInfo:
    retry = error_details_pb2.RetryInfo()
    retry.retry_delay.FromNanoseconds(round(seconds * 1e9))
    return retry


def too_costly(cost: int, limit: int) -> status_pb2.Status:
    """RESOURCE_EXHAUSTED, before any work was done."""
    return status_of(
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        CallReason.ANALYSIS_TOO_COSTLY,
        f"the analysis would take {cost} steps, and the server does {limit} a call at most; ask"
        " about fewer kernels or devices",
    )


def no_such_entry(message: str) -> status_pb2.Status:
    """NOT_FOUND; the message suggests a near match."""
    return status_of(grpc.StatusCode.NOT_FOUND, CallReason.NO_SUCH_ENTRY, message)


def deadline_passed() -> status_pb2.Status:
    """DEADLINE_EXCEEDED, found by the server."""
    return status_of(
        grpc.StatusCode.DEADLINE_EXCEEDED,
        CallReason.DEADLINE_PASSED,
        "the deadline passed before the answer was ready",
    )


def internal(request_id: str) -> status_pb2.Status:
    """INTERNAL. Says nothing of what went wrong; the log does."""
    return status_of(
        grpc.StatusCode.INTERNAL,
        CallReason.INTERNAL_ERROR,
        f"internal error; the server's log has it under request id `{request_id}`",
        error_details_pb2.RequestInfo(request_id=request_id),
    )


async def abort(context: Context, status: status_pb2.Status) -> NoReturn:
    """End the call with this status; trailing metadata that was set before stays.

    A status that says when to try again says so in the words of gRPC's retries too
    (``grpc-retry-pushback-ms``, gRFC A6), which clients with a service config follow.
    """
    seconds = retry_after(status)
    pushback = () if seconds is None else ((PUSHBACK_KEY, str(math.ceil(seconds * 1000))),)
    await context.abort(
        _CODES[status.code],
        status.message,
        # grpc takes what is given here in place of what was set.
        (*context.trailing_metadata(), *pushback, (DETAILS_KEY, status.SerializeToString())),
    )
    raise AssertionError("abort() returned")


def _bad_request(problems: Iterable[Problem], room: Room) -> error_details_pb2.BadRequest:
    found = error_details_pb2.BadRequest()
    for problem in problems:
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=_clipped(problem.field, room.field),
            description=_clipped(problem.message, room.description),
            reason=problem.reason,
        )
        if found.ByteSize() + violation.ByteSize() > room.details:
            break
        found.field_violations.append(violation)
    return found


def _clipped(text: str, limit: int) -> str:
    """The text in at most *limit* bytes of UTF-8."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= limit:
        return raw.decode()
    return raw[: limit - 3].decode("utf-8", "ignore") + "…"


def problems_of(status: status_pb2.Status) -> tuple[Problem, ...]:
    """The problems of a refused fault, as a client reads them; none for another error."""
    bad_request = error_details_pb2.BadRequest()
    for detail in status.details:
        if detail.Unpack(bad_request):
            break
    known = {reason.value for reason in Reason}
    return tuple(
        Problem(violation.field, Reason(violation.reason), violation.description)
        for violation in bad_request.field_violations
        if violation.reason in known
    )


def reason_of(status: status_pb2.Status) -> str:
    """The reason of swapin's ``ErrorInfo``; empty if there is none."""
    info = error_details_pb2.ErrorInfo()
    for detail in status.details:
        if detail.Unpack(info) and info.domain == DOMAIN:
            return str(info.reason)
    return ""


def retry_after(status: status_pb2.Status) -> float | None:
    """Seconds to wait before trying again, where the server said so."""
    retry = error_details_pb2.RetryInfo()
    for detail in status.details:
        if detail.Unpack(retry):
            return float(retry.retry_delay.ToNanoseconds()) / 1e9
    return None
