"""The documentation is complete and true: names in it are those of the code."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest

import swapin
from swapin.catalog import KINDS, Catalog, hookspecs
from swapin.cli.exits import Exit
from swapin.model import Depth, Group, Outcome, Reason
from swapin.program import Program
from swapin.service.errors import CallReason


def page(root: Path, name: str) -> str:
    return (root / name).read_text(encoding="utf-8")


def test_readme_names_everything(root: Path) -> None:
    """Every exit status, error reason, outcome, depth and kind of entry is in the README."""
    text = page(root, "README.md")

    for status in Exit:
        assert re.search(rf"^\| {status.value} \|", text, re.MULTILINE), status
    for word in [*Reason, *CallReason, *(group.field for group in Group), *KINDS]:
        assert f"`{word}`" in text or f"{word}\\|" in text or f"|{word} list" in text, word
    assert "\\|".join(depth.value for depth in Depth) in text


def test_the_json_example_runs(root: Path, program: Program) -> None:
    """The README's fault description evaluates to what the README says of it."""
    (example,) = re.findall(r"```json\n(.*?)```", page(root, "README.md"), re.DOTALL)

    assert "ANSWER_NO" == program.evaluate(json.loads(example)).outcomes["exclusive"]


def test_the_command_example_is_true(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the README shows of the command is what the command prints."""
    from swapin.cli import main

    text = page(root, "README.md")
    shown = text.partition("    $ swapin ")[2].partition("    …")[0]
    command, _, output = shown.replace("\\\n", " ").partition("\n")
    expected = [line.removeprefix("    ") for line in output.splitlines()]

    assert 0 == main(command.split())
    assert expected == capsys.readouterr().out.splitlines()[: len(expected)]


def test_every_hook_has_its_row(root: Path) -> None:
    """Each hook is on the plugins page, and no other; so is each outcome."""
    text = page(root, "docs/plugins.md")
    hooks = {name for name in vars(hookspecs) if name.startswith("swapin_")}

    assert hooks == set(re.findall(r"^\| `(swapin_\w+)`", text, re.MULTILINE))
    for outcome in Outcome:
        assert f"`{outcome.value}`" in text


def test_observations_page_names_shipped_kernels(root: Path) -> None:
    """Each release with shipped observations is named on the observations page."""
    text = page(root, "docs/observations.md")
    for path in (root / "tests" / "observations").glob("*.gz"):
        release = path.name.removeprefix("x86_64-").removesuffix(".jsonl.gz")
        assert f" {release}." in text, release


def test_links_lead_somewhere(root: Path) -> None:
    """Relative links between pages have their file."""
    for path in [root / "README.md", *(root / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), (path, target)


def test_the_page_of_ptes_is_true(
    root: Path, program: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    """Commands on the page print what it shows; fields and kinds of entry are all there."""
    from swapin.cli import main

    text = page(root, "docs/pte.md")
    shown = re.findall(r"^    \$ swapin (.*)\n    (.*)$", text, re.MULTILINE)
    assert 2 == len(shown)
    for command, output in shown:
        assert 0 == main(command.split())
        assert output == capsys.readouterr().out.rstrip("\n")
    pte = swapin.PteCodec(program.catalog).decode(1 << 9, "x86_64", "6.1").to_dict()
    kinds = {kind for known in program.catalog.kernels.values() for kind in known.entry_kinds or ()}
    meanings = {
        name for known in program.catalog.kernels.values() for name in known.marker_bits or ()
    }
    for word in {"swap", *pte, *kinds, *meanings}:
        assert f"`{word}`" in text, word


def test_generated_pages_are_fresh(root: Path, catalog: Catalog) -> None:
    """The tables of the backends page, and the page of the hooks, are as `make docs` makes them."""
    generate = script(root, "generate")
    hooks = page(root, "docs/hooks.md")
    assert hooks == generate.hooks_page()
    compatibility = hooks.partition("## Compatibility")[2].partition("\n## ")[0]
    for name in (name for name in vars(hookspecs) if name.startswith("swapin_")):
        assert f"\n## {name}\n" in hooks
        assert f"`{name}`" in compatibility
    assert hookspecs.CONTRACT == max(hookspecs.RELEASES)
    text = page(root, "docs/backends.md")
    assert text == generate.backends_page(text, catalog)
    for name in catalog.backends:
        assert f"| `{name}` |" in text


def test_the_reference_is_fresh(root: Path) -> None:
    """It is as `make docs` makes it, names all that the API has, and its links lead somewhere."""
    text = page(root, "docs/reference.md")
    assert text == script(root, "generate_reference").reference_page()

    headings = set(re.findall(r"^##+ (.*)$", text, re.MULTILINE))
    for stem in (path.stem for path in (root / "proto" / "swapin" / "v1").glob("*.proto")):
        file = importlib.import_module(f"swapin.v1.{stem}_pb2").DESCRIPTOR
        assert {*file.services_by_name, *file.message_types_by_name} <= headings
        for message in file.message_types_by_name.values():
            for field in message.fields:
                assert f"| {field.number} | `{field.name}` |" in text, field.full_name
        for enum in file.enum_types_by_name.values():
            for value in enum.values:
                assert f"| {value.number} | `{value.name}` |" in text, value.name
    anchors = {re.sub(r"[^\w-]", "", heading.lower()) for heading in headings}
    assert anchors >= set(re.findall(r"\]\(#([^)]*)\)", text))
    # No comment is missing.
    assert "|  |\n" not in text


def script(root: Path, name: str) -> Any:
    """A script beside the pages, which is in no package."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", root / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_backends_page_is_true(root: Path, program: Program) -> None:
    """Each stack that the pages name in code can be."""
    text = page(root, "docs/backends.md") + page(root, "README.md")
    stacks = set(re.findall(r"(?:`|--backend )([a-z][a-z0-9_-]+(?:/[a-z][a-z0-9_-]+)+)", text))
    stacks = {stack for stack in stacks if stack.split("/")[0] in program.catalog.backends}

    assert len(stacks) > 4
    for stack in stacks:
        device = {"stack": stack.split("/")}
        program.evaluate({"kernel": {"release": "6.1"}, "swap_device": device})
