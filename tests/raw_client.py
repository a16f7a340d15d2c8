"""An HTTP/2 client that does what no gRPC library would, on frames of its own making."""

from __future__ import annotations

import contextlib
import socket
import time
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import h2.settings

from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import evaluation_service_pb2_grpc

STREAM = "/swapin.v1.EvaluationService/StreamEvaluateFaults"
UNARY = "/swapin.v1.EvaluationService/EvaluateFault"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frame(kind, flags=0, stream=0, payload=b""):
    """The bytes of one frame (RFC 9113, 4.1)."""
    return (
        len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload
    )


def message(request):
    """A message as gRPC frames it."""
    data = request.SerializeToString()
    return b"\0" + len(data).to_bytes(4, "big") + data


class RawClient:
    """One connection. Nothing is read, and so nothing acknowledged, unless asked for."""

    def __init__(self, address, window=None):
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=10)
        config = h2.config.H2Configuration(client_side=True, header_encoding="utf-8")
        self.http = h2.connection.H2Connection(config)
        self.http.initiate_connection()
        if window is not None:
            self.http.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: window})
        self.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flush(self):
        """Send what is to be sent."""
        self.socket.sendall(self.http.data_to_send())

    def call(self, path, *, end=False):
        """Send the headers of a call; its stream."""
        stream = self.http.get_next_available_stream_id()
        headers = {
            ":method": "POST",
            ":scheme": "http",
            ":path": path,
            ":authority": "test",
            "te": "trailers",
            "content-type": "application/grpc",
        }
        self.http.send_headers(stream, list(headers.items()), end_stream=end)
        return stream

    def read(self, seconds=5.0):
        """Events of what arrives next; none once the server has closed the connection."""
        self.socket.settimeout(seconds)
        data = self.socket.recv(65536)
        events = self.http.receive_data(data) if data else []
        with contextlib.suppress(OSError):
            self.flush()
        return events

    def read_until(self, kind, seconds=10.0):
        """The first event of a kind."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            events = self.read(seconds)
            if not events:
                break
            for event in events:
                if isinstance(event, kind):
                    return event
        raise AssertionError(f"no {kind.__name__}")

    def closed(self, seconds=20.0):
        """Read whatever comes; whether the server closes the connection in time."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                if not self.socket.recv(1 << 20):
                    return True
            except TimeoutError:
                return False
            except OSError:
                return True
        return False

    def flood(self, data, times):
        """Send so much, as long as the server takes it; how often it did."""
        self.socket.settimeout(2)
        for done in range(times):
            try:
                self.socket.sendall(data)
            except OSError:
                return done
        return times


def resident(pid):
    """MiB that a process holds in memory."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def threads(pid):
    """Threads of a process."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def ask(channel, fault, timeout=20, metadata=()):
    """One unary call over a channel of gRPC's own."""
    stub = evaluation_service_pb2_grpc.EvaluationServiceStub(channel)
    request = pb.EvaluateFaultRequest(fault=fault)
    return stub.EvaluateFault(request, timeout=timeout, metadata=metadata)
