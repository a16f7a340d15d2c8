"""Columns of bits over gRPC: the library's outcomes, and errors by their field."""

from __future__ import annotations

import grpc
import numpy as np
import pytest
from google.protobuf import json_format
from google.rpc import error_details_pb2
from grpc_status import rpc_status

import swapin
from rows import columns_of, resolved, sampled
from swapin.columns import Bits, ColumnDecider
from swapin.columns.bits import everything, from_booleans, words
from swapin.service.columns import MOST_FAULTS
from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import evaluation_service_pb2_grpc as pb_grpc
from swapin.v1 import fault_pb2

KERNEL = {"kernel": {"release": "6.1"}}
FRESH = ("folio.fresh", b"\1\1", None)
REFUSED = "COLUMN_REFUSED"


@pytest.fixture
def client(start_server):
    """A client of a server."""
    with swapin.Client(start_server().address) as client:
        yield client


@pytest.mark.parametrize("count", [0, 1, 64, 203])
def test_the_librarys_outcomes(client, program, count):
    """Bit for bit; a value that no fault has is not sent."""
    presets = resolved(program.catalog, "6.12", "x86_64", "null_blk")
    compiled = program.compiled(presets.kernel)
    names = [name for name in compiled.facts if name not in presets.known]
    columns = columns_of(list(sampled(compiled, presets.known, "wire", count)), names)
    want = ColumnDecider(compiled, known=presets.known, facts=names)(columns, count)
    description = {"kernel": {"release": "6.12"}, "architecture": "x86_64"}
    description["swap_device"] = {"backend": "null_blk"}
    found = client.evaluate_columns(description, columns, count)

    assert found.rows == count
    assert (want.impossible == found.impossible).all()
    assert list(want.values) == list(found.values)
    for outcome, values in want.values.items():
        sent = {value: column for value, column in values.items() if column.any()}
        assert list(sent) == list(found.values[outcome])
        for value, column in sent.items():
            assert (column == found.values[outcome][value]).all(), value


def test_large_and_small(client):
    """What many threads compute is what one does; only what is asked for is answered."""
    chance = np.random.default_rng(5)
    values = chance.integers(0, 1 << 64, words(MOST_FAULTS), np.uint64)
    names = ["folio.ksm", "folio.fresh", "pte.swp_exclusive"]
    columns = {name: Bits(np.roll(values, place)) for place, name in enumerate(names)}
    large = client.evaluate_columns(KERNEL, columns, MOST_FAULTS, ["exclusive"])
    small = client.evaluate_columns(KERNEL, columns, 1000, ["exclusive"])

    assert ["exclusive"] == list(large.values) == list(small.values)
    for value, column in small.values["exclusive"].items():
        head = large.values["exclusive"][value][: words(1000)] & everything(1000)
        assert (column == head).all()


@pytest.mark.parametrize("faults", [1, 512, 513])
def test_padding_is_not_read(start_server, faults):
    """A column that is filled up as Arrow's buffers are is that of its fewest bytes."""
    size = -(-faults // 8)
    with grpc.insecure_channel(start_server().address) as channel:
        stub = pb_grpc.EvaluationServiceStub(channel)

        def answer(filled):
            values, known = b"\x55" * size, b"\x33" * size
            column = pb.FactColumn(fact="folio.ksm", values=values + filled, known=known + filled)
            common = fault_pb2.Fault(kernel=fault_pb2.Kernel(release="6.1"))
            request = pb.EvaluateColumnsRequest(common=common, faults=faults, columns=[column])
            return stub.EvaluateColumns(request, timeout=20)

        assert answer(b"") == answer(b"\xff" * (-size % 64))


def test_common_facts_and_overrides(client):
    """A row overrides what a preset binds, and where it leaves it open, the preset holds."""
    column = {
        "pte.have_arch_swp_exclusive": Bits(from_booleans([1, 0, 0]), from_booleans([0, 1, 0]))
    }
    description = KERNEL | {"architecture": "x86_64", "folio": {"fresh": False, "ksm": False}}
    description["pte"] = {"swp_exclusive": True}
    found = client.evaluate_columns(description, column, 3, ["exclusive"])

    def bits(words):
        return [int(words[0]) >> row & 1 for row in range(3)]

    # Without the bit, the PTE cannot have it.
    assert [0, 1, 0] == bits(found.impossible)
    assert [1, 0, 1] == bits(found.values["exclusive"]["ANSWER_UNDETERMINED"])


@pytest.mark.parametrize(
    ("request_", "field", "reason"),
    [
        ({"faults": MOST_FAULTS + 1}, "faults", "BATCH_TOO_LARGE"),
        ({"outcomes": ["exclusive", "paths"]}, "outcomes[1]", "NO_SUCH_ENTRY"),
        ({"columns": [("folio.ksm", b"\1", None)]}, "columns[0].values", REFUSED),
        ({"columns": [("folio.ksm", b"\1\1", b"\1")]}, "columns[0].known", REFUSED),
        ({"columns": [("folio.ksm", bytes(65), None)]}, "columns[0].values", REFUSED),
        ({"columns": [FRESH, ("folio.ksm", b"\1\1", bytes(65))]}, "columns[1].known", REFUSED),
        ({"columns": [FRESH] * 2}, "columns[1].fact", REFUSED),
        ({"columns": [FRESH, ("folio.ksmm", b"\1\1", None)]}, "columns[1].fact", "UNKNOWN_NAME"),
        ({"columns": [("kernel.claims_slot", b"\1\1", None)]}, "columns[0].fact", "DISAGREES"),
        ({"columns": [("access.write", b"\1\1", None)]}, "columns[0].fact", "DISAGREES"),
        ({"common": {}}, "kernel.release", "MISSING"),
        ({"common": {"kernel": {"release": "6.99"}}}, "kernel.release", "UNKNOWN_NAME"),
    ],
)
def test_refused(start_server, request_, field, reason):
    """Each names its field and reason; nothing was evaluated."""
    common = request_.get("common", KERNEL | {"access": {"write": True}})
    request = pb.EvaluateColumnsRequest(
        common=json_format.ParseDict(common, fault_pb2.Fault()),
        faults=request_.get("faults", 10),
        outcomes=request_.get("outcomes", ()),
        columns=[
            pb.FactColumn(fact=fact, values=values, known=known)
            for fact, values, known in request_.get("columns", ())
        ],
    )
    with grpc.insecure_channel(start_server().address) as channel:
        stub = pb_grpc.EvaluationServiceStub(channel)
        with pytest.raises(grpc.RpcError) as caught:
            stub.EvaluateColumns(request, timeout=20)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in rpc_status.from_call(caught.value).details:
        detail.Unpack(info) or detail.Unpack(bad)
    (violation,) = bad.field_violations
    assert (field, reason) == (violation.field, violation.reason)
    for column in request.columns[-1:]:
        assert f"`{column.fact}`" in violation.description


def test_the_log_counts_faults(start_server):
    """Like single faults: how many, how many impossible, how many undetermined."""
    running = start_server()
    columns = {
        "folio.fresh": Bits(from_booleans([1, 1, 0])),
        "folio.writeback": Bits(from_booleans([1, 0, 0])),
    }
    with swapin.Client(running.address) as client:
        client.evaluate_columns(KERNEL, columns, 3)
    (line,) = running.calls(1)

    assert (3, 1, 2) == (line["faults"], line["refused"], line["undetermined"])


def test_provenance(start_server, program):
    """The answer names its catalog, kernel and what the common description overrides."""
    fault = fault_pb2.Fault()
    fault.kernel.release = "6.1"
    fault.kernel.writable_on_read_fault = True
    with grpc.insecure_channel(start_server().address) as channel:
        stub = pb_grpc.EvaluationServiceStub(channel)
        answer = stub.EvaluateColumns(pb.EvaluateColumnsRequest(common=fault, faults=1), timeout=20)

    assert program.catalog.fingerprint == answer.provenance.catalog
    assert ["kernel.writable_on_read_fault"] == [o.fact for o in answer.provenance.overrides]
