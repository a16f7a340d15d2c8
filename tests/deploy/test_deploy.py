"""What is under ``deploy/`` is valid by the tools that read it, and true of the server.

A tool that is missing skips its test: docs/deploy.md says which are used and how to get them.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2

from swapin.cli import parser
from swapin.service.server import SERVICES
from swapin.v1 import (
    analysis_service_pb2,
    catalog_service_pb2,
    evaluation_service_pb2,
    pte_service_pb2,
)

DEPLOY = Path(__file__).parents[2] / "deploy"
UNIT = DEPLOY / "systemd" / "swapin.service"
TOKEN = "a-token-of-this-test"
FAULT = {
    "kernel": {"release": "6.1"},
    "architecture": "x86_64",
    "swap_device": {"backend": "null_blk", "stable_writes": True},
    "pte": {"swp_exclusive": True},
    "access": {"write": True},
    "folio": {"fresh": False, "ksm": False, "writeback": True},
}


def tool(name: str) -> str:
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is missing")
    return found


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a tool that must find nothing; its output."""
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout + done.stderr


def unit_commands() -> dict[str, str]:
    text = UNIT.read_text(encoding="utf-8").replace("\\\n", " ")
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))


def arguments_of_unit() -> list[str]:
    return shlex.split(unit_commands()["ExecStart"])[1:]


def arguments_of_deployment() -> list[str]:
    text = (DEPLOY / "kubernetes" / "deployment.yaml").read_text(encoding="utf-8")
    (block,) = re.findall(r"^ +args:\n((?: +- .*\n)+)", text, re.MULTILINE)
    return re.findall(r"- (\S+)", block)


def arguments_of_container() -> list[str]:
    text = (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")
    (command,) = re.findall(r"^CMD (.*)$", text, re.MULTILINE)
    arguments: list[str] = json.loads(command)
    return arguments


def parsed(arguments: list[str]) -> Any:
    """What the command makes of them; it exits at a flag that it does not have."""
    return parser().parse_args(arguments)


@pytest.mark.parametrize(
    "arguments", [arguments_of_unit, arguments_of_deployment, arguments_of_container]
)
def test_the_command_has_these_flags(arguments: Any) -> None:
    """What unit, container and pod run is understood by the command."""
    assert "serve" == parsed(arguments()).command


def test_time_to_drain_is_given() -> None:
    """Who ends the server waits for longer than the server drains."""
    pod = (DEPLOY / "kubernetes" / "deployment.yaml").read_text(encoding="utf-8")
    (grace,) = re.findall(r"terminationGracePeriodSeconds: (\d+)", pod)
    (before,) = re.findall(r'\[sleep, "(\d+)"\]', pod)

    assert int(grace) > int(before) + parsed(arguments_of_deployment()).drain_seconds
    assert int(unit_commands()["TimeoutStopSec"]) > parsed(arguments_of_unit()).drain_seconds


def test_unit(tmp_path: Path) -> None:
    """systemd knows every line of the unit, and calls its exposure at most 1.5 of 10."""
    analyze = tool("systemd-analyze")
    text = UNIT.read_text(encoding="utf-8")
    assert text.count("ExecStart=/opt/swapin/bin/swapin ") == 1
    unit = tmp_path / "swapin.service"
    # It must exist to be verified.
    unit.write_text(text.replace("/opt/swapin/bin/swapin", tool("swapin")), encoding="utf-8")

    assert "" == run(analyze, "verify", "--man=no", unit)
    run(analyze, "security", "--offline=true", "--threshold=15", unit)


def test_unit_is_watched() -> None:
    """The server tells systemd that it lives, and has time to be late once."""
    unit = unit_commands()

    assert "notify" == unit["Type"]
    assert int(unit["WatchdogSec"]) >= 10


def test_containerfile() -> None:
    """hadolint finds nothing."""
    assert "" == run(tool("hadolint"), DEPLOY / "container" / "Containerfile")


def test_kubernetes_schemas() -> None:
    """Every object is of its schema, without fields that it does not have."""
    files = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    run(
        tool("kubernetes-validate"),
        "--strict",
        *(file for file in files if file.name != "kustomization.yaml"),
    )


def test_kustomization() -> None:
    """It builds, and no selector takes in the whole namespace."""
    built = run(tool("kubectl"), "kustomize", DEPLOY / "kubernetes")

    assert not re.findall(r"[sS]elector: \{\}", built)
    files = {path.name for path in (DEPLOY / "kubernetes").glob("*.yaml")}
    assert len(files) - 1 == built.count("\nkind: ") + built.startswith("kind: ")


@pytest.mark.parametrize(
    "check",
    [
        ("check", "config", "prometheus.yaml"),
        ("check", "rules", "rules.yaml"),
        ("test", "rules", "rules.test.yaml"),
    ],
    ids=" ".join,
)
def test_prometheus(check: tuple[str, ...]) -> None:
    """promtool accepts configuration and rules, and alerts fire when they should."""
    run(tool("promtool"), *check, cwd=DEPLOY / "prometheus")


@dataclass(frozen=True)
class Running:
    """A server with TLS and tokens."""

    address: str
    metrics: str
    authority: Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    trustme = pytest.importorskip("trustme")
    pytest.importorskip("prometheus_client")
    place = tmp_path_factory.mktemp("server")
    authority = trustme.CA()
    pair = authority.issue_cert("swapin")
    authority.cert_pem.write_to_path(place / "ca.crt")
    pair.cert_chain_pems[0].write_to_path(place / "tls.crt")
    pair.private_key_pem.write_to_path(place / "tls.key")
    digest = sha256(TOKEN.encode()).hexdigest()
    (place / "tokens.toml").write_text(
        f'[clients.test]\nsha256 = "{digest}"\nroles = ["evaluate", "analyse"]\n', encoding="utf-8"
    )
    command: list[str | Path] = [
        *(sys.executable, "-m", "swapin", "serve", "--listen", "127.0.0.1:0"),
        *("--port-file", place / "address", "--metrics", "127.0.0.1:0"),
        *("--tls-cert", place / "tls.crt", "--tls-key", place / "tls.key"),
        *("--tokens", place / "tokens.toml", "--drain-seconds", "1"),
    ]
    with (
        (place / "log").open("w+", encoding="utf-8") as log,
        subprocess.Popen(command, stderr=log) as process,
    ):
        try:
            wait_for(lambda: (place / "address").exists() or process.poll() is not None)
            logged = (place / "log").read_text(encoding="utf-8")
            assert process.poll() is None, logged
            events = [json.loads(line) for line in logged.splitlines()]
            (metrics,) = (
                event["address"] for event in events if event["event"] == "metrics_listening"
            )
            address = (place / "address").read_text(encoding="utf-8").strip()
            yield Running(address, metrics, place / "ca.crt")
        finally:
            process.terminate()


def wait_for(condition: Any, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "nothing came of it"
        time.sleep(0.05)


def test_metrics_of_the_rules_exist(server: Running) -> None:
    """Every metric that a rule reads is one that the server has."""
    with urllib.request.urlopen(f"http://{server.metrics}/metrics", timeout=10) as answer:
        told = set(re.findall(r"^# TYPE (\S+)", answer.read().decode(), re.MULTILINE))
    rules = (DEPLOY / "prometheus" / "rules.yaml").read_text(encoding="utf-8")
    read = set(re.findall(r"\b(swapin_\w+)", rules))

    assert read
    assert read <= told | {f"{name}_bucket" for name in told}, read - told


def test_probe(server: Running) -> None:
    """The probe says yes to a server, and no where there is none or to a stranger's name."""
    probe = (sys.executable, str(DEPLOY / "container" / "healthy.py"))
    trust = ("--ca", str(server.authority), "--name")
    run(*probe, server.address, *trust, "swapin", "--service", "swapin.v1.PteService")
    for wrong in [
        ("127.0.0.1:9", *trust, "swapin", "--timeout", "1"),
        (server.address, *trust, "other", "--timeout", "1"),
        (server.address, "--timeout", "1"),
    ]:
        done = subprocess.run((*probe, *wrong), capture_output=True, timeout=60, check=False)
        assert 1 == done.returncode, wrong


def service_config() -> str:
    return (DEPLOY / "service_config.json").read_text(encoding="utf-8")


def test_service_config_names_what_exists() -> None:
    """Its services and methods are those of the protos, and none is left out."""
    methods = {
        service.full_name: set(service.methods_by_name)
        for file in (
            evaluation_service_pb2,
            catalog_service_pb2,
            pte_service_pb2,
            analysis_service_pb2,
        )
        for service in file.DESCRIPTOR.services_by_name.values()
    }
    config = json.loads(service_config())
    names = [name for method in config["methodConfig"] for name in method["name"]]

    assert set(SERVICES) == {name["service"] for name in names if "method" not in name}
    assert config["healthCheckConfig"]["serviceName"] in methods
    for name in names:
        assert "method" not in name or name["method"] in methods[name["service"]], name


def answered_after(refusals: int, config: str) -> tuple[str, int]:
    """The code of a call to a server that refuses so many tries, and how many it saw."""
    seen = 0

    def answer(_: bytes, context: grpc.ServicerContext) -> bytes:
        nonlocal seen
        seen += 1
        if seen <= refusals:
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "full")
        return b""

    handler = grpc.unary_unary_rpc_method_handler(answer)
    server = grpc.server(ThreadPoolExecutor(1))
    server.add_generic_rpc_handlers(
        [
            grpc.method_handlers_generic_handler(
                "swapin.v1.EvaluationService", {"EvaluateFault": handler}
            )
        ]
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with grpc.insecure_channel(
            f"127.0.0.1:{port}", options=[("grpc.service_config", config)]
        ) as channel:
            untyped: Any = channel  # Its stubs ask for serializers; bytes need none.
            call = untyped.unary_unary("/swapin.v1.EvaluationService/EvaluateFault")
            try:
                call(b"", timeout=30)
            except grpc.RpcError as error:
                return error.code().name, seen
            return "OK", seen
    finally:
        server.stop(None)


def test_service_config_retries() -> None:
    """A client with it tries four times, no more; and what grpc cannot read would show."""
    assert ("OK", 4) == answered_after(3, service_config())
    assert ("RESOURCE_EXHAUSTED", 4) == answered_after(4, service_config())
    code, seen = answered_after(0, service_config().replace('"0.1s"', '"soon"'))
    assert code != "OK"
    assert 0 == seen


@pytest.fixture
def envoy_config(server: Running, tmp_path: Path, root: Path) -> tuple[Path, str]:
    """The configuration with the places of this test, and where it listens."""
    protoc = pytest.importorskip("grpc_tools.protoc")
    shared = Path(error_details_pb2.__file__).parents[2]
    known = Path(protoc.__file__).with_name("_proto")
    files = [path.relative_to(root / "proto") for path in (root / "proto").rglob("*.proto")]
    assert 0 == protoc.main(
        [
            *("protoc", f"-I{root / 'proto'}", f"-I{shared}", f"-I{known}", "--include_imports"),
            f"--descriptor_set_out={tmp_path / 'swapin.pb'}",
            *map(str, files),
            "google/rpc/error_details.proto",
        ]
    )
    shutil.copy(server.authority, tmp_path / "ca.crt")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    text = (DEPLOY / "envoy" / "envoy.yaml").read_text(encoding="utf-8")
    host, _, upstream = server.address.rpartition(":")
    for old, new in {
        "/etc/envoy": str(tmp_path),
        "port_value: 8080": f"port_value: {port}",
        "address: swapin, port_value: 50051": f"address: {host}, port_value: {upstream}",
    }.items():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "envoy.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "envoy.yaml", f"http://127.0.0.1:{port}"


@pytest.fixture
def envoy(envoy_config: tuple[Path, str]) -> Iterator[str]:
    """Envoy before the server; where it listens."""
    config, address = envoy_config
    command = [tool("envoy"), "-c", str(config), "--disable-hot-restart", "--concurrency", "1"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(lambda: answers(address) or process.poll() is not None)
            yield address
        finally:
            process.terminate()


def answers(address: str) -> bool:
    with contextlib.suppress(OSError):
        status, _ = post(
            f"{address}/grpc.health.v1.Health/Check", b"\0" * 5, "application/grpc-web"
        )
        return status == 200
    return False


def post(url: str, body: bytes, kind: str = "application/json") -> tuple[int, bytes]:
    """Send with curl what a browser or a script would; status and body of the answer."""
    command = [tool("curl"), "--silent", "--show-error", "--max-time", "30", "--data-binary", "@-"]
    for header in (f"content-type: {kind}", f"accept: {kind}", f"authorization: Bearer {TOKEN}"):
        command += ["--header", header]
    command += ["--write-out", "\\n%{http_code}", url]
    done = subprocess.run(command, input=body, capture_output=True, check=False)
    if done.returncode:
        raise ConnectionError(done.stderr.decode())
    answer, _, status = done.stdout.rpartition(b"\n")
    return int(status), answer


def test_envoy_accepts_it(envoy_config: tuple[Path, str]) -> None:
    """Envoy finds every extension and field."""
    assert " OK" in run(tool("envoy"), "--mode", "validate", "-c", envoy_config[0])


def test_json_and_web_through_envoy(envoy: str) -> None:
    """A fault as JSON and by gRPC-Web is answered, and a bad one refused with its field."""
    method = f"{envoy}/swapin.v1.EvaluationService/EvaluateFault"
    status, body = post(method, json.dumps({"fault": FAULT}).encode())
    assert 200 == status, body
    assert "ANSWER_NO" == json.loads(body)["verdict"]["outcomes"]["exclusive"]

    status, body = post(method, json.dumps({"fault": {"kernel": {"release": "6"}}}).encode())
    assert 400 == status, body
    assert b'"field"' in body

    request = evaluation_service_pb2.EvaluateFaultRequest()
    request.fault.kernel.release = "6.1"
    message = request.SerializeToString()
    frame = b"\0" + len(message).to_bytes(4) + message
    status, body = post(method, frame, "application/grpc-web+proto")
    assert 200 == status
    assert b"grpc-status:0" in body
    status, body = post(method, base64.b64encode(frame), "application/grpc-web-text+proto")
    # Each piece of it is padded by itself.
    pieces = (body[start : start + 4] for start in range(0, len(body), 4))
    assert b"grpc-status:0" in b"".join(map(base64.b64decode, pieces))
