"""Who does not talk to a server does not pay for one."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
import swapin
from swapin.cli import serve
swapin.evaluate({"kernel": {"release": "6.1"}, "folio": {"ksm": True}})
print([name for name in ("grpc", "google.protobuf", "structlog") if name in sys.modules])
"""


def test_library_and_command_line_do_not_import_grpc():
    """The library evaluates, and the command's parser is made, without grpc."""
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=60
    )

    assert "[]" == done.stdout.strip()
