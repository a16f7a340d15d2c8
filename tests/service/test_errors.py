"""Errors arrive with a reason for programs and fields for people."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf import json_format
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from swapin.model import FaultError, Problem, Reason
from swapin.program import Program
from swapin.service import errors
from swapin.v1 import catalog_service_pb2 as catalog_pb2
from swapin.v1 import catalog_service_pb2_grpc, evaluation_service_pb2_grpc, fault_pb2
from swapin.v1 import evaluation_service_pb2 as pb


def evaluation(channel):
    """A stub of the evaluation service."""
    return evaluation_service_pb2_grpc.EvaluationServiceStub(channel)


def refusal_of(method, request):
    """Code, reason, violations and status of a call that must fail, read by grpc's own reader."""
    with pytest.raises(grpc.RpcError) as refused:
        method(request, timeout=10)
    status = rpc_status.from_call(refused.value)
    assert status is not None, refused.value
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(bad)
    assert "swapin" == info.domain
    violations = [(v.field, v.reason) for v in bad.field_violations]
    return refused.value.code(), info.reason, violations, status


def request_for(description):
    """A request for one verdict."""
    return pb.EvaluateFaultRequest(fault=json_format.ParseDict(description, fault_pb2.Fault()))


def test_every_field_at_fault_is_named(start_server):
    """A bad description is INVALID_ARGUMENT and names all of its fields with reasons."""
    with grpc.insecure_channel(start_server().address) as channel:
        code, reason, violations, _ = refusal_of(
            evaluation(channel).EvaluateFault,
            request_for({"swap_count": 0, "extension_facts": {"folio.kms": True}}),
        )

    assert grpc.StatusCode.INVALID_ARGUMENT == code
    assert reason in {reason for _, reason in violations}
    assert {
        ("kernel.release", "MISSING"),
        ("swap_count", "WRONG_TYPE"),
        ("extension_facts.folio.kms", "UNKNOWN_FIELD"),
    } == set(violations)


@pytest.mark.parametrize("letter", ["x", "ü", "💥", "%"])
def test_long_input_fits_the_headers(start_server, letter):
    """An error that quotes a very long name still arrives, cut."""
    with grpc.insecure_channel(start_server().address) as channel:
        code, _, violations, _ = refusal_of(
            evaluation(channel).EvaluateFault,
            request_for({"kernel": {"release": letter * 100_000}, "architecture": letter * 9_000}),
        )

    assert grpc.StatusCode.INVALID_ARGUMENT == code
    assert [("kernel.release", "UNKNOWN_NAME")] == violations[:1]


def test_many_problems_fit_the_headers():
    """As many violations are told as clients accept headers."""
    problem = Problem("folio.ksm", Reason.WRONG_TYPE, "ö" * 200)
    status = errors.bad_fault(FaultError([problem] * 1000))

    assert status.ByteSize() < 5000
    assert 3 < len(errors.problems_of(status)) < 1000


def test_a_result_among_others_tells_all_problems():
    """Results in a message have room that headers have not; there is an end to that too."""
    problems = [Problem(f"folio.{i}", Reason.IMPOSSIBLE_FAULT, "x" * 2000) for i in range(12)]
    whole = errors.bad_fault(FaultError(problems), errors.IN_MESSAGE)

    assert tuple(problems) == errors.problems_of(whole)
    assert errors.for_headers(whole).ByteSize() < 5000
    assert errors.bad_fault(FaultError(problems * 100), errors.IN_MESSAGE).ByteSize() < 70_000


def test_bytes_that_are_no_message(start_server):
    """Garbage is INVALID_ARGUMENT, and the parser's words stay inside."""
    with grpc.insecure_channel(start_server().address) as channel:
        for method, streams in (("EvaluateFault", False), ("StreamEvaluateFaults", True)):
            path = f"/swapin.v1.EvaluationService/{method}"
            if streams:
                call = channel.stream_stream(path)

                def send(raw, timeout, call=call):
                    return list(call(iter([raw]), timeout=timeout))
            else:
                send = channel.unary_unary(path)
            code, reason, _, status = refusal_of(send, b"\xff\xff\xff")
            assert (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_MESSAGE") == (code, reason)
            assert f"the request is not a `swapin.v1.{method}Request`" == status.message


def test_depth_of_a_newer_api(start_server, late_write):
    """A depth that the server does not know is refused, not taken for the default."""
    request = request_for(late_write)
    request.depth = 99
    with grpc.insecure_channel(start_server().address) as channel:
        code, reason, violations, _ = refusal_of(evaluation(channel).EvaluateFault, request)

    assert (grpc.StatusCode.INVALID_ARGUMENT, "UNKNOWN_ENUM_VALUE") == (code, reason)
    assert [("depth", "UNKNOWN_ENUM_VALUE")] == violations


def test_no_such_entry_suggests_one(start_server):
    """NOT_FOUND names a near match."""
    with grpc.insecure_channel(start_server().address) as channel:
        code, reason, _, status = refusal_of(
            catalog_service_pb2_grpc.CatalogServiceStub(channel).GetEntry,
            catalog_pb2.GetEntryRequest(kind="ENTRY_KIND_ARCHITECTURE", name="x86_46"),
        )

    assert (grpc.StatusCode.NOT_FOUND, "NO_SUCH_ENTRY") == (code, reason)
    assert "x86_64" in status.message


class Broken(Program):
    """A program with a defect."""

    def evaluate(self, fault, depth=None):
        """Raise what no client should read."""
        raise RuntimeError("secret of the house")


def test_defect_stays_inside(start_server, catalog, late_write):
    """A defect is INTERNAL; the client gets the request id, the log gets the traceback."""
    running = start_server(program=Broken(catalog))
    with grpc.insecure_channel(running.address) as channel:
        code, reason, _, status = refusal_of(
            evaluation(channel).EvaluateFault, request_for(late_write)
        )

    assert (grpc.StatusCode.INTERNAL, "INTERNAL_ERROR") == (code, reason)
    assert "secret" not in str(status)
    (line,) = running.logged("call_failed")
    assert "secret of the house" in line["exception"]
    assert line["request_id"] in status.message


def test_defect_takes_no_other_answers_with_it(start_server, catalog, program, late_write):
    """In a batch a defect is the error of its fault alone."""

    class Fragile(Program):
        def evaluate(self, fault, depth=None):
            if fault.release == "5.10":
                raise RuntimeError("secret of the house")
            return super().evaluate(fault, depth)

    faults = [request_for(late_write).fault, request_for({"kernel": {"release": "5.10"}}).fault]
    with grpc.insecure_channel(start_server(program=Fragile(catalog)).address) as channel:
        answer = evaluation(channel).BatchEvaluateFaults(
            pb.BatchEvaluateFaultsRequest(faults=faults), timeout=10
        )

    assert ["verdict", "error"] == [r.WhichOneof("result") for r in answer.results]
    assert grpc.StatusCode.INTERNAL.value[0] == answer.results[1].error.code
    assert "secret" not in str(answer)


def test_unknown_method(start_server):
    """A method that nobody implements is UNIMPLEMENTED, and is logged."""
    running = start_server()
    with grpc.insecure_channel(running.address) as channel, pytest.raises(grpc.RpcError) as refused:
        channel.unary_unary("/swapin.v1.EvaluationService/Guess")(b"", timeout=10)

    assert grpc.StatusCode.UNIMPLEMENTED == refused.value.code()
    assert ["UNIMPLEMENTED"] == [line["code"] for line in running.calls(1)]
