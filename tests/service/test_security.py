"""TLS, tokens, roles and quotas, on real sockets; what is read anew at SIGHUP."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import signal
import socket
import threading
import time

import grpc
import pytest
import trustme
from google.protobuf import descriptor_pool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2, reflection_pb2_grpc

from swapin.cli import main
from swapin.service.client import Client, ServiceError
from swapin.service.server import SERVICES
from swapin.service.tls import Certificates, TlsError, TlsFiles
from swapin.service.tokens import ClientEntry, Role, Tokens, TokensError, role_for

TOKENS = {
    "reader": ("read-it", ["evaluate"], ""),
    "ci": ("check-it", ["evaluate", "analyse"], ""),
    "operator": ("run-it", ["evaluate", "administer"], ""),
    "greedy": ("more", ["evaluate"], "calls_per_second = 0.1\n"),
}


def tokens_text(tokens):
    return "".join(
        f'[clients.{name}]\nsha256 = "{hashlib.sha256(token.encode()).hexdigest()}"\n'
        f"roles = {json.dumps(roles)}\n{more}\n"
        for name, (token, roles, more) in tokens.items()
    )


@pytest.fixture
def tokens_file(tmp_path):
    path = tmp_path / "tokens.toml"
    path.write_text(tokens_text(TOKENS))
    return path


class Pki:
    """An authority, a server's certificate in files, a client's."""

    def __init__(self, folder):
        self.folder = folder
        self.certificate, self.key = folder / "server.pem", folder / "server.key"
        self.authority_file = folder / "authority.pem"
        self.authority = trustme.CA()
        self.authority.cert_pem.write_to_path(str(self.authority_file))
        self.issue()
        client = self.authority.issue_cert("somebody@example.org")
        self.client = (
            b"".join(part.bytes() for part in client.cert_chain_pems),
            client.private_key_pem.bytes(),
        )

    def issue(self):
        """A new certificate in the server's files."""
        issued = self.authority.issue_cert("127.0.0.1", "localhost")
        self.key.write_bytes(issued.private_key_pem.bytes())
        self.certificate.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))

    @property
    def pem(self):
        return self.authority.cert_pem.bytes()


@pytest.fixture
def pki(tmp_path):
    return Pki(tmp_path)


def failure_of(client, late_write):
    with client, pytest.raises(ServiceError) as caught:
        client.evaluate(late_write)
    return caught.value


def test_tls_and_the_command(start_command, pki, late_write, program, tmp_path, capsys):
    """The client trusts the authority it was given and no other; in the clear nothing passes."""
    server = start_command("--tls-cert", str(pki.certificate), "--tls-key", str(pki.key))
    with Client(server.address, authority=pki.pem) as client:
        assert program.evaluate(late_write).to_json() == client.evaluate(late_write).to_json()
    strange = Client(server.address, authority=trustme.CA().cert_pem.bytes(), timeout=5)
    assert "UNAVAILABLE" == failure_of(strange, late_write).code
    assert "UNAVAILABLE" == failure_of(Client(server.address, timeout=5), late_write).code

    faults = tmp_path / "faults.jsonl"
    faults.write_text(json.dumps(late_write) + "\n")
    command = ["eval", str(faults), "--json", "--server", server.address]
    assert 0 == main([*command, "--tls-ca", str(pki.authority_file)])
    assert json.loads(capsys.readouterr().out)


def test_a_handshake_that_never_ends(start_server, pki, late_write):
    """A connection that begins TLS and stops is closed; others shake hands meanwhile."""
    server = start_server(tls=TlsFiles(pki.certificate, pki.key), handshake_seconds=1)
    host, _, port = server.address.rpartition(":")
    half = [socket.create_connection((host, int(port)), timeout=30) for _ in range(50)]
    for one in half:
        # The head of a record that announces a ClientHello of 512 bytes.
        one.sendall(b"\x16\x03\x01\x02\x00\x01")
    with Client(server.address, authority=pki.pem) as client:
        assert client.evaluate(late_write)
    for one in half:
        with contextlib.suppress(ConnectionError):
            while one.recv(4096):
                pass
        one.close()


def test_only_clients_with_a_certificate(start_command, pki, late_write):
    """Mutual TLS."""
    server = start_command(
        *("--tls-cert", str(pki.certificate), "--tls-key", str(pki.key)),
        *("--tls-client-ca", str(pki.authority_file)),
    )
    with Client(server.address, authority=pki.pem, certificate=pki.client) as client:
        assert client.evaluate(late_write)
    without = Client(server.address, authority=pki.pem, timeout=5)
    assert "UNAVAILABLE" == failure_of(without, late_write).code


def test_certificates_change_under_load(start_command, pki, late_write):
    """Every new connection succeeds while the pair is replaced; a bad pair changes nothing."""
    server = start_command("--tls-cert", str(pki.certificate), "--tls-key", str(pki.key))
    failures, done, calls = [], threading.Event(), []

    def load():
        while not done.is_set():
            # A pool of its own: each client shakes hands anew.
            try:
                with Client(server.address, authority=pki.pem) as client:
                    client.evaluate(late_write)
                    calls.append(1)
            except ServiceError as error:
                failures.append(error)

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(5):
        pki.issue()
        server.process.send_signal(signal.SIGHUP)
        _until(lambda n=number: server.times("reloaded") == n + 1)
    pki.key.write_text("not a key")
    server.process.send_signal(signal.SIGHUP)
    _until(lambda: server.times("reload_failed"))
    before = len(calls)
    _until(lambda: len(calls) > before + 10)
    done.set()
    for thread in threads:
        thread.join()

    assert not failures
    assert "tls" == server.logged("reload_failed")[0]["what"]
    assert str(pki.key) in server.logged("reload_failed")[0]["reason"]


def _until(condition):
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize("spoil", ["missing", "other key", "garbage", "encrypted", "authority"])
def test_bad_files_are_named(pki, spoil):
    """Before the server listens, not at somebody's handshake."""
    authority = None
    if spoil == "missing":
        pki.certificate.unlink()
    elif spoil == "other key":
        pki.key.write_bytes(pki.authority.issue_cert("x.example").private_key_pem.bytes())
    elif spoil == "garbage":
        pki.certificate.write_text("-----BEGIN CERTIFICATE-----\nno\n")
    elif spoil == "encrypted":
        text = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n"
        pki.key.write_text(text)
    else:
        authority = pki.folder / "none.pem"
        authority.write_text("nothing")
    with pytest.raises(TlsError) as caught:
        Certificates(TlsFiles(pki.certificate, pki.key, authority))
    assert str(authority or pki.certificate) in str(caught.value)


def test_other_machines_need_tls(start_command, pki, late_write):
    """With certificates any address will do."""
    server = start_command(
        *("--listen", "0.0.0.0:0", "--tls-cert", str(pki.certificate), "--tls-key", str(pki.key))
    )
    port = server.address.rpartition(":")[2]
    with Client(f"127.0.0.1:{port}", authority=pki.pem) as client:
        assert client.evaluate(late_write)


def test_roles(start_server, tokens_file, late_write):
    """Each client may call what its roles say; health is for everyone."""
    server = start_server(tokens=tokens_file)

    def client(token):
        return Client(server.address, token=token)

    for token in ("read-it", "check-it", "run-it"):
        with client(token) as known:
            assert known.evaluate(late_write)
    for token in ("", "guess", "read-i"):
        failure = failure_of(client(token), late_write)
        assert ("UNAUTHENTICATED", "UNAUTHENTICATED") == (failure.code, failure.reason)
        assert failure.request_id
    with client("read-it") as reader, pytest.raises(ServiceError) as caught:
        list(reader.analysis.check([{"kernel": "7.3"}]))
    assert ("PERMISSION_DENIED", "ROLE_MISSING") == (caught.value.code, caught.value.reason)
    assert "`analyse`" in caught.value.message
    with client("check-it") as checker:
        assert list(checker.analysis.check([{"kernel": "7.3"}]))

    with grpc.insecure_channel(server.address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        assert 1 == health.Check(health_pb2.HealthCheckRequest(), timeout=5).status
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        asked = [reflection_pb2.ServerReflectionRequest(list_services="")]
        for token, code in (("read-it", grpc.StatusCode.PERMISSION_DENIED), ("run-it", None)):
            metadata = (("authorization", f"bearer {token}"),)
            call = stub.ServerReflectionInfo(iter(asked), timeout=5, metadata=metadata)
            if code is None:
                assert list(call)
                continue
            with pytest.raises(grpc.RpcError) as refused:
                list(call)
            assert code == refused.value.code()


def test_only_health_is_open(start_server, tokens_file):
    """Every method of every service that the server has asks for a token."""
    server = start_server(tokens=tokens_file)
    services = (*SERVICES, reflection.SERVICE_NAME)
    codes = {}
    with grpc.insecure_channel(server.address) as channel:
        for name in services:
            service = descriptor_pool.Default().FindServiceByName(name)
            for method in service.methods_by_name:
                call = channel.stream_stream(f"/{name}/{method}")(iter([b""]), timeout=5)
                codes[name, method] = call.code()

    assert len(codes) >= 10
    assert {grpc.StatusCode.UNAUTHENTICATED} == set(codes.values())


def test_every_method_has_a_role():
    """Only methods of analysis and of administration ask for more than evaluating."""
    assert Role.EVALUATE is role_for("/swapin.v1.EvaluationService/EvaluateFault")
    assert Role.EVALUATE is role_for("/swapin.v1.CatalogService/ListEntries")
    assert Role.ANALYSE is role_for("/swapin.v1.AnalysisService/Check")
    assert Role.ADMINISTER is role_for("/grpc.channelz.v1.Channelz/GetServers")


def test_quota(start_server, tokens_file, late_write):
    """One client's quota is nobody else's; the refusal says when to try again, twice."""
    server = start_server(tokens=tokens_file)
    with Client(server.address, token="more") as greedy:
        assert greedy.evaluate(late_write)
        with pytest.raises(ServiceError) as caught:
            greedy.evaluate(late_write)
        assert ("RESOURCE_EXHAUSTED", "OVER_QUOTA") == (caught.value.code, caught.value.reason)
        assert 5 < caught.value.retry_after <= 10
    with Client(server.address, token="read-it") as other:
        assert other.evaluate(late_write)
    lines = [line for line in server.calls(3) if line["code"] != "OK"]
    assert ["greedy"] == [line["client"] for line in lines]


def test_pushback_reaches_grpcs_own_retries(start_server, tokens_file):
    """The trailing metadata that gRFC A6 names stands beside ``RetryInfo``."""
    server = start_server(tokens=tokens_file)
    metadata = (("authorization", "Bearer more"),)
    with grpc.insecure_channel(server.address) as channel:
        call = channel.unary_unary("/swapin.v1.EvaluationService/EvaluateFault")
        trailing = {}
        for _ in range(2):
            try:
                call(b"", metadata=metadata, timeout=5)
            except grpc.RpcError as error:
                trailing = dict(error.trailing_metadata())
    assert 5000 < int(trailing["grpc-retry-pushback-ms"]) <= 10000


def test_refusals_leave_nothing_behind(start_server, tokens_file):
    """However many calls are refused, there is one handler for all of them."""
    server = start_server(tokens=tokens_file)

    def refused(times):
        with grpc.insecure_channel(server.address) as channel:
            call = channel.unary_unary("/swapin.v1.EvaluationService/EvaluateFault")
            for _ in range(times):
                with pytest.raises(grpc.RpcError):
                    call(b"", timeout=5)
        gc.collect()
        return sum(isinstance(held, grpc.RpcMethodHandler) for held in gc.get_objects())

    refused(1)
    assert refused(20) == refused(40)


def test_bursts():
    """As many calls as a second allows, then one by one as time passes."""
    client = ClientEntry("c", frozenset(Role), 2)
    assert [0.0, 0.0] == [client.wait(10), client.wait(10)]
    assert 0.5 == client.wait(10)
    assert 0.25 == client.wait(10.25)
    assert 0.0 == client.wait(10.5)
    assert [0.0, 0.0, 0.5] == [client.wait(99), client.wait(99), client.wait(99)]


def test_tokens_are_read_anew(start_command, tokens_file, late_write):
    """A client that is taken out is a stranger; a bad file changes nothing and is told."""
    server = start_command("--tokens", str(tokens_file))
    tokens_file.write_text(tokens_text({"ci": TOKENS["ci"]}))
    server.process.send_signal(signal.SIGHUP)
    _until(lambda: server.logged("reloaded"))
    stranger = Client(server.address, token="read-it")
    assert "UNAUTHENTICATED" == failure_of(stranger, late_write).code
    tokens_file.write_text("[clients.ci]\nsha256 = 1\n")
    server.process.send_signal(signal.SIGHUP)
    _until(lambda: server.times("reload_failed"))
    assert "clients.ci.sha256" in server.logged("reload_failed")[0]["reason"]
    with Client(server.address, token="check-it") as client:
        assert client.evaluate(late_write)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("clients = 1", "[clients.NAME]"),
        ("[clients]\n[more]", "[clients.NAME]"),
        ("nonsense", "not TOML"),
        ("[clients.a]\ntoken = 'x'", "clients.a: a table of"),
        (f"[clients.a]\nsha256 = '{'A' * 64}'", "clients.a.sha256"),
        (f"[clients.a]\nsha256 = '{'a' * 64}'\nroles = []", "clients.a.roles: a list of evaluate"),
        (f"[clients.a]\nsha256 = '{'a' * 64}'\nroles = ['root']", "clients.a.roles"),
        (
            f"[clients.a]\nsha256 = '{'a' * 64}'\nroles = ['evaluate']\ncalls_per_second = 0",
            "clients.a.calls_per_second: a number over 0",
        ),
        (
            "".join(
                f"[clients.{n}]\nsha256 = '{'a' * 64}'\nroles = ['evaluate']\n" for n in ("a", "b")
            ),
            "clients.b.sha256: it is that of `a`",
        ),
    ],
)
def test_bad_tokens_are_named(tmp_path, text, told):
    """The place and what is allowed."""
    path = tmp_path / "tokens.toml"
    path.write_text(text)
    with pytest.raises(TokensError) as caught:
        Tokens(path)
    assert told in str(caught.value)
    with pytest.raises(TokensError, match="cannot read"):
        Tokens(tmp_path / "none")


def test_a_token_stays_on_this_machine_without_tls():
    """Nor is a certificate shown to just anybody."""
    with pytest.raises(ValueError, match="TLS"):
        Client("example.org:50051", token="secret")
    with pytest.raises(ValueError, match="authority"):
        Client("127.0.0.1:1", certificate=(b"", b""))
    assert 2 == main(["eval", "--server", "example.org:1", "--token-file", __file__, __file__])
