"""The MCP server as its clients have it: the real process, asked by the official client."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import mcp.types as types
import pytest
from anyio.from_thread import start_blocking_portal

from mcp import Client, MCPError, StdioServerParameters, stdio_client
from swapin.catalog import Catalog

LATE_WRITE = {
    "kernel": {"release": "6.1"},
    "architecture": "x86_64",
    "swap_device": {"backend": "null_blk", "stable_writes": True},
    "pte": {"swp_exclusive": True},
    "access": {"write": True},
    "folio": {"fresh": False, "ksm": False, "writeback": True},
}
SOURCE = "mm/memory.c, do_swap_page, since v5.19, commit 1493a1913e34"
POSTED = '("[PATCH v2 1/8] mm/swap: remember PG_anon_exclusive via a swp pte bit")'

Ask = Callable[..., Any]


def answer_of(result: types.CallToolResult) -> dict[str, Any]:
    """What a call said, which the text says too."""
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    assert result.structured_content == json.loads(content.text)
    return json.loads(content.text)


@pytest.fixture(scope="module")
def client() -> Iterator[tuple[Any, Client]]:
    """The official client, connected to a real `swapin mcp`."""
    command = StdioServerParameters(command=sys.executable, args=["-m", "swapin", "mcp"])
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(stdio_client(command))) as connected,
    ):
        yield portal, connected


@pytest.fixture(scope="module")
def ask(client: tuple[Any, Client]) -> Ask:
    """Call a tool that answers."""
    portal, connected = client

    def asked(tool: str, /, **arguments: Any) -> dict[str, Any]:
        result = portal.call(connected.call_tool, tool, arguments)
        assert not result.is_error, result
        return answer_of(result)

    return asked


@pytest.fixture(scope="module")
def refused(client: tuple[Any, Client]) -> Ask:
    """Call a tool that refuses; the one problem that it names."""
    portal, connected = client

    def asked(tool: str, /, **arguments: Any) -> dict[str, Any]:
        result = portal.call(connected.call_tool, tool, arguments)
        assert result.is_error
        (problem,) = answer_of(result)["error"]["problems"]
        return problem

    return asked


def test_tools_are_typed_and_read_only(client: tuple[Any, Client], catalog: Catalog) -> None:
    """Four tools, none of which changes anything; names of the catalog are enumerated."""
    portal, connected = client
    tools = {tool.name: tool for tool in portal.call(connected.list_tools).tools}

    assert {"evaluate", "diff", "reach", "explain"} == set(tools)
    for tool in tools.values():
        assert tool.annotations.read_only_hint
        assert not tool.annotations.open_world_hint
        assert tool.input_schema["additionalProperties"] is False
    fault = tools["evaluate"].input_schema["properties"]["fault"]
    members = fault["properties"]
    assert list(catalog.kernels) == members["kernel"]["properties"]["release"]["enum"]
    assert list(catalog.architectures) == members["architecture"]["enum"]
    device = members["swap_device"]["properties"]
    assert list(catalog.backends) == device["backend"]["enum"] == device["stack"]["items"]["enum"]
    for name, fact in catalog.facts.items():
        holder, _, field = name.rpartition(".")
        schema = members[holder]["properties"][field] if holder else members[field]
        kind = "string" if fact.values else "boolean" if fact.equals is None else "integer"
        assert kind == schema["type"], name
    side = tools["diff"].input_schema["properties"]["before"]["properties"]
    assert list(catalog.kernels) == side["kernel"]["enum"]


def test_schemas_take_what_the_tools_take(client: tuple[Any, Client]) -> None:
    """The README's fault is valid; an unknown kernel or fact is not."""
    import jsonschema

    portal, connected = client
    tools = {tool.name: tool for tool in portal.call(connected.list_tools).tools}
    for name in ("evaluate", "explain"):
        check = jsonschema.Draft202012Validator(tools[name].input_schema)
        assert check.is_valid({"fault": LATE_WRITE})
        assert not check.is_valid({"fault": LATE_WRITE | {"kernel": {"release": "6.99"}}})
        assert not check.is_valid({"fault": LATE_WRITE | {"folio": {"kms": True}}})


def test_evaluate_cites_and_asks(ask: Ask) -> None:
    """A decided outcome has its rule and source; an open one the facts to say."""
    answer = ask("evaluate", fault=LATE_WRITE)

    exclusive = answer["outcomes"]["exclusive"]
    assert "ANSWER_NO" == exclusive["answer"]
    assert [{"rule": "writeback.stable-writes", "source": SOURCE}] == [
        {"rule": rule["rule"], "source": rule["source"]} for rule in exclusive["because"]
    ]
    write = answer["outcomes"]["write"]
    assert "WRITE_UNDETERMINED" == write["answer"]
    assert "because" not in write
    assert "folio.writeback_ended" in write["say"]
    assert set(write["say"]) <= set(answer["say"])
    assert ["swap_device.stable_writes=true overrides backend null_blk"] == answer["overrides"]
    assert "degraded" not in answer


def test_what_it_asks_for_settles_it(ask: Ask, catalog: Catalog) -> None:
    """Saying the facts that `say` names leaves nothing undetermined."""
    fault = json.loads(json.dumps(LATE_WRITE))
    for name in ask("evaluate", fault=fault)["say"]:
        holder, _, field = name.rpartition(".")
        fault.setdefault(holder, {})[field] = catalog.facts[name].usual_value
    answer = ask("evaluate", fault=fault)

    assert "say" not in answer
    assert not any(o["answer"].endswith("UNDETERMINED") for o in answer["outcomes"].values())


def test_the_question_of_the_thread(ask: Ask) -> None:
    """Is the stable-writes test of v2 inverted? Yes: on exactly these inputs, by these rules."""
    sides = {"before": {"kernel": "v2-posted"}, "after": {"kernel": "5.19"}}
    answer = ask("diff", **sides, outcomes=["exclusive"])

    assert not answer["same"]
    found = {
        (one["before"], one["after"]): one["exactly_when_one_of"] for one in answer["differences"]
    }
    common = "folio.ksm=false and folio.writeback=true and pte.swp_exclusive=true and "
    assert {
        ("ANSWER_YES", "ANSWER_NO"): [f"{common}swap_device.stable_writes=true"],
        ("ANSWER_NO", "ANSWER_YES"): [f"{common}swap_device.stable_writes=false"],
    } == found
    posted, merged = (
        answer["rules"][name]["writeback.stable-writes"] for name in ("v2-posted", "5.19")
    )
    assert posted["source"].endswith(POSTED)
    assert "the test is negated" in posted["because"]
    assert SOURCE == merged["source"]
    (told,) = ask("explain", name="writeback.stable-writes")["found"]
    assert told["when"].endswith("& swap_device.stable_writes")
    assert told["replaced_in"][0]["when"].endswith("& ~swap_device.stable_writes")


def test_the_other_question_of_the_thread(ask: Ask) -> None:
    """zram cannot reach it up to 6.2, as was found there; why, with the driver's source."""
    rule = "writeback.stable-writes"
    answer = ask("reach", query=rule, kernels=["5.19"], devices=["zram"])

    assert not answer["reachable"]
    (found,) = answer["answers"]
    assert all(reason["source"] for reason in found["blocked"])
    assert "drivers/block/zram/zram_drv.c, zram_add" in [r["source"] for r in found["blocked"]]
    assert ask("reach", query=rule, kernels=["6.12"], devices=["zram"])["reachable"]
    assert SOURCE == answer["rule"][0]["source"]


def test_rules_of_variants_are_cited_as_they_are(ask: Ask) -> None:
    """A rule that a variant replaces is cited for both."""
    kernels = ["v2-posted", "5.19"]
    answer = ask("reach", query="writeback.stable-writes", kernels=kernels)

    assert kernels == [rule["kernel"] for rule in answer["rule"]]
    assert answer["rule"][0]["source"].endswith(POSTED)
    assert SOURCE == answer["rule"][1]["source"]


def test_same_is_said(ask: Ask) -> None:
    """Sides that decide alike are the same, over every input."""
    answer = ask("diff", before={"kernel": "6.2"}, after={"kernel": "6.2", "facts": {}})

    assert answer["same"]
    assert "differences" not in answer
    assert answer["inputs_compared"] > 1_000_000


def test_long_differences_are_cut_and_counted(ask: Ask) -> None:
    """What is not told is counted."""
    answer = ask("diff", before={"kernel": "5.10"}, after={"kernel": "7.3"})

    assert 12 == len(answer["differences"])
    assert all(count > 0 for count in answer["differences_left_out"].values())
    assert len(json.dumps(answer)) < 16_000


def test_explain_a_fault(ask: Ask) -> None:
    """Deciding rules, a paragraph, and the fewest facts that would change it."""
    answer = ask("explain", fault=LATE_WRITE)

    exclusive = answer["outcomes"]["exclusive"]
    assert [["folio.writeback=false"], ["swap_device.stable_writes=false"]] == sorted(
        exclusive["would_differ_with"]
    )
    assert "writeback.stable-writes" in answer["prose"]
    assert SOURCE == exclusive["because"][0]["source"]


def test_explain_every_name(ask: Ask, catalog: Catalog) -> None:
    """One of each kind: what it is, and its source."""
    for name, kind in (
        ("folio.fresh", "fact"),
        (next(iter(catalog.invariants)), "invariant"),
        (next(iter(catalog.constraints)), "constraint"),
        (next(iter(catalog.transitions)), "transition"),
        ("v2-posted", "kernel"),
        ("arm64", "architecture"),
        ("zram", "backend"),
        ("write", "outcome"),
    ):
        (found,) = ask("explain", name=name)["found"]
        assert kind == found["kind"]
        cited = found["rules"] if kind == "outcome" else [found]
        assert all(re.match(r"[\w/.-]+\.\w|Documentation", one["source"]) for one in cited)


def test_unknown_names_are_refused_with_those_allowed(refused: Ask, catalog: Catalog) -> None:
    """Never guessed: an error that names the field, the nearest name and what may stand there."""
    kernel = refused("evaluate", fault={"kernel": {"release": "6.99"}})
    assert ("kernel.release", "UNKNOWN_NAME") == (kernel["field"], kernel["reason"])
    assert all(f"`{name}`" in kernel["message"] for name in catalog.kernels)

    device = {"backend": "zrm"}
    backend = refused("evaluate", fault={"kernel": {"release": "6.1"}, "swap_device": device})
    assert "did you mean `zram`?" in backend["message"]
    assert all(f"`{name}`" in backend["message"] for name in catalog.backends)

    fact = refused("evaluate", fault={"kernel": {"release": "6.1"}, "folio": {"kms": True}})
    assert "did you mean `folio.ksm`?" in fact["message"]
    assert [name for name in catalog.facts if name.startswith("folio.")] == fact["allowed"]

    side = {"kernel": "6.1", "facts": {"folio.kms": True}}
    named = refused("diff", before=side, after={"kernel": "6.2"})
    assert "before.facts.folio.kms" == named["field"]
    outcome = refused("diff", before={"kernel": "6.1"}, after={"kernel": "6.2"}, outcomes=["wrte"])
    assert "`write`" in outcome["message"]
    query = refused("reach", query="folio.wb")
    assert set(catalog.facts) == set(query["allowed"]["facts"])
    name = refused("explain", name="writeback")
    assert list(catalog.rules) == name["allowed"]["rules"]


@pytest.mark.parametrize(
    ("tool", "arguments", "field", "reason"),
    [
        ("evaluate", {}, "fault", "MISSING"),
        ("evaluate", {"fault": []}, "", "MALFORMED"),
        ("evaluate", {"fault": {}}, "kernel.release", "MISSING"),
        ("evaluate", {"fault": LATE_WRITE, "x": 1}, "x", "UNKNOWN_FIELD"),
        ("diff", {"before": {"kernel": "6.1"}}, "after", "MISSING"),
        ("diff", {"before": {}, "after": {}}, "before.kernel", "MISSING"),
        ("diff", {"before": 1, "after": {}}, "before", "WRONG_TYPE"),
        ("reach", {}, "query", "MISSING"),
        ("reach", {"query": "ksm", "kernels": "6.1"}, "kernels", "WRONG_TYPE"),
        ("explain", {}, "", "MALFORMED"),
        ("explain", {"name": "ksm", "fault": LATE_WRITE}, "", "MALFORMED"),
        ("explain", {"name": 1}, "name", "WRONG_TYPE"),
    ],
)
def test_wrong_input(
    refused: Ask, tool: str, arguments: dict[str, Any], field: str, reason: str
) -> None:
    """An input that no schema allows is refused by its field."""
    problem = refused(tool, **arguments)

    assert (field, reason) == (problem["field"], problem["reason"])


def test_costly_questions_are_refused(refused: Ask, catalog: Catalog) -> None:
    """The bound is that of the service: kernels times devices."""
    problem = refused("reach", query="ksm", devices=["zram"] * 4000)

    assert "4000 allowed" in problem["message"]


def test_unknown_tool(client: tuple[Any, Client]) -> None:
    """A tool that is not there is an error of the protocol, which names those that are."""
    portal, connected = client
    with pytest.raises(MCPError, match="evaluate, diff, reach, explain"):
        portal.call(connected.call_tool, "guess", {})
