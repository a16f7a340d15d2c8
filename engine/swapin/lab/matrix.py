"""The matrix of kernel, device and scenario: what was seen in each cell, or why nothing was."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from swapin.catalog import Catalog
from swapin.lab.errors import LabError
from swapin.lab.run import KernelRun
from swapin.model import FaultError
from swapin.observe.audit import OUTCOMES, Evaluate, Judgement, judged
from swapin.observe.observation import Observation, observation_of, records

_EVERY = "*"


@dataclass(slots=True)
class Cell:
    """One scenario on one device in one kernel."""

    observations: int = 0
    disagree: int = 0
    """Observations of which the model says otherwise."""
    undetermined: int = 0
    """Observations of which it cannot say whether the page is mapped exclusive."""
    stable_path: int = 0
    """Observations in which an exclusive mark was dropped under writeback."""
    racing: bool = False
    """Its faults raced, so what was seen of the stable path is a count out of tries, zero too."""
    why_not: set[str] = field(default_factory=set)
    """Why runs of the cell gave nothing."""


Key = tuple[str, str, str]
"""Kernel, device with its stable writes, scenario."""


@dataclass(slots=True)
class Matrix:
    """All cells, and every disagreement."""

    cells: dict[Key, Cell] = field(default_factory=dict)
    disagreements: list[Judgement] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    """Records that the model cannot read."""

    def cell(self, key: Key) -> Cell:
        """A cell, made if need be."""
        return self.cells.setdefault(key, Cell())

    def to_dict(self) -> list[dict[str, Any]]:
        """The JSON form, cells in order."""
        return [
            {
                "kernel": kernel,
                "device": device,
                "scenario": scenario,
                "observations": cell.observations,
                "disagree": cell.disagree,
                "undetermined": cell.undetermined,
                "stable_path": cell.stable_path,
                "why_not": sorted(cell.why_not),
            }
            for (kernel, device, scenario), cell in sorted(self.cells.items())
        ]


def make_matrix(
    runs: Iterable[KernelRun],
    catalog: Catalog,
    evaluate: Evaluate,
    model: Mapping[str, str] | None = None,
) -> Matrix:
    """Judge what was seen, and lay it out.

    :param model: the kernel to compare with, as a description's ``kernel``, instead of each
        observation's own.
    """
    matrix = Matrix()
    for run in runs:
        _reasons(matrix, run)
        for results, _ in run.boots:
            _judge(matrix, run.image.name, results.observations, catalog, evaluate, model)
    for cell in matrix.cells.values():
        if not cell.observations and not cell.why_not:
            cell.why_not.add("it ran, and no page was swapped in")
    return matrix


_REASONS = "reasons.json"
"""The file of a run's directory that says why cells are empty."""


def keep_reasons(matrix: Matrix, directory: Path) -> None:
    """Write down why cells are empty, which the observations do not tell."""
    told = [
        [*key, sorted(cell.why_not)] for key, cell in sorted(matrix.cells.items()) if cell.why_not
    ]
    (directory / _REASONS).write_text(json.dumps(told, indent=0) + "\n", encoding="utf-8")


def read_matrix(
    directory: Path,
    catalog: Catalog,
    evaluate: Evaluate,
    model: Mapping[str, str] | None = None,
    kernels: Collection[str] = (),
) -> Matrix:
    """The matrix of a run that was kept, judged anew.

    :param model: as for :func:`make_matrix`.
    :param kernels: only these; none means every one.
    :raises OSError: the directory or a file in it cannot be read.
    :raises LabError: there are no observations in it.
    """
    matrix = Matrix()
    files = sorted(directory.glob("*.jsonl.gz"))
    if not files:
        raise LabError(f"no run was kept in `{directory}`: it has no .jsonl.gz")
    told = directory / _REASONS
    try:
        for kernel, device, scenario, why_not in json.loads(told.read_bytes()):
            if not kernels or kernel in kernels:
                matrix.cell((kernel, device, scenario)).why_not.update(why_not)
    except (ValueError, TypeError) as error:
        raise LabError(f"`{told}` is not what a run writes: {error}") from error
    for file in files:
        seen: list[dict[str, Any]] = []
        for place, record in records(file):
            if isinstance(record, FaultError):
                matrix.bad.append(f"{place}: {record}")
            else:
                seen.append(record)
        if seen:
            name = file.name.removesuffix(".jsonl.gz")
            kernel = name.removeprefix(f"{seen[0].get('architecture')}-")
            if not kernels or kernel in kernels:
                _judge(matrix, kernel, seen, catalog, evaluate, model)
    return matrix


def _reasons(matrix: Matrix, run: KernelRun) -> None:
    kernel = run.image.name
    for absent in run.plan.absent:
        matrix.cell((kernel, absent.device, absent.scenario)).why_not.add(absent.why)
    for results, ended in run.boots:
        for planned in results.runs.values():
            cell = matrix.cell((kernel, planned.device.name, planned.scenario.name))
            cell.racing = planned.scenario.cpus > 1
            if planned.name in results.failed:
                cell.why_not.add(results.failed[planned.name])
            elif planned.device.name in results.unavailable:
                cell.why_not.add(results.unavailable[planned.device.name])
            elif planned.name not in results.finished:
                cell.why_not.add(f"not reached: {ended.why or 'the guest left it out'}")


def _judge(
    matrix: Matrix,
    kernel: str,
    records: list[dict[str, Any]],
    catalog: Catalog,
    evaluate: Evaluate,
    model: Mapping[str, str] | None,
) -> None:
    kept: list[Observation] = []
    keys: list[Key] = []
    for number, record in enumerate(records, 1):
        try:
            scenario = record["scenario"]
            device = f"{record['swap_device']['name']}/{scenario['stable_writes']}"
            place = f"{kernel}:{number} {device} {scenario['name']} {scenario['access']}"
            key = (kernel, device, scenario["name"])
            stable_path, asked = _took_stable_path(record), _asked_of(record, model)
        except (LookupError, TypeError):
            matrix.bad.append(f"{kernel}:{number}: it lacks what the observations of a run have")
            continue
        cell = matrix.cell(key)
        cell.observations += 1
        cell.racing = cell.racing or scenario.get("raced") is True
        cell.stable_path += stable_path
        try:
            kept.append(observation_of(asked, catalog, place))
        except FaultError as error:
            matrix.bad.append(f"{place}: {error}")
            continue
        keys.append(key)
    for key, judgement in zip(keys, judged(kept, evaluate), strict=True):
        if isinstance(judgement, Judgement):
            cell = matrix.cell(key)
            verdicts = [judgement.of(outcome) for outcome in OUTCOMES]
            cell.undetermined += judgement.of("mapped_exclusive") == "undetermined"
            if "disagree" in verdicts:
                cell.disagree += 1
                matrix.disagreements.append(judgement)


def _asked_of(record: dict[str, Any], model: Mapping[str, str] | None) -> dict[str, Any]:
    if model is None:
        return record
    # The numbers of page flags are those of the kernel that ran.
    at_map = {name: value for name, value in record["at_map"].items() if name != "folio_flags"}
    return {**record, "kernel": dict(model), "at_map": at_map}


def _took_stable_path(record: Mapping[str, Any]) -> bool:
    """The mark was there, and was dropped for writeback on a device with stable writes."""
    at_map = record["at_map"]
    return bool(
        record["pte"]["swp_exclusive"]
        and record["swap_device"]["stable_writes"]
        and at_map["writeback"]
        and not record["observed"]["rmap_exclusive"]
    )


def table(matrix: Matrix) -> list[str]:
    """The matrix as text: scenarios and devices down, kernels across, then why cells are empty."""
    kernels = sorted({key[0] for key in matrix.cells}, key=_release)
    rows = sorted({key[1:] for key in matrix.cells if _EVERY not in key})
    reasons: dict[str, int] = {}
    lines = []
    head = ("device", "scenario", *kernels)
    body = [
        (device, scenario, *(_shown(matrix, (k, device, scenario), reasons) for k in kernels))
        for device, scenario in rows
    ]
    widths = [max(map(len, column)) for column in zip(head, *body, strict=True)]
    for row in (head, *body):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append("  ".join(cells).rstrip())
    lines.append("")
    lines += [f"({number}) {why}" for why, number in reasons.items()]
    lines += [
        f"{kernel}: no {device if device != _EVERY else scenario}: {why}"
        for (kernel, device, scenario), cell in sorted(matrix.cells.items())
        if _EVERY in (device, scenario)
        for why in sorted(cell.why_not)
    ]
    return lines


def stable_path_table(matrix: Matrix) -> list[str]:
    """How often racing faults took the path for stable writes, as a table in Markdown.

    Devices down, kernels across; a zero says that no try of so many took it.
    """
    racing = {key: cell for key, cell in matrix.cells.items() if cell.racing and cell.observations}
    kernels = sorted({key[0] for key in racing}, key=_release)
    lines = [f"| device | {' | '.join(kernels)} |", f"| --- |{' ---: |' * len(kernels)}"]
    for device in sorted({key[1] for key in racing}):
        counts = [
            (
                sum(cell.stable_path for key, cell in racing.items() if key[:2] == (k, device)),
                sum(cell.observations for key, cell in racing.items() if key[:2] == (k, device)),
            )
            for k in kernels
        ]
        told = [f"{took} of {tries}" if tries else "-" for took, tries in counts]
        lines.append(f"| {device} | {' | '.join(told)} |")
    return lines


def _release(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split(".") if part.isdigit())


def _shown(matrix: Matrix, key: Key, reasons: dict[str, int]) -> str:
    cell = matrix.cells.get(key)
    if cell is None:
        return "-"
    words = []
    if cell.observations:
        words.append(f"{cell.observations - cell.disagree} agree")
    if cell.stable_path or cell.racing:
        words.append(f"{cell.stable_path} of {cell.observations} stable")
    if cell.disagree:
        words.append(f"{cell.disagree} DISAGREE")
    if cell.undetermined:
        words.append(f"{cell.undetermined} open")
    for why in sorted(cell.why_not):
        words.append(f"({reasons.setdefault(why, len(reasons) + 1)})")
    return ", ".join(words) or "nothing seen"
