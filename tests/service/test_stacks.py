"""Stacks over the wire: what the library says, byte for byte."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf import json_format

from swapin.model import Depth, FaultError
from swapin.program import read_fault
from swapin.service.client import Client
from swapin.service.wire import FaultReader, fault_to_proto
from swapin.v1 import catalog_service_pb2 as pb
from swapin.v1 import catalog_service_pb2_grpc, fault_pb2

DEVICES = [
    {"stack": ["dm-crypt", "nvme-pi"]},
    {"stack": ["zswap", "swap-file-btrfs", "dm-crypt", "nvme-pi"], "zswap_stored": False},
    {"stack": ["nvme"], "stable_writes": True},
    {"backend": "nvme", "stack": ["nvme"]},
    {"backend": "sata", "stack": ["nvme"]},
    {"stack": ["dm-crypt", "zswap"]},
    {"stack": ["dm-crpt"]},
    {"stack": ["dm-crypt", ""]},
]


def description(device):
    return {
        "kernel": {"release": "6.1"},
        "architecture": "x86_64",
        "swap_device": device,
        "pte": {"swp_exclusive": True},
        "folio": {"fresh": False, "ksm": False, "writeback": True},
    }


@pytest.mark.parametrize("device", DEVICES)
def test_back_and_forth(catalog, device):
    """A stack comes back from its message as it was, and reads as its JSON form."""
    fault = read_fault(description(device), catalog)
    message = json_format.ParseDict(description(device), fault_pb2.Fault())

    assert fault == FaultReader(catalog).read(message)
    assert fault == FaultReader(catalog).read(fault_to_proto(fault, {}))


def test_same_bytes_as_the_library(start_server, program):
    """The server's verdict, or what is wrong, is the library's."""

    def told(ask):
        try:
            return ask().to_json()
        except FaultError as error:
            return [(p.field, p.reason, p.message[:300]) for p in error.problems]

    with Client(start_server().address) as client:
        for device in DEVICES:
            asked = description(device)
            near = told(lambda: program.evaluate(asked, Depth.PROSE))  # noqa: B023
            far = told(lambda: client.evaluate(asked, Depth.PROSE))  # noqa: B023
            assert near == far, device


def test_a_stack_is_shown_over_the_wire(start_server, catalog):
    """The catalog service shows a stack as the library does, and says why one cannot be."""
    with grpc.insecure_channel(start_server().address) as channel:
        stub = catalog_service_pb2_grpc.CatalogServiceStub(channel)
        request = pb.GetEntryRequest(kind=pb.ENTRY_KIND_BACKEND, name="dm-crypt/nvme-pi")
        entry = stub.GetEntry(request, timeout=10).entry
        assert catalog.entry("backends", "dm-crypt/nvme-pi").details == json_format.MessageToDict(
            entry.details
        )
        request.name = "dm-crypt/zswap"
        with pytest.raises(grpc.RpcError) as refused:
            stub.GetEntry(request, timeout=10)
        assert "NOT_FOUND" == refused.value.code().name
        assert "cannot lie below" in refused.value.details()
