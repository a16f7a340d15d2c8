"""Reports as annotations of GitHub: a workflow command for each finding."""

from __future__ import annotations

import re

from swapin.analysis.report import Report, State

_LEVELS = {State.FAILED: "error", State.KNOWN: "notice"}


def annotated(report: Report) -> str:
    """``::error file=…,line=…,title=…::…`` for each finding, ``::notice`` for a known one.

    What was not read is an error too; what passed or is open is not told.
    """
    lines = [
        _command(
            _LEVELS[case.state],
            "\n".join((case.message, *case.details)),
            file=case.file,
            line=str(case.line or ""),
            title=f"{case.group}: {case.id}: {case.meaning}",
        )
        for case in report.cases
        if case.state in _LEVELS
    ]
    lines += [_command("error", error, title="not read") for error in report.errors]
    return "\n".join(lines)


def _command(level: str, message: str, **properties: str) -> str:
    # A property ends at a comma, the last one at a colon; a message at the end of the line.
    told = ",".join(f"{name}={_escaped(v, '%:,')}" for name, v in properties.items() if v)
    return f"::{level} {told}::{_escaped(message, '%')}"


def _escaped(text: str, special: str) -> str:
    return re.sub(f"[\r\n{special}]", lambda match: f"%{ord(match[0]):02X}", text)
