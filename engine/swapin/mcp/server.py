"""The tools over the Model Context Protocol, on standard input and output."""

from __future__ import annotations

import json
import threading
from functools import partial
from typing import Any

import anyio
import mcp.types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from swapin.mcp.tools import INSTRUCTIONS, Tool, Tools
from swapin.program import Program

_WORKERS = 2
"""Calls that run at once; others wait. One takes a second of a core at most, as a rule."""


class _Unwanted(Exception):
    """Ends work that nobody waits for any more."""


async def serve(program: Program) -> None:
    """Answer until standard input ends. Nothing but the protocol goes to standard output."""
    server = server_of(program)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


def server_of(program: Program) -> Server[Any]:
    """The server of a program's tools."""
    from swapin import __version__

    tools = Tools(program)
    workers = anyio.CapacityLimiter(_WORKERS)

    async def list_tools(*_: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(tool) for tool in tools.all.values()])

    async def call_tool(_: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        if params.name not in tools.all:
            message = f"no tool `{params.name}`; there are {', '.join(tools.all)}"
            raise MCPError(types.INVALID_PARAMS, message)
        unwanted = threading.Event()

        def step() -> None:
            if unwanted.is_set():
                raise _Unwanted

        work = partial(tools.answer, params.name, params.arguments or {}, step)
        try:
            answer, answered = await anyio.to_thread.run_sync(
                work, limiter=workers, abandon_on_cancel=True
            )
        finally:
            # If the call was cancelled the thread ends at its next step.
            unwanted.set()
        text = json.dumps(answer, ensure_ascii=False)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)],
            structured_content=answer,
            is_error=not answered,
        )

    return Server(
        "swapin",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _described(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.schema,
        annotations=types.ToolAnnotations(
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )
