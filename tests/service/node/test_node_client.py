"""A client in another language, made from the shipped protos, gets the library's answers."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path

import google.rpc
import pytest
from google.protobuf import json_format
from google.rpc import status_pb2

from swapin.model import Depth, FaultError
from swapin.service import errors
from swapin.service.wire_verdict import verdict_to_proto
from swapin.v1 import verdict_pb2

HERE = Path(__file__).parent
PROTOS = (HERE.parents[2] / "proto", Path(next(iter(google.rpc.__path__))).parents[1])


@pytest.fixture(scope="module")
def node_client(tmp_path_factory):
    """The folder of the client, with its packages installed."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    folder = tmp_path_factory.mktemp("node-client")
    for name in ("package.json", "client.mjs"):
        shutil.copy(HERE / name, folder)
    subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"],
        cwd=folder,
        check=True,
        timeout=300,
    )
    return folder


def ask(folder, address, request):
    """Run the client; what it printed."""
    done = subprocess.run(
        ["node", "client.mjs", address, *map(str, PROTOS)],
        cwd=folder,
        input=json.dumps(request),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout)


def test_node_gets_the_librarys_answers(
    node_client, start_server, program, late_write, descriptions
):
    """Unary and stream, verdict and error, are the library's."""
    sent = descriptions[:40]
    answer = ask(
        node_client,
        start_server().address,
        {"fault": late_write, "faults": sent, "depth": "DEPTH_RULES"},
    )

    def parsed(verdict):
        return json_format.ParseDict(verdict, verdict_pb2.Verdict())

    def expected(description):
        try:
            return verdict_to_proto(program.evaluate(description, Depth.RULES))
        except FaultError:
            return None

    assert expected(late_write) == parsed(answer["unary"])
    assert [expected(description) for description in sent] == [
        parsed(result["verdict"]) if result["kind"] == "verdict" else None
        for result in answer["stream"]
    ]


def test_node_reads_the_rich_error(node_client, start_server, late_write):
    """The details of an error arrive where every gRPC library looks for them."""
    answer = ask(
        node_client,
        start_server().address,
        {"fault": late_write, "faults": [], "depth": "DEPTH_NONE"},
    )
    (raw,) = answer["refused"]["details"]
    status = status_pb2.Status.FromString(base64.b64decode(raw))

    assert "INVALID_ARGUMENT" == answer["refused"]["code"]
    assert ["kernel.release"] == [problem.field for problem in errors.problems_of(status)]
