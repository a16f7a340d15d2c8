#!/opt/swapin/bin/python
"""Exit with 0 if a server says that it serves.

For an exec probe: the gRPC probe that is built into the kubelet knows no TLS.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc


def main() -> int:
    """Ask once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", metavar="HOST:PORT")
    parser.add_argument("--service", default="", help="its full name; default: the whole server")
    parser.add_argument(
        "--ca", type=Path, metavar="PEM", help="speak TLS, and trust this authority"
    )
    parser.add_argument("--name", metavar="HOST", help="the name that the certificate is for")
    parser.add_argument("--cert", type=Path, metavar="PEM", help="a client certificate")
    parser.add_argument("--key", type=Path, metavar="PEM", help="and its private key")
    parser.add_argument("--timeout", type=float, default=3.0, metavar="S")
    args = parser.parse_args()
    if args.ca is None:
        channel = grpc.insecure_channel(args.address)
    else:
        credentials = grpc.ssl_channel_credentials(
            args.ca.read_bytes(),
            args.key.read_bytes() if args.key else None,
            args.cert.read_bytes() if args.cert else None,
        )
        options = [("grpc.ssl_target_name_override", args.name)] if args.name else []
        channel = grpc.secure_channel(args.address, credentials, options)
    stub: Any = health_pb2_grpc.HealthStub(channel)
    request = health_pb2.HealthCheckRequest(service=args.service)
    try:
        status = stub.Check(request, timeout=args.timeout).status
    except grpc.RpcError as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if status == health_pb2.HealthCheckResponse.SERVING else 1


if __name__ == "__main__":
    sys.exit(main())
