"""Check, diff and reach by a server: the library's bytes, and limits."""

from __future__ import annotations

import asyncio
import json

import grpc
import pytest

from swapin.analysis import check, diff, reach, read_query, side_of
from swapin.cli import main
from swapin.life.decide import Decider
from swapin.life.lives import explore
from swapin.model import FaultError
from swapin.service.client import Client, ServiceError
from swapin.v1 import analysis_service_pb2 as pb
from swapin.v1 import analysis_service_pb2_grpc as pb_grpc

STABLE = "swap_device.stable_writes"


@pytest.fixture
def analysis(start_server):
    with Client(start_server().address, timeout=60) as client:
        yield client.analysis


def told(report):
    return json.dumps(report.to_dict(), ensure_ascii=False)


def test_check(analysis, catalog):
    """Every kernel, as the library checks it; progress comes before and never goes back."""
    seen = []
    answer = analysis.check(progress=lambda done, total: seen.append((done, total)))

    sides = [side_of(catalog, name) for name in catalog.kernels]
    assert [told(report) for report in check(sides)] == [
        json.dumps(report, ensure_ascii=False) for report in answer
    ]
    assert (0, len(sides)) == seen[0]
    assert sorted(seen) == seen


def test_diff(analysis, catalog):
    """Two kernels, as the library compares them."""
    answer = analysis.diff({"kernel": "v2-posted"}, {"kernel": "5.19"})

    expected = diff(side_of(catalog, "v2-posted"), side_of(catalog, "5.19"))
    assert told(expected) == json.dumps(answer, ensure_ascii=False)
    assert answer["differences"]


def test_reach(analysis, catalog):
    """A rule on one device, as the library looks for it."""
    answer = analysis.reach("writeback.stable-writes", ["6.1", "6.12"], ["zram"])

    query = read_query("writeback.stable-writes", catalog)
    expected = reach(catalog, query, ["6.1", "6.12"], ["zram"])
    assert told(expected) == json.dumps(answer, ensure_ascii=False)


def test_explore(analysis, program):
    """Every life of a page within a bound, as the library goes through them."""
    seen = []
    side = {"kernel": "v2-posted", "stack": ["null_blk"], "facts": {STABLE: True}}
    answer = analysis.explore(side, steps=4, progress=lambda *now: seen.append(now))

    decider = Decider(program, "v2-posted", backend="null_blk", given={STABLE: True})
    expected = explore(decider, steps=4)
    assert told(expected) == json.dumps(answer, ensure_ascii=False)
    assert ["P0: store", "P0: reclaim", "P0: store"] == answer["life"]
    assert (0, 4) == seen[0]


def test_explore_is_bounded(analysis):
    """Too many steps are refused before any work, too many processes by their field."""
    with pytest.raises(ServiceError, match="RESOURCE_EXHAUSTED"):
        analysis.explore({"kernel": "7.3"}, steps=40)
    with pytest.raises(FaultError, match="processes"):
        analysis.explore({"kernel": "7.3"}, processes=9)
    with pytest.raises(FaultError, match=r"5\.9"):
        analysis.explore({"kernel": "5.9"})


@pytest.mark.parametrize(
    ("ask", "field"),
    [
        (lambda a: a.check([{"kernel": "9.9"}]), "kernel.release"),
        (lambda a: a.check([{"architecture": "arm"}]), "sides[0].kernel"),
        (lambda a: a.diff({"kernel": "6.1"}, {"kernel": "6.2"}, ["x"]), "outcomes"),
        (lambda a: a.reach("folio.writeback &"), "expression"),
        (lambda a: a.reach("folio.ksm", facts={"folio.no": True}), "facts"),
        (lambda a: a.reach("folio.ksm", devices=["zramm"]), "devices"),
    ],
)
def test_bad_requests(analysis, ask, field):
    """What is wrong is named by its field, as the library names it."""
    with pytest.raises(FaultError) as refused:
        ask(analysis)
    (problem,) = refused.value.problems
    assert field == problem.field


def test_too_costly(start_server):
    """The cost is known before work starts."""
    with Client(start_server(max_analysis_steps=10).address) as client:
        with pytest.raises(ServiceError) as refused:
            client.analysis.check()
        assert ("RESOURCE_EXHAUSTED", "ANALYSIS_TOO_COSTLY") == (
            refused.value.code,
            refused.value.reason,
        )
        assert 1 == len(client.analysis.check([{"kernel": "6.1"}]))


def test_deadline_and_cancelling(start_server):
    """A call that is not wanted any more ends, and the next is answered."""
    address = start_server().address
    with grpc.insecure_channel(address) as channel:
        stub = pb_grpc.AnalysisServiceStub(channel)
        call = stub.Check(pb.CheckRequest(), timeout=60)
        assert 0 == next(call).progress.done
        call.cancel()
        with pytest.raises(grpc.RpcError):
            list(call)
        with pytest.raises(grpc.RpcError) as late:
            list(stub.Check(pb.CheckRequest(), timeout=0.001))
        assert grpc.StatusCode.DEADLINE_EXCEEDED is late.value.code()
    with Client(address, timeout=60) as client:
        assert client.analysis.check([{"kernel": "6.1"}])


def test_a_server_stops_after_what_was_cancelled(serving):
    """Its thread has ended and its line is in the log; nothing outlives the loop."""

    async def cancelled():
        async with serving() as running, grpc.aio.insecure_channel(running.address) as channel:
            call = pb_grpc.AnalysisServiceStub(channel).Check(pb.CheckRequest(), timeout=60)
            await call.read()
            call.cancel()
        return running.logged("call_finished"), asyncio.all_tasks() - {asyncio.current_task()}

    (line,), left = asyncio.run(cancelled())
    assert ("CANCELLED", set()) == (line["code"], left)


@pytest.mark.parametrize(
    "command",
    [
        ["check", "--kernel", "v2-posted", "--kernel", "6.1"],
        ["diff", "v2-posted", "5.19"],
        ["reach", "writeback.stable-writes", "--kernel", "6.1", "--backend", "null_blk"],
    ],
)
def test_the_command_by_a_server(start_server, command, capsys):
    """With and without ``--server``: the same bytes and exit status."""
    here = main([*command, "--json"]), capsys.readouterr().out

    assert here == (main([*command, "--server", start_server().address]), capsys.readouterr().out)
