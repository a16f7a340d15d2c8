"""The page on the MCP server is true."""

from __future__ import annotations

import json
import re
from pathlib import Path

from swapin.cli import parser
from swapin.mcp.answers import MOST_CUBES, MOST_DIFFERENCES
from swapin.mcp.tools import Tools
from swapin.program import Program


def test_examples_are_answered_so(root: Path, program: Program) -> None:
    """Each example gets exactly the answer that is shown; each tool has a row and an example."""
    text = (root / "docs" / "mcp.md").read_text(encoding="utf-8")
    configured, *examples = map(json.loads, re.findall(r"```json\n(.*?)```", text, re.DOTALL))
    tools = Tools(program)
    shown = list(zip(examples[::2], examples[1::2], strict=True))

    for asked, expected in shown:
        answer, answered = tools.answer(asked["name"], asked["arguments"], lambda: None)
        assert answered == ("error" not in expected)
        del answer["catalog"], answer["rules_edition"]
        assert expected == answer
    assert {asked["name"] for asked, _ in shown} == set(tools.all)
    for name, tool in tools.all.items():
        row = re.search(rf"^\| `{name}` \| (.*?) \|", text, re.MULTILINE)
        assert row is not None
        assert all(f"`{field}`" in row[1] for field in tool.schema["properties"])
    assert f"{MOST_CUBES} cases are told, and {MOST_DIFFERENCES} differences" in text
    # The command that a client is told to run is one.
    (server,) = configured["mcpServers"].values()
    assert "swapin" == server["command"]
    assert "mcp" == parser().parse_args(server["args"]).command
