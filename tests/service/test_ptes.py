"""The PTE service on a real socket: the library's answers, errors in their place, limits."""

from __future__ import annotations

import io
import json

import grpc
import pytest

from swapin.cli import main
from swapin.model import FaultError, PteBits
from swapin.program.ptes import PteCodec
from swapin.service.client import Client, ServiceError
from swapin.v1 import pte_service_pb2 as pb
from swapin.v1 import pte_service_pb2_grpc

GOOD = "0x7fffffffffbfe0a"


def descriptions(catalog):
    """The decoded form of a PTE of every layout, with every bit that it has."""
    for name, known in catalog.architectures.items():
        for kernel in catalog.kernels.values():
            layout = known.layout(kernel.at)
            if layout is not None:
                flags = dict.fromkeys(layout.flags, True)
                raw = layout.encode(PteBits(layout.largest_type, layout.largest_offset, flags))
                yield PteCodec(catalog).decode(raw, name, kernel.name).to_dict()


def said(answers):
    """Answers as text, whether PTE or error."""
    return [
        list(map(str, each.problems)) if isinstance(each, FaultError) else each.to_json()
        for each in answers
    ]


def test_the_server_says_what_the_library_says(start_server, catalog):
    """For every kernel and architecture, both ways; bad ones have their error in their place."""
    codec = PteCodec(catalog)
    wanted = list(descriptions(catalog))
    wanted[3:3] = [{"kernel": "6.1"}, {**wanted[0], "type": 32}, {**wanted[0], "raw": "0x1"}]
    wanted[9:9] = [{**wanted[0], "nonsense": 1}, FaultError(said_already())]
    with Client(start_server().address) as client:
        assert said(codec.encode_ptes(wanted)) == said(client.encode_ptes(wanted, batch=100))
        values = [GOOD, "x", "0", int(GOOD, 16), "9" * 2000, "0x1ffffffffdb97401"]
        for machine in (("x86_64", "6.1"), ("x86_64", "6.99"), ("vax", "7.3"), ("", "")):
            assert said(codec.decode_ptes(values, *machine)) == said(
                client.decode_ptes(values, *machine, batch=4)
            )


def said_already():
    """The problem of a line that no server is asked about."""
    from swapin.model import Problem, Reason

    return [Problem("", Reason.MALFORMED, "not JSON")]


@pytest.mark.parametrize("extra", [[], ["--json"]])
def test_the_command_prints_the_same_through_a_server(start_server, capsys, monkeypatch, extra):
    """``--server`` changes nothing of the output, byte for byte, nor of the exit status."""
    address = start_server().address
    machine = ["--arch", "sh-x2tlb", "--kernel", "6.12"]
    lines = json.dumps({"type": 3, "offset": 5, "exclusive": True}) + "\nnonsense\n{}\n"
    for command, given in (
        (["decode", "-"], "0x2468a300000040\nx\n0\n0x123456789abcdef01\n"),
        (["encode", "-"], lines),
    ):
        outputs = []
        for server in ([], ["--server", address]):
            monkeypatch.setattr("sys.stdin", io.StringIO(given))
            assert 2 == main(["pte", *command, *machine, *extra, *server])
            outputs.append(capsys.readouterr().out)

        assert outputs[0] == outputs[1]
        assert len(given.splitlines()) == len(outputs[0].splitlines())


def test_too_many(start_server):
    """More PTEs than a message may hold is an error of the call, in both methods."""
    with Client(start_server(max_batch=3).address) as client:
        with pytest.raises(ServiceError) as refused:
            list(client.decode_ptes([GOOD] * 4, "x86_64", "6.1"))
        assert "BATCH_TOO_LARGE" == refused.value.reason
        assert 4 == len(list(client.decode_ptes([GOOD] * 4, "x86_64", "6.1", batch=3)))
        wanted = [{"architecture": "x86_64", "kernel": "6.1", "type": 1, "offset": 2}]
        with pytest.raises(ServiceError) as refused:
            list(client.encode_ptes(wanted * 4))
        assert "BATCH_TOO_LARGE" == refused.value.reason


def test_an_answer_too_large(start_server):
    """An answer over the server's limit is refused whole."""
    with (
        Client(start_server(max_answer_bytes=100).address) as client,
        pytest.raises(ServiceError) as refused,
    ):
        list(client.decode_ptes([GOOD] * 4, "x86_64", "6.1"))

    assert "ANSWER_TOO_LARGE" == refused.value.reason


def test_a_bit_of_a_newer_client(start_server):
    """A field that the server does not know may be a bit of the PTE, so it is refused."""
    newer = pb.SwapPte(architecture="x86_64", kernel="6.1", type=1, offset=2)
    raw = newer.SerializeToString() + bytes([99 << 3 & 0x7F | 0x80, 99 >> 4, 1])
    with grpc.insecure_channel(start_server().address) as channel:
        stub = pte_service_pb2_grpc.PteServiceStub(channel)
        request = pb.EncodePtesRequest(ptes=[newer, pb.SwapPte.FromString(raw)])
        good, bad = stub.EncodePtes(request, timeout=10).results

    assert "swap" == good.pte.entry
    assert "field number 99" in bad.error.message
