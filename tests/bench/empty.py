"""A grpc.aio server whose one method gives a ready-made answer: what the library itself costs."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path
from typing import Any

import grpc
import grpc.aio

from swapin.v1 import evaluation_service_pb2 as pb


async def serve(listen: str, port_file: Path, reply: Path) -> None:
    """Serve until SIGTERM."""
    answer = pb.EvaluateFaultResponse.FromString(reply.read_bytes())

    async def handle(request: pb.EvaluateFaultRequest, context: Any) -> pb.EvaluateFaultResponse:
        return answer

    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(
        handle,
        request_deserializer=pb.EvaluateFaultRequest.FromString,
        response_serializer=pb.EvaluateFaultResponse.SerializeToString,
    )
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler(
                "swapin.v1.EvaluationService", {"EvaluateFault": handler}
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
