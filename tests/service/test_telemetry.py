"""OpenTelemetry, as a real receiver of OTLP sees it."""

from __future__ import annotations

import gzip
import http.server
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.metrics.v1 import (
    metrics_service_pb2,
    metrics_service_pb2_grpc,
)
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import evaluation_service_pb2_grpc, fault_pb2

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
ONE = "swapin.v1.EvaluationService/EvaluateFault"
MANY = "swapin.v1.EvaluationService/BatchEvaluateFaults"


class Received:
    """What came to a receiver."""

    def __init__(self):
        self.traces, self.metrics = [], []

    @property
    def spans(self):
        """Each with its attributes, by request id."""
        return {
            values["swapin.request_id"]: (span, values)
            for request in self.traces
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
            for values in [attributes(span)]
        }

    def points(self, name):
        """The last points of a metric of each process, each with its attributes."""
        found = {}
        for request in self.metrics:
            for resource in request.resource_metrics:
                instance = attributes(resource.resource)["service.instance.id"]
                for scope in resource.scope_metrics:
                    for metric in scope.metrics:
                        if metric.name == name:
                            data = getattr(metric, metric.WhichOneof("data"))
                            found[instance] = data.data_points
        return [(point, attributes(point)) for points in found.values() for point in points]

    def resources(self):
        return [
            attributes(resource.resource)
            for request in self.traces
            for resource in request.resource_spans
        ]


def attributes(holder):
    return {
        pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in holder.attributes
    }


class Traces(trace_service_pb2_grpc.TraceServiceServicer):
    def __init__(self, received):
        self._received = received

    def Export(self, request, context):  # noqa: N802
        self._received.traces.append(request)
        return trace_service_pb2.ExportTraceServiceResponse()


class Metrics(metrics_service_pb2_grpc.MetricsServiceServicer):
    def __init__(self, received):
        self._received = received

    def Export(self, request, context):  # noqa: N802
        self._received.metrics.append(request)
        return metrics_service_pb2.ExportMetricsServiceResponse()


@pytest.fixture
def by_grpc(monkeypatch):
    """A collector that speaks gRPC, to which the environment leads."""
    received = Received()
    server = grpc.server(ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Traces(received), server)
    metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(Metrics(received), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    yield received
    server.stop(None).wait()


@pytest.fixture
def by_http(monkeypatch):
    """A collector that speaks HTTP."""
    received = Received()
    kinds = {
        "/v1/traces": (received.traces, trace_service_pb2.ExportTraceServiceRequest),
        "/v1/metrics": (received.metrics, metrics_service_pb2.ExportMetricsServiceRequest),
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Encoding"] == "gzip":
                body = gzip.decompress(body)
            kept, message = kinds[self.path]
            kept.append(message.FromString(body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield received
    server.shutdown()
    thread.join()
    server.server_close()


def fault_of(description):
    return json_format.ParseDict(description, fault_pb2.Fault())


def ask(address, description):
    """One call of each kind, told apart by their request ids."""
    one, bad = fault_of(description), fault_of({"kernel": {"release": "1.0"}})
    with grpc.insecure_channel(address) as channel:
        stub = evaluation_service_pb2_grpc.EvaluationServiceStub(channel)
        parent = ("traceparent", f"00-{TRACE}-{PARENT}-01"), ("tracestate", "vendor=value")
        stub.EvaluateFault(
            pb.EvaluateFaultRequest(fault=one), metadata=(*parent, ("x-request-id", "child"))
        )
        stub.BatchEvaluateFaults(
            pb.BatchEvaluateFaultsRequest(faults=[one, one, bad]),
            metadata=(("x-request-id", "batch"),),
        )
        with pytest.raises(grpc.RpcError):
            stub.EvaluateFault(
                pb.EvaluateFaultRequest(fault=bad), metadata=(("x-request-id", "bad"),)
            )
        with pytest.raises(grpc.RpcError):
            channel.unary_unary("/a.stranger/asks")(b"", metadata=(("x-request-id", "other"),))


def test_spans_and_numbers(start_command, by_grpc, late_write):
    """A span of each call under its parent, counts of all; sent when the server ends."""
    command = start_command("--otel")
    ask(command.address, late_write)
    command.process.terminate()
    assert 0 == command.process.wait(20)
    spans = by_grpc.spans

    assert {"child": ONE, "batch": MANY, "bad": ONE, "other": "_OTHER"} == {
        request_id: span.name for request_id, (span, _) in spans.items()
    }
    child, told = spans["child"]
    assert (TRACE, PARENT, "vendor=value") == (
        child.trace_id.hex(),
        child.parent_span_id.hex(),
        child.trace_state,
    )
    assert child.SPAN_KIND_SERVER == child.kind
    assert child.start_time_unix_nano < child.end_time_unix_nano
    assert {
        "rpc.system.name": "grpc",
        "rpc.method": ONE,
        "rpc.response.status_code": "OK",
        "swapin.request_id": "child",
        "swapin.faults": 1,
        "swapin.faults.refused": 0,
        "swapin.verdicts.undetermined": 1,
    } == told
    batch, told = spans["batch"]
    assert b"" == batch.parent_span_id
    assert TRACE != batch.trace_id.hex()
    assert (3, 1) == (told["swapin.faults"], told["swapin.faults.refused"])
    assert "INVALID_ARGUMENT" == spans["bad"][1]["rpc.response.status_code"]
    assert 0 == spans["bad"][0].status.code
    assert "UNIMPLEMENTED" == spans["other"][1]["error.type"]
    assert 2 == spans["other"][0].status.code

    counted = {
        (told["rpc.method"], told["rpc.response.status_code"]): point.count
        for point, told in by_grpc.points("rpc.server.call.duration")
    }
    assert {
        (ONE, "OK"): 1,
        (MANY, "OK"): 1,
        (ONE, "INVALID_ARGUMENT"): 1,
        ("_OTHER", "UNIMPLEMENTED"): 1,
    } == counted
    assert [5] == [point.as_int for point, _ in by_grpc.points("swapin.faults")]
    assert [2] == [point.as_int for point, _ in by_grpc.points("swapin.faults.refused")]
    assert [0] == [point.as_int for point, _ in by_grpc.points("swapin.calls.in_flight")]
    assert {"swapin"} == {told["service.name"] for told in by_grpc.resources()}
    everything = b"".join(m.SerializeToString() for m in [*by_grpc.traces, *by_grpc.metrics])
    for word in (b"null_blk", b"x86_64", b"1.0/", b"stranger"):
        assert word not in everything


def test_workers_over_http(start_command, by_http, late_write, monkeypatch):
    """Each worker sends for itself, under an instance of its own; the name is the operator's."""
    monkeypatch.setenv("OTEL_SERVICE_NAME", "swapin-of-this-test")
    command = start_command("--otel", "--workers", "2")
    options = (("grpc.use_local_subchannel_pool", 1),)
    asked = 0
    while {line["worker"] for line in command.logged("call_finished")} != {0, 1}:
        with grpc.insecure_channel(command.address, options) as channel:
            stub = evaluation_service_pb2_grpc.EvaluationServiceStub(channel)
            stub.EvaluateFault(pb.EvaluateFaultRequest(fault=fault_of(late_write)), timeout=20)
        asked += 1
        assert asked < 1000
    command.process.terminate()
    assert 0 == command.process.wait(20)

    assert asked == len(by_http.spans)
    counted = by_http.points("rpc.server.call.duration")
    assert asked == sum(point.count for point, _ in counted)
    assert 2 == len({told["service.instance.id"] for told in by_http.resources()})
    assert {"swapin-of-this-test"} == {told["service.name"] for told in by_http.resources()}


@pytest.mark.slow
def test_a_collector_that_hangs(start_command, late_write, monkeypatch):
    """Calls are answered, the end is late at most, and what was lost is said."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        command = start_command("--otel")
        ask(command.address, late_write)
        command.process.terminate()
        assert 0 == command.process.wait(20)

    assert 4 == len(command.logged("call_finished"))
    assert 1 == command.times("telemetry_not_sent")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("OTEL_TRACES_EXPORTER", "zipkin"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")],
)
def test_what_is_not_there(refused_command, monkeypatch, variable, value):
    """An exporter or protocol that is not there is status 2, not silence."""
    monkeypatch.setenv(variable, value)
    status, log = refused_command("--listen", "127.0.0.1:0", "--otel")

    assert 2 == status
    assert f"{variable}: `{value}`" in log


def test_nothing_is_imported_when_off():
    """Neither OpenTelemetry nor the other extras."""
    code = """
import asyncio, io, sys
from swapin.program import Program
from swapin.catalog import load_catalog
from swapin.service.logs import make_log
from swapin.service.serving import serve
from swapin.service.server import Server, ServerOptions

async def main():
    program = Program(load_catalog(strict=True))
    server = Server(program, ServerOptions(listen="127.0.0.1:0"), make_log(io.StringIO()))
    await server.start()
    await server.stop()

asyncio.run(main())
extras = {"opentelemetry", "grpc_channelz", "prometheus_client"}
print(sorted(extras & {name.partition(".")[0] for name in sys.modules}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]\n" == done.stdout
