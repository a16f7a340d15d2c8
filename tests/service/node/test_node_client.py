"""A client in another language, made from the shipped protos, gets the library's answers."""

from __future__ import annotations

import base64
import json

import pytest
from google.protobuf import json_format
from google.rpc import status_pb2

from swapin.model import Depth, FaultError
from swapin.service import errors
from swapin.service.wire_verdict import verdict_to_proto
from swapin.v1 import verdict_pb2


@pytest.fixture
def ask(run_node):
    """Ask a server; what the client understood."""

    def ask(address, request):
        return json.loads(run_node("client.mjs", address, given=json.dumps(request)))

    return ask


def test_node_gets_the_librarys_answers(ask, start_server, program, late_write, descriptions):
    """Unary and stream, verdict and error, are the library's."""
    sent = descriptions[:40]
    answer = ask(
        start_server().address,
        {"fault": late_write, "faults": sent, "depth": "DEPTH_RULES"},
    )

    def parsed(verdict):
        return json_format.ParseDict(verdict, verdict_pb2.Verdict())

    def expected(description):
        try:
            return verdict_to_proto(program.evaluate(description, Depth.RULES))
        except FaultError:
            return None

    assert expected(late_write) == parsed(answer["unary"])
    assert [expected(description) for description in sent] == [
        parsed(result["verdict"]) if result["kind"] == "verdict" else None
        for result in answer["stream"]
    ]


def test_node_reads_the_rich_error(ask, start_server, late_write):
    """The details of an error arrive where every gRPC library looks for them."""
    answer = ask(
        start_server().address,
        {"fault": late_write, "faults": [], "depth": "DEPTH_NONE"},
    )
    (raw,) = answer["refused"]["details"]
    status = status_pb2.Status.FromString(base64.b64decode(raw))

    assert "INVALID_ARGUMENT" == answer["refused"]["code"]
    assert ["kernel.release"] == [problem.field for problem in errors.problems_of(status)]
