"""channelz: connections and calls, as gRPC's core counts them, for those who may administer."""

from __future__ import annotations

import hashlib
import json

import grpc
import pytest
from grpc_channelz.v1 import channelz_pb2, channelz_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from swapin.service.client import Client

ROLES = {"reader": ["evaluate"], "operator": ["evaluate", "administer"]}


@pytest.fixture
def tokens_file(tmp_path):
    path = tmp_path / "tokens.toml"
    path.write_text(
        "".join(
            f'[clients.{name}]\nsha256 = "{hashlib.sha256(name.encode()).hexdigest()}"\n'
            f"roles = {json.dumps(roles)}\n"
            for name, roles in ROLES.items()
        )
    )
    return path


def bearer(name):
    return (("authorization", f"Bearer {name}"),)


def servers(channel, **call):
    stub = channelz_pb2_grpc.ChannelzStub(channel)
    return stub.GetServers(channelz_pb2.GetServersRequest(), timeout=10, **call).server


def code_of(channel, **call):
    with pytest.raises(grpc.RpcError) as refused:
        servers(channel, **call)
    return refused.value.code().name


def test_roles_and_counts(start_command, tokens_file, late_write):
    """Who may administer sees the sockets, and each call counted; nobody else sees anything."""
    address = start_command("--channelz", "--tokens", str(tokens_file)).address
    with grpc.insecure_channel(address) as channel:
        assert "UNAUTHENTICATED" == code_of(channel)
        assert "PERMISSION_DENIED" == code_of(channel, metadata=bearer("reader"))
        (before,) = servers(channel, metadata=bearer("operator"))
        with Client(address, token="reader") as client:
            for _ in range(5):
                client.evaluate(late_write)
        (after,) = servers(channel, metadata=bearer("operator"))
        stub = channelz_pb2_grpc.ChannelzStub(channel)
        asked = channelz_pb2.GetServerSocketsRequest(server_id=after.ref.server_id)
        sockets = stub.GetServerSockets(asked, metadata=bearer("operator"), timeout=10).socket_ref
        about = channelz_pb2.GetSocketRequest(socket_id=sockets[0].socket_id)
        socket = stub.GetSocket(about, metadata=bearer("operator"), timeout=10).socket

    # Five, and the one that asked before.
    assert before.data.calls_started + 6 == after.data.calls_started
    assert socket.data.streams_started
    assert int(address.rpartition(":")[2]) == socket.local.tcpip_address.port


def services(channel):
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    (answer,) = stub.ServerReflectionInfo(iter([request]), timeout=10)
    return {service.name for service in answer.list_services_response.service}


def test_off_unless_asked_for(start_server):
    """Without the option there is no such service; with it reflection names it."""
    with grpc.insecure_channel(start_server().address) as channel:
        assert "UNIMPLEMENTED" == code_of(channel)
        assert "grpc.channelz.v1.Channelz" not in services(channel)
    with grpc.insecure_channel(start_server(channelz=True).address) as channel:
        assert servers(channel)
        assert "grpc.channelz.v1.Channelz" in services(channel)


def test_other_machines_need_tokens(refused_command):
    """In the clear, or with TLS, it is not for everybody who can connect."""
    status, log = refused_command("--channelz", "--insecure", "--listen", "0.0.0.0:0")

    assert 2 == status
    assert "give it tokens" in log
