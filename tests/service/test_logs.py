"""One line a call, a request id in every answer, nothing of the payload."""

from __future__ import annotations

import io
import json
import logging

import grpc
import pytest
from google.protobuf import json_format

from swapin.service.logs import ForwardedLogs, make_log, request_id_of
from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import evaluation_service_pb2_grpc, fault_pb2


def ask(address, faults, metadata=()):
    """Ask for a batch; returns the trailing metadata."""
    with grpc.insecure_channel(address) as channel:
        stub = evaluation_service_pb2_grpc.EvaluationServiceStub(channel)
        _, call = stub.BatchEvaluateFaults.with_call(
            pb.BatchEvaluateFaultsRequest(faults=faults), metadata=metadata, timeout=10
        )
        return dict(call.trailing_metadata())


def test_one_line_a_call(start_server, program, late_write):
    """The line has what can be counted."""
    running = start_server()
    fault = json_format.ParseDict(late_write, fault_pb2.Fault())
    # Without VM_WRITE, every outcome of this fault but the path is settled.
    clear_fault = late_write | {"vma": {"writable": False}, "access": {"write": False}}
    clear = json_format.ParseDict(clear_fault, fault_pb2.Fault())
    ask(running.address, [fault, clear, fault, fault_pb2.Fault()], [("x-request-id", "mail-77")])
    (line,) = running.calls(1)

    assert line.pop("duration_us") > 0
    assert line.pop("timestamp").endswith("Z")
    assert {
        "event": "call_finished",
        "level": "info",
        "request_id": "mail-77",
        "method": "/swapin.v1.EvaluationService/BatchEvaluateFaults",
        "code": "OK",
        "faults": 4,
        "refused": 1,
        "undetermined": 2,
    } == line


def test_nothing_of_the_payload(start_server, late_write):
    """No name or value of a description is logged, refused or not."""
    running = start_server()
    fault = json_format.ParseDict(late_write, fault_pb2.Fault())
    odd = fault_pb2.Fault(kernel=fault_pb2.Kernel(release="6.1"), architecture="paperclip")
    ask(running.address, [fault, odd])
    running.calls(1)

    for word in ("null_blk", "x86_64", "paperclip", "writeback", '"6.1"'):
        assert word not in running.raw_log()


def test_request_id_comes_back(start_server):
    """A sane id is kept; without one the server makes one; both are in the answer and the log."""
    running = start_server()
    given = ask(running.address, [], [("x-request-id", "mail-78")])["x-request-id"]
    made = ask(running.address, [])["x-request-id"]

    assert "mail-78" == given
    assert [given, made] == [line["request_id"] for line in running.calls(2)]


def test_request_id_of_errors_and_streams(start_server):
    """Errors and streams carry the id as well."""
    running = start_server()
    metadata = [("x-request-id", "mail-79")]
    with grpc.insecure_channel(running.address) as channel:
        stub = evaluation_service_pb2_grpc.EvaluationServiceStub(channel)
        with pytest.raises(grpc.RpcError) as refused:
            stub.EvaluateFault(pb.EvaluateFaultRequest(), metadata=metadata, timeout=10)
        stream = stub.StreamEvaluateFaults(iter(()), metadata=metadata, timeout=10)
        first = dict(stream.initial_metadata())
        last = dict(stream.trailing_metadata())

    assert "mail-79" == dict(refused.value.trailing_metadata())["x-request-id"]
    assert ("mail-79", "mail-79") == (first["x-request-id"], last["x-request-id"])


@pytest.mark.parametrize(
    "id_",
    ["", "x" * 129, "two\nlines", "ümlaut", b"bytes"],
    ids=["empty", "long", "lines", "letters", "bytes"],
)
def test_insane_request_ids_are_replaced(id_):
    """An id that could forge or flood the log is not taken."""
    made = request_id_of([("x-request-id", id_)])

    assert (16, True) == (len(made), made.isalnum())


def test_sane_request_id_is_kept():
    """Up to 128 printable characters."""
    assert "x" * 128 == request_id_of([("x-request-id", "x" * 128)])


def test_lines_of_libraries_are_json_too():
    """What a library logs does not break the stream of JSON lines."""
    lines = io.StringIO()
    logger = logging.Logger("grpc")
    logger.addHandler(ForwardedLogs(make_log(lines)))
    try:
        raise RuntimeError("broken\npipe")
    except RuntimeError:
        logger.exception("two\nlines")
    (line,) = [json.loads(line) for line in lines.getvalue().splitlines()]

    assert ("library_message", "grpc", "two\nlines") == (
        line["event"],
        line["logger"],
        line["message"],
    )
    assert "broken" in line["exception"]
