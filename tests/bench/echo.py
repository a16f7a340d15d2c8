"""A grpc.aio server that gives ready-made answers to streams, and columns back as they came."""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import grpc.aio

from swapin.v1 import evaluation_service_pb2 as pb


async def serve(listen: str, port_file: Path, reply: Path) -> None:
    """Serve until SIGTERM."""
    answer = pb.StreamEvaluateFaultsResponse.FromString(reply.read_bytes())

    async def stream(requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
        async for _ in requests:
            yield answer

    async def columns(request: bytes, context: Any) -> bytes:
        return request

    server = grpc.aio.server(options=[("grpc.max_receive_message_length", -1)])
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler(
                "swapin.v1.EvaluationService",
                {
                    "StreamEvaluateFaults": grpc.stream_stream_rpc_method_handler(
                        stream,
                        request_deserializer=pb.StreamEvaluateFaultsRequest.FromString,
                        response_serializer=pb.StreamEvaluateFaultsResponse.SerializeToString,
                    ),
                    "EvaluateColumns": grpc.unary_unary_rpc_method_handler(columns),
                },
            ),
        )
    )
    port = server.add_insecure_port(listen)
    await server.start()
    port_file.write_text(f"127.0.0.1:{port}", encoding="utf-8")
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()
    await server.stop(0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("reply", type=Path)
    parser.add_argument("--listen", required=True)
    parser.add_argument("--port-file", type=Path, required=True)
    args = parser.parse_args()
    asyncio.run(serve(args.listen, args.port_file, args.reply))
