"""Bad input of every kind that strangers send: a result or a reason, never anything else.

``SWAPIN_FUZZ=N`` asks for N examples of each kind instead of 150; ``make test-slow`` does.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swapin.analysis.query import read_query
from swapin.cli import main
from swapin.life.litmus import read_litmus
from swapin.model import Depth, FaultError, LifeError, Verdict
from swapin.program import Program
from swapin.program.ptes import PteCodec
from swapin.service.answers import Answers
from swapin.v1 import fault_pb2

EXAMPLES = int(os.environ.get("SWAPIN_FUZZ", "150"))
many = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

few = settings(many, max_examples=max(EXAMPLES // 8, 1))
"""For what runs the command each time."""

GOOD: dict[str, Any] = {
    "kernel": {"release": "6.1"},
    "architecture": "x86_64",
    "swap_device": {"backend": "null_blk", "stable_writes": True},
    "pte": {"raw": "0x7fffffffffbfe0a", "swp_exclusive": True},
    "access": {"write": True},
    "folio": {"fresh": False, "ksm": False, "writeback": True},
    "swap_count": 2,
}
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(["6.1", "7.3", "x86_64", "zram", "true", "0x0", "-1"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
paths = [(), *((key,) for key in GOOD)]
paths += [(key, name) for key, held in GOOD.items() if isinstance(held, dict) for name in held]


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A good description with up to three places changed, taken out or added."""
    description = json.loads(json.dumps(GOOD))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(paths))
        if not path:
            description[draw(st.text(max_size=12))] = draw(values)
            continue
        holder = description
        for key in path[:-1]:
            holder = holder.get(key, {}) if isinstance(holder, dict) else {}
        if not isinstance(holder, dict):
            continue
        if draw(st.booleans()):
            holder[path[-1]] = draw(values)
        else:
            holder.pop(path[-1], None)
    return description


def answer_of(ask: Callable[[], object]) -> object:
    """What is answered, or nothing where it is refused in words; anything else fails the test."""
    try:
        answer = ask()
    except (FaultError, LifeError) as error:
        refused = error
    else:
        assert answer is not None
        return answer
    told = refused.problems if isinstance(refused, FaultError) else [refused]
    assert told
    assert all(map(str, told))
    return None


@many
@given(st.one_of(values, spoiled()))
def test_descriptions(program: Program, description: Any) -> None:
    """Of any JSON, and of a good one with something wrong."""
    verdict = answer_of(lambda: program.evaluate(description, Depth.DECIDING))
    assert verdict is None or isinstance(verdict, Verdict)


@few
@given(st.lists(st.one_of(st.text(max_size=40), spoiled().map(json.dumps)), max_size=6))
def test_json_lines(tmp_path_factory: Any, lines: list[str]) -> None:
    """One bad line never stops the others: an object a line, in order, and the status says it."""
    text = "\n".join(line.replace("\n", " ").replace("\r", " ") for line in lines)
    file = tmp_path_factory.getbasetemp() / "lines.jsonl"
    file.write_text(text + "\n", encoding="utf-8", errors="replace")
    assert main(["eval", str(file), "--json"]) in (0, 2)


@many
@given(st.one_of(st.binary(max_size=64), spoiled().map(json.dumps).map(str.encode)))
def test_bytes_of_messages(program: Program, raw: bytes) -> None:
    """What parses is answered, or refused with a reason."""
    fault = fault_pb2.Fault()
    try:
        fault.ParseFromString(raw)
    except DecodeError:
        return
    answered(Answers(program, 0), fault)


@many
@given(spoiled())
def test_messages(program: Program, description: Any) -> None:
    """The same for messages that are nearly right."""
    fault = fault_pb2.Fault()
    try:
        json_format.ParseDict(description, fault, ignore_unknown_fields=True)
    except json_format.ParseError:
        return
    answered(Answers(program, 0), fault)


def answered(answers: Answers, fault: fault_pb2.Fault) -> None:
    answer = answers.answer(fault, Depth.DECIDING)
    if answer.refused:
        error: status_pb2.Status = answer.result.error
        assert grpc.StatusCode.INVALID_ARGUMENT.value[0] == error.code
        told = error_details_pb2.ErrorInfo()
        assert any(detail.Unpack(told) for detail in error.details)
        assert told.reason
    else:
        assert answer.result.HasField("verdict")


@many
@given(
    st.one_of(st.text(max_size=30), st.integers(), st.integers(0, 2**64).map(hex)),
    st.sampled_from(["x86_64", "arm64", "arm", "s390x", "nonsense"]),
    st.sampled_from(["5.10", "6.1", "7.3", "1.0"]),
)
def test_raw_ptes(program: Program, value: Any, architecture: str, kernel: str) -> None:
    """Of any value, architecture and kernel."""
    codec = PteCodec(program.catalog)
    answer_of(lambda: codec.decode(value, architecture, kernel))


WORDS = ["folio.ksm", "folio.writeback", "write=WRITE_COPIED", "&", "|", "~", "(", ")", "=", " "]


@many
@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(WORDS), max_size=12).map("".join)))
def test_expressions(program: Program, text: str) -> None:
    """Of any text, and of the right words in any order."""
    answer_of(lambda: read_query(text, program.catalog))


LINES = ["name: S-O", "init: P0 store 1", "P0: store 2", "exists: P0:r0=2", "never: leak", "?", ""]


@many
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(LINES)).map("\n".join)))
def test_litmus_files(text: str) -> None:
    """Of any text, and of the right lines in any order."""
    answer_of(lambda: read_litmus(text, "fuzz"))


@few
@given(st.one_of(st.binary(max_size=80), values.map(json.dumps).map(str.encode)))
def test_observations(tmp_path_factory: Any, raw: bytes) -> None:
    """Files of observations: the status says whether every line could be read."""
    file = tmp_path_factory.getbasetemp() / "observations.jsonl"
    file.write_bytes(raw)
    assert main(["audit", str(file)]) in (0, 1, 2)


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe", b"\x00" * 9, b"{" * 5000, b"[" * 100_000, b"\x1f\x8b\x08"]
)
def test_what_broke_others(raw: bytes, tmp_path: Any, capsys: Any, monkeypatch: Any) -> None:
    """Nothing, other encodings, zeros, depth that a parser recurses on, a gzip that is cut off."""
    file = tmp_path / "faults.jsonl"
    file.write_bytes(raw)
    for command in (["eval", "--json"], ["audit"], ["replay"]):
        assert main([command[0], str(file), *command[1:]]) in (0, 2)
    with file.open(encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert main(["eval", "-", "--json"]) in (0, 2)
    assert "Traceback" not in capsys.readouterr().err
