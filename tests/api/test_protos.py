"""The API: generated code is fresh, protos are well kept, and name what the model names."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import google.rpc
import grpc_tools
import pytest
from google.protobuf import descriptor_pb2
from grpc_tools import protoc

from swapin.catalog import Catalog
from swapin.model import Answer, Depth, Evidence, Group, Kind
from swapin.v1 import fault_pb2, verdict_pb2

COMMON = Path(next(iter(google.rpc.__path__))).parent.parent
WELL_KNOWN = Path(grpc_tools.__file__).parent / "_proto"
MODULES = (
    "fault",
    "verdict",
    "evaluation_service",
    "catalog_service",
    "pte_service",
    "analysis_service",
)


def test_generated_code_is_fresh(root: Path, tmp_path: Path) -> None:
    """Generating anew, by the oldest supported generator, gives the bytes checked in."""
    generator = Path(sys.prefix) / "generator" / "bin" / "python"
    if not generator.exists():
        pytest.skip("the pinned generator is not installed (`make test` does)")
    subprocess.run([generator, root / "proto" / "generate.py", tmp_path], check=True)
    checked_in = root / "engine" / "swapin" / "v1"
    expected = {path.name: path.read_bytes() for path in checked_in.glob("*_pb2*.py*")}
    generated = {path.name: path.read_bytes() for path in tmp_path.glob("swapin/v1/*")}

    assert expected == generated


def test_descriptors_are_those_of_the_protos(root: Path, tmp_path: Path) -> None:
    """What is imported describes the same API as the protos, whatever generated it."""
    out = tmp_path / "set.pb"
    sources = [str(root / "proto" / "swapin" / "v1" / f"{name}.proto") for name in MODULES]
    include = [f"-I{folder}" for folder in (root / "proto", COMMON, WELL_KNOWN)]
    assert 0 == protoc.main(["protoc", *include, f"--descriptor_set_out={out}", *sources])
    compiled = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())
    for file in compiled.file:
        module = importlib.import_module(f"swapin.v1.{Path(file.name).stem}_pb2")
        imported = descriptor_pb2.FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(imported)
        # protoc writes JSON names that the runtime derives.
        for message in file.message_type:
            for field in _fields(message):
                field.ClearField("json_name")
        for message in imported.message_type:
            for field in _fields(message):
                field.ClearField("json_name")
        assert imported == file


def _fields(message: descriptor_pb2.DescriptorProto) -> list[descriptor_pb2.FieldDescriptorProto]:
    nested = [field for inner in message.nested_type for field in _fields(inner)]
    return [*message.field, *nested]


def test_protos_are_shipped(root: Path) -> None:
    """The wheel carries every proto beside the generated code."""
    pyproject = (root / "pyproject.toml").read_text(encoding="utf-8")
    for source in (root / "proto" / "swapin" / "v1").glob("*.proto"):
        assert f'"proto/swapin/v1/{source.name}" = "swapin/v1/{source.name}"' in pyproject


def _buf() -> str:
    buf = shutil.which("buf", path=Path(sys.executable).parent)
    if buf is None:
        pytest.skip("buf is not installed (the lint group has it)")
    return buf


def _module(root: Path, protos: Path, folder: Path) -> Path:
    """A module as buf wants it, with what the protos import."""
    shutil.copytree(protos, folder / "swapin")
    (folder / "google" / "rpc").mkdir(parents=True)
    shutil.copy(COMMON / "google" / "rpc" / "status.proto", folder / "google" / "rpc")
    shutil.copy(root / "proto" / "buf.yaml", folder)
    return folder


def _said(*command: str | Path) -> tuple[int, str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_buf_lint(root: Path, tmp_path: Path) -> None:
    """``buf lint`` with the standard and the comment rules finds nothing."""
    module = _module(root, root / "proto" / "swapin", tmp_path / "now")

    assert (0, "") == _said(_buf(), "lint", module)


def test_nothing_breaks_clients(root: Path, tmp_path: Path) -> None:
    """``buf breaking`` against main; and it would find a field that is gone."""
    buf = _buf()
    git = ["git", "-C", str(root)]
    branch = next(
        (
            name
            for name in ("origin/main", "main")
            if not _said(*git, "rev-parse", "--quiet", "--verify", name)[0]
        ),
        None,
    )
    if branch is None:
        pytest.skip("no main to compare with")
    archive = tmp_path / "main.tar"
    subprocess.run([*git, "archive", "-o", archive, branch, "proto/swapin"], check=True)
    (tmp_path / "main").mkdir()
    # Python's own unpacking wants a filter since 3.12, and 3.11.2 has none.
    subprocess.run(["tar", "-xf", archive, "-C", tmp_path / "main"], check=True)
    before = _module(root, tmp_path / "main" / "proto" / "swapin", tmp_path / "before")
    now = _module(root, root / "proto" / "swapin", tmp_path / "now")
    assert (0, "") == _said(buf, "breaking", now, "--against", before)

    fault = now / "swapin" / "v1" / "fault.proto"
    kept = fault.read_text(encoding="utf-8").replace("string architecture = 2;", "reserved 2;")
    fault.write_text(kept, encoding="utf-8")
    status, told = _said(buf, "breaking", now, "--against", before)
    assert status
    assert '"architecture"' in told


def test_every_fact_has_its_field(catalog: Catalog) -> None:
    """Each of swapin's own facts is a field of the API, and each such field is a fact."""
    fields = set()
    for field in fault_pb2.Fault.DESCRIPTOR.fields:
        if field.message_type is not None and not field.is_repeated:
            fields |= {f"{field.name}.{inner.name}" for inner in field.message_type.fields}
        else:
            fields.add(field.name)
    names = {
        "swap_device.stack",
        "kernel.release",
        "kernel.variant",
        "architecture",
        "swap_device.backend",
        "pte.raw",
    }

    assert set(catalog.facts) == fields - names - {"extension_facts"}


def test_enums_are_the_models(catalog: Catalog) -> None:
    """Answers, writes, evidence, rule kinds and depths have the model's values."""
    assert [a.value for a in Answer] == verdict_pb2.Answer.keys()[1:]
    assert [e.value for e in Evidence] == verdict_pb2.Evidence.keys()[1:]
    assert [f"RULE_KIND_{k.value}" for k in Kind] == verdict_pb2.RuleKind.keys()[1:]
    assert [f"DEPTH_{d.value.upper()}" for d in Depth] == verdict_pb2.Depth.keys()[1:]
    write = [Group.WRITE.value_of(member) for member in Group.WRITE.members]
    assert [*write, Group.WRITE.undetermined] == verdict_pb2.Write.keys()[1:]
    outcomes = [field.name for field in verdict_pb2.Outcomes.DESCRIPTOR.fields]
    assert [group.field for group in Group] == outcomes
