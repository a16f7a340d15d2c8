"""Generate the Python code of the API from the protos: ``python proto/generate.py [FOLDER]``.

The generated code is checked in, so that users need no compiler; a test keeps it fresh. It is
made with the oldest tools that are supported, since code runs on newer runtimes only.
"""

from __future__ import annotations

import sys
from pathlib import Path

import google.rpc
import grpc_tools
from grpc_tools import protoc

PROTO = Path(__file__).parent


def includes() -> list[Path]:
    """Folders of the protos of others that ours import."""
    common = Path(next(iter(google.rpc.__path__))).parent.parent
    return [common, Path(grpc_tools.__file__).parent / "_proto"]


def generate(folder: Path) -> None:
    """Write ``swapin/v1/*_pb2*`` below a folder.

    :raises RuntimeError: the compiler refused; it said why on standard error.
    """
    sources = sorted((PROTO / "swapin" / "v1").glob("*.proto"))
    services = [source for source in sources if source.stem.endswith("_service")]
    include = [f"-I{folder}" for folder in (PROTO, *includes())]
    for arguments in (
        [f"--python_out={folder}", f"--pyi_out={folder}", *map(str, sources)],
        [f"--grpc_python_out={folder}", *map(str, services)],
    ):
        if protoc.main(["protoc", *include, *arguments]) != 0:
            raise RuntimeError("protoc failed")


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else PROTO.parent / "engine")
