"""Commands of a README, run as it tells them, and what they print beside what it shows.

A command is an indented line that begins with ``$``, on as many lines as its backslashes say. Below
it is what it prints; a line ``…`` stands for any number of lines, one within a line for any words.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

_END = "\x04"


def steps(text: str, heading: str) -> Iterator[tuple[str, list[str]]]:
    """The commands below a heading, each with the lines that it is to print."""
    found = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, heading
    command: list[str] = []
    shown: list[str] = []
    for line in [*found[1].splitlines(), ""]:
        inside = line.startswith("    ")
        if command and command[-1].endswith("\\"):
            command.append(line.removeprefix("    "))
        elif inside and not line.startswith("    $ "):
            shown.append(line.removeprefix("    "))
        else:
            if command:
                yield "\n".join(command), shown
            command, shown = [line.removeprefix("    $ ")] if inside else [], []


def play(
    folder: Path, heading: str, other: Mapping[str, str] | None = None, **variables: str
) -> None:
    """Run the commands below a heading of a folder's README, in one shell, in that folder.

    What pip installs goes to a folder beside it, without a look at any index.

    :param other: words that stand for others here, such as ports that may be taken.
    :param variables: of the environment.
    :raises AssertionError: a command failed, or printed something else.
    """
    text = (folder / "README.md").read_text(encoding="utf-8")
    for word, by in (other or {}).items():
        assert word in text, word
        text = text.replace(word, by)
    told = list(steps(text, heading))
    assert told, heading
    site = folder.parent / "site"
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(site),
        "PIP_TARGET": str(site),
        "PIP_UPGRADE": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        # pip takes this one the other way round.
        "PIP_NO_BUILD_ISOLATION": "0",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        **variables,
    }
    # The mark tells that a command has ended, and how.
    script = "".join(f"{command}\nprintf '{_END}%s{_END}' $?\n" for command, _ in told)
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
        check=False,
    )
    pieces = done.stdout.split(_END)
    assert 2 * len(told) + 1 == len(pieces), done.stdout
    for (command, shown), output, status in zip(told, pieces[0::2], pieces[1::2], strict=False):
        assert "0" == status, f"{command}: exit status {status}\n{output}"
        expected = "\n".join(shown)
        assert re.fullmatch(_pattern(shown), output), f"{command}:\n{output}\nis not\n{expected}"


def _pattern(shown: list[str]) -> str:
    return "".join(
        "(?:.*\n)*?" if line.strip() == "…" else ".*".join(map(re.escape, line.split("…"))) + "\n"
        for line in shown
    )


def copied(example: Path, into: Path) -> Path:
    """A copy of an example, to work in."""
    return Path(shutil.copytree(example, into / example.name))
