"""A grpc.aio server that evaluates nothing: what the library itself costs.

It gives ready-made answers to calls and to messages of a stream, and columns back as they came.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any

import grpc
import grpc.aio

from swapin.v1 import evaluation_service_pb2 as pb


def handlers(reply: bytes) -> dict[str, Any]:
    """Handlers by method.

    :param reply: the answer, in the bytes of the message of the method that is asked for.
    """

    async def call(request: pb.EvaluateFaultRequest, context: Any) -> Any:
        return one()

    async def stream(requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
        async for _ in requests:
            yield many()

    async def columns(request: bytes, context: Any) -> bytes:
        return request

    # Parsed once, by the method that is asked for; what is sent is written each time.
    one = cache(lambda: pb.EvaluateFaultResponse.FromString(reply))
    many = cache(lambda: pb.StreamEvaluateFaultsResponse.FromString(reply))
    return {
        "EvaluateFault": grpc.unary_unary_rpc_method_handler(
            call,
            request_deserializer=pb.EvaluateFaultRequest.FromString,
            response_serializer=pb.EvaluateFaultResponse.SerializeToString,
        ),
        "StreamEvaluateFaults": grpc.stream_stream_rpc_method_handler(
            stream,
            request_deserializer=pb.StreamEvaluateFaultsRequest.FromString,
            response_serializer=pb.StreamEvaluateFaultsResponse.SerializeToString,
        ),
        "EvaluateColumns": grpc.unary_unary_rpc_method_handler(columns),
    }


async def serve(listen: str, port_file: Path, reply: Path) -> None:
    """Serve until SIGTERM."""
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", -1)])
    methods = handlers(reply.read_bytes())
    generic = grpc.method_handlers_generic_handler("swapin.v1.EvaluationService", methods)
    server.add_generic_rpc_handlers((generic,))
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
