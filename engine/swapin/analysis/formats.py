"""Reports as text, JSON, SARIF, JUnit XML, KTAP, Markdown and annotations."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

from swapin.analysis.annotations import annotated
from swapin.analysis.report import Case, Report, State, as_json


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    """For eyes."""
    JSON = "json"
    """The contract: what library and server answer, an object a line."""
    SARIF = "sarif"
    """SARIF 2.1.0, for code scanning: findings alone; known ones as suppressed."""
    JUNIT = "junit"
    """JUnit XML, for CI: a suite for each group; known findings as skipped."""
    KTAP = "ktap"
    """KTAP version 1, as kernel tests print it; known findings as ``XFAIL``."""
    MARKDOWN = "markdown"
    """For a comment on a merge request."""
    GITHUB = "github"
    """Workflow commands, which GitHub shows as annotations: findings alone."""


def rendered(report: Report, format: Format) -> str:
    """The report in a format, without a newline at its end."""
    return _WRITERS[format](report)


def _name(case: Case) -> str:
    """The name of a case among those of its group."""
    return f"{case.id} ({case.file}:{case.line})" if case.line else case.id


def _json(report: Report) -> str:
    return "\n".join(map(as_json, report.data))


# SARIF.

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_KERNEL_TREE = "KERNEL"


def _sarif(report: Report) -> str:
    from swapin import __version__

    told = [case for case in report.cases if case.state in (State.FAILED, State.KNOWN)]
    rules = {case.id: case for case in report.cases}
    order = {id: index for index, id in enumerate(rules)}
    driver = {
        "name": "swapin",
        "version": __version__,
        "rules": [
            {
                "id": id,
                "shortDescription": {"text": case.meaning},
                "defaultConfiguration": {"level": "error"},
            }
            for id, case in rules.items()
        ],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"swapin/{report.command}"},
        "originalUriBaseIds": {
            _KERNEL_TREE: {"description": {"text": "the source tree of the kernel in question"}}
        },
        "results": [_sarif_result(case, order[case.id]) for case in told],
        "invocations": [
            {
                "executionSuccessful": not report.errors,
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": error}} for error in report.errors
                ],
            }
        ],
    }
    return json.dumps(
        {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False
    )


def _sarif_result(case: Case, index: int) -> dict[str, Any]:
    identity = "\0".join((case.group, case.id, *sorted(case.details)))
    result: dict[str, Any] = {
        "ruleId": case.id,
        "ruleIndex": index,
        "level": "error" if case.state is State.FAILED else "note",
        "message": {"text": "\n".join((f"{case.group}: {case.message}", *case.details))},
        "partialFingerprints": {"swapin/v1": hashlib.sha256(identity.encode()).hexdigest()},
        "properties": {"group": case.group, **case.data},
    }
    if case.file:
        artifact: dict[str, Any] = {"uri": _uri(case.file)}
        physical: dict[str, Any] = {"artifactLocation": artifact}
        if case.line:
            physical["region"] = {"startLine": case.line}
        else:
            artifact["uriBaseId"] = _KERNEL_TREE
        location: dict[str, Any] = {"physicalLocation": physical}
        if case.function:
            location["logicalLocations"] = [{"name": case.function, "kind": "function"}]
        result["locations"] = [location]
    if case.state is State.KNOWN:
        result["suppressions"] = [{"kind": "external", "justification": case.message}]
    return result


def _uri(path: str) -> str:
    from urllib.parse import quote

    return quote(path)


# JUnit XML.

# What XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _junit(report: Report) -> str:
    from xml.etree import ElementTree

    top = ElementTree.Element("testsuites", name=_xml(report.title))
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    suites = list(report.groups.items())
    for name, cases in suites:
        suite = ElementTree.SubElement(top, "testsuite", name=_xml(name))
        counts = {
            "tests": len(cases),
            "failures": sum(case.state is State.FAILED for case in cases),
            "errors": 0,
            "skipped": sum(case.state in (State.KNOWN, State.OPEN) for case in cases),
        }
        _number(suite, counts, totals)
        for case in cases:
            entry = ElementTree.SubElement(
                suite,
                "testcase",
                classname=_xml(f"{report.command}.{name}"),
                name=_xml(_name(case)),
            )
            if case.state is State.FAILED:
                failure = ElementTree.SubElement(
                    entry, "failure", message=_xml(case.message), type=_xml(case.id)
                )
                failure.text = _xml("\n".join((case.meaning, *case.details)))
            elif case.state is not State.PASSED:
                ElementTree.SubElement(entry, "skipped", message=_xml(case.message))
    if report.errors:
        suite = ElementTree.SubElement(top, "testsuite", name="input")
        found = len(report.errors)
        _number(suite, {"tests": found, "failures": 0, "errors": found, "skipped": 0}, totals)
        for number, error in enumerate(report.errors, 1):
            entry = ElementTree.SubElement(
                suite, "testcase", classname=f"{report.command}.input", name=str(number)
            )
            ElementTree.SubElement(entry, "error", message=_xml(error), type="input")
    for key, value in totals.items():
        top.set(key, str(value))
    ElementTree.indent(top)
    body = ElementTree.tostring(top, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'


def _number(suite: Any, counts: dict[str, int], totals: dict[str, int]) -> None:
    for key, value in counts.items():
        suite.set(key, str(value))
        totals[key] += value


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


# KTAP.


def _ktap(report: Report) -> str:
    groups = report.groups
    lines = ["KTAP version 1", f"1..{len(groups) + bool(report.errors)}"]
    for number, (name, cases) in enumerate(groups.items(), 1):
        lines += ["  KTAP version 1", f"  # Subtest: {_ktap_name(name)}", f"  1..{len(cases)}"]
        for place, case in enumerate(cases, 1):
            lines += [f"  # {line}" for line in _ktap_details(case)]
            lines.append(f"  {_ktap_result(case, place)}")
        failed = any(case.state is State.FAILED for case in cases)
        lines.append(f"{'not ok' if failed else 'ok'} {number} {_ktap_name(name)}")
    if report.errors:
        lines += [f"# {_one_line(error)}" for error in report.errors]
        lines.append(f"not ok {len(groups) + 1} input")
    return "\n".join(lines)


def _ktap_details(case: Case) -> Sequence[str]:
    if case.state is State.PASSED:
        return ()
    return [_one_line(line) for line in (case.message, *case.details)]


def _ktap_result(case: Case, number: int) -> str:
    name = _ktap_name(_name(case))
    if case.state is State.FAILED:
        return f"not ok {number} {name}"
    directive = {State.KNOWN: " # XFAIL ", State.OPEN: " # SKIP "}.get(case.state, "")
    return f"ok {number} {name}{directive}{_one_line(case.message) if directive else ''}".rstrip()


def _ktap_name(text: str) -> str:
    # A number sign starts a directive.
    return _one_line(text).replace("#", "")


def _one_line(text: str) -> str:
    return " ".join(text.split())


# Markdown.


def _markdown(report: Report) -> str:
    counts = {state: sum(case.state is state for case in report.cases) for state in State}
    told = ", ".join(f"{number} {state.value}" for state, number in counts.items() if number)
    lines = [f"## {_md(report.title)}", "", told or "nothing was looked at"]
    shown = [case for case in report.cases if case.state in (State.FAILED, State.KNOWN)]
    if shown:
        lines += ["", "| | where | what | found |", "| --- | --- | --- | --- |"]
        for case in shown:
            cells = (case.state.value, case.group, f"{case.id}: {case.meaning}", case.message)
            lines.append(f"| {' | '.join(map(_md, cells))} |")
    for case in shown:
        if case.details:
            lines += ["", f"**{_md(case.group)}: {_md(case.id)}**", ""]
            lines += [f"- {_md(line)}" for line in case.details]
    if report.errors:
        lines += ["", "**Not read:**", "", *(f"- {_md(error)}" for error in report.errors)]
    return "\n".join(lines)


def _md(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|~&])", r"\\\1", _one_line(text))


_WRITERS: dict[Format, Callable[[Report], str]] = {
    Format.TEXT: lambda report: report.text,
    Format.JSON: _json,
    Format.SARIF: _sarif,
    Format.JUNIT: _junit,
    Format.KTAP: _ktap,
    Format.MARKDOWN: _markdown,
    Format.GITHUB: annotated,
}
