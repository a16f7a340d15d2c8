"""What Prometheus gets, by its own parser."""

from __future__ import annotations

import time
import urllib.request

import grpc
import pytest
from prometheus_client.parser import text_string_to_metric_families

from swapin.service.client import Client


def scraped(address):
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def test_what_is_counted(start_command, program, late_write):
    """Calls by method and code, faults, verdicts that stay open, the fingerprint."""
    server = start_command("--metrics", "127.0.0.1:0")
    (listening,) = server.logged("metrics_listening")
    open_one = {"kernel": {"release": "6.1"}, "architecture": "x86_64"}
    with Client(server.address) as client:
        for description in (late_write, late_write, open_one):
            client.evaluate(description)
        with pytest.raises(Exception, match="kernel"):
            client.evaluate({"kernel": {"release": "1.0"}})
    with grpc.insecure_channel(server.address) as channel, pytest.raises(grpc.RpcError):
        channel.unary_unary("/a.stranger/asks")(b"", timeout=5)
    method = ("method", "/swapin.v1.EvaluationService/EvaluateFault")
    _until_written(server, 5)
    found = scraped(listening["address"])

    assert 3 == found["swapin_calls_total", ("code", "OK"), method]
    assert 1 == found["swapin_calls_total", ("code", "INVALID_ARGUMENT"), method]
    assert 1 == found["swapin_calls_total", ("code", "UNIMPLEMENTED"), ("method", "other")]
    assert 4 == found["swapin_call_seconds_count", method]
    # Whether the write copies stays open, as does all where the kernel alone is said.
    assert 3 == found[("swapin_verdicts_undetermined_total",)]
    lines = server.logged("call_finished")
    assert 3 == sum(line["undetermined"] for line in lines)
    assert 0 == found[("swapin_calls_in_flight",)]
    assert 0 == found[("swapin_degraded",)]
    assert 1 == found["swapin_catalog_info", ("fingerprint", program.catalog.fingerprint)]


def _until_written(server, count):
    until = time.monotonic() + 10
    while len(server.logged("call_finished")) < count:
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_taken_address(start_command):
    """The server does not start without the metrics it was asked for."""
    first = start_command("--metrics", "127.0.0.1:0")
    (listening,) = first.logged("metrics_listening")
    with pytest.raises(AssertionError, match="cannot_listen"):
        start_command("--metrics", listening["address"])
