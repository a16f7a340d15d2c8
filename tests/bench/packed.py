"""Many faults a message: streams and columns of bits, beside a server that evaluates nothing.

That server answers a stream's messages with ready-made ones, and gives columns back as they came.
One client, which neither reads nor writes messages, sends the same bytes to both.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import numpy as np
from decisions import FACTS, KERNEL
from measure import Row, interleaved, rows
from wire import request, running, served

from swapin.catalog import load_catalog
from swapin.columns import Bits
from swapin.columns.bits import words
from swapin.program import Program
from swapin.service.wire_columns import columns_to_proto
from swapin.v1 import evaluation_service_pb2 as pb

SERVICE = "/swapin.v1.EvaluationService"
A_MESSAGE = 1000
MESSAGES = 100
CALLS = 12
FAULTS = 1 << 18
"""Faults of a message of columns."""
OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def run(rounds: int) -> list[Row]:
    """Rows of the part."""
    faults = pb.StreamEvaluateFaultsRequest(faults=[request().fault] * A_MESSAGE)
    six, whole = _columns(FACTS, ["exclusive"]), _columns(_all_facts(), [])
    with served() as swapin, tempfile.TemporaryDirectory() as folder:
        reply = Path(folder) / "reply"
        with grpc.insecure_channel(swapin.address, OPTIONS) as channel:
            call = channel.stream_stream(f"{SERVICE}/StreamEvaluateFaults")
            reply.write_bytes(next(call(iter([faults.SerializeToString()]))))
        echo = [sys.executable, str(Path(__file__).with_name("empty.py")), str(reply)]
        with (
            running(echo) as empty,
            grpc.insecure_channel(swapin.address, OPTIONS) as ours,
            grpc.insecure_channel(empty.address, OPTIONS) as other,
        ):
            stream = faults.SerializeToString()
            figures = interleaved(
                rounds,
                {
                    "echo, stream": _stream(other, stream),
                    "swapin, stream": _stream(ours, stream),
                    "echo, columns of 6 facts": _unary(other, six),
                    "swapin, columns of 6 facts, one outcome": _unary(ours, six),
                    "echo, columns of every fact": _unary(other, whole),
                    "swapin, columns of every fact and outcome": _unary(ours, whole),
                },
            )
    found: list[Row] = []
    names = list(figures)
    for base, mine in zip(names[::2], names[1::2], strict=True):
        found += rows({base: figures[base], mine: figures[mine]}, "M faults/s", base)
    return found


def _all_facts() -> tuple[str, ...]:
    program = Program(load_catalog(strict=True))
    kernel = program.catalog.kernels[KERNEL]
    atoms = program.catalog.atoms
    return tuple(name for name in program.compiled(kernel).facts if not atoms[name].capability)


def _columns(names: tuple[str, ...], outcomes: list[str]) -> bytes:
    """A message with values by chance; most of its faults are impossible, which costs the same."""
    chance = np.random.default_rng(4)
    columns = {
        name: Bits(*(chance.integers(0, 1 << 64, words(FAULTS), np.uint64) for _ in range(2)))
        for name in names
    }
    message = pb.EvaluateColumnsRequest(
        common={"kernel": {"release": KERNEL}},
        faults=FAULTS,
        columns=columns_to_proto(columns, FAULTS),
        outcomes=outcomes,
    )
    return message.SerializeToString()


def _stream(channel: grpc.Channel, message: bytes) -> Callable[[], float]:
    method = channel.stream_stream(f"{SERVICE}/StreamEvaluateFaults")

    def messages() -> Iterator[bytes]:
        for _ in range(MESSAGES):
            yield message

    def measure() -> float:
        start = time.perf_counter()
        answers = sum(1 for _ in method(messages()))
        assert answers == MESSAGES
        return MESSAGES * A_MESSAGE / (time.perf_counter() - start) / 1e6

    return measure


def _unary(channel: grpc.Channel, message: bytes) -> Callable[[], float]:
    method = channel.unary_unary(f"{SERVICE}/EvaluateColumns")
    method(message)

    def measure() -> float:
        start = time.perf_counter()
        waiting = [method.future(message) for _ in range(CALLS)]
        for call in waiting:
            call.result()
        return CALLS * FAULTS / (time.perf_counter() - start) / 1e6

    return measure
