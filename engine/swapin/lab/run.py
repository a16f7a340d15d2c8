"""Run plans on kernels: boot by boot, kernels side by side, everything kept in one directory."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from swapin.catalog import Catalog
from swapin.debian.tools import tool
from swapin.lab.boot import Ended, Limits, boot
from swapin.lab.guest import make_guest
from swapin.lab.kernels import Image
from swapin.lab.machines import Machine
from swapin.lab.plan import Plan, Run, plans_of
from swapin.lab.results import Results

MOST_AT_ONCE = 2
"""Kernels that run side by side at most; emulation takes a core each."""


@dataclass(slots=True)
class KernelRun:
    """What one kernel was to run, and what came of it."""

    image: Image
    plan: Plan
    boots: list[tuple[Results, Ended]] = field(default_factory=list)

    @property
    def broken(self) -> list[Ended]:
        """The boots that did not end as they should."""
        return [ended for _, ended in self.boots if ended.why]


Progress = Callable[[str, int, int, str], None]
"""Told the kernel, the runs done, the runs in all, and a word on what it does now."""


def run_kernels(
    work: Iterable[tuple[Image, Plan]],
    machine: Machine,
    catalog: Catalog,
    out: Path,
    *,
    limits: Limits,
    jobs: int,
    busybox: Path,
    progress: Progress,
) -> list[KernelRun]:
    """Run each plan on its kernel; observations and consoles go to files in ``out``.

    :raises LabError: a tool is missing. A guest that fails raises nothing; its result says so.
    """
    tool(machine.emulator)
    out.mkdir(parents=True, exist_ok=True)
    stop = Event()
    jobs = max(1, min(jobs, MOST_AT_ONCE, os.cpu_count() or 1))

    def one(item: tuple[Image, Plan]) -> KernelRun:
        image, plan = item
        done = KernelRun(image, plan)
        finished = 0
        for cpus, runs in plan.boots():
            results = Results(image, machine, catalog, {run.name: run for run in runs})
            before = finished

            def line(text: str, results: Results = results, before: int = before) -> None:
                results.line(text)
                word = text.partition(" ")[0]
                if word in ("run", "version"):
                    count = before + len(results.finished)
                    progress(image.name, count, len(plan.runs), text.partition(" ")[2])

            ended = _boot(image, machine, runs, out, cpus, limits, line, busybox, stop)
            finished += len(results.finished)
            done.boots.append((results, ended))
        _keep(done, out)
        return done

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            return list(pool.map(one, work))
        finally:
            # An interrupt reaches this thread alone; the guests end with it.
            stop.set()


def _boot(
    image: Image,
    machine: Machine,
    runs: list[Run],
    out: Path,
    cpus: int,
    limits: Limits,
    line: Callable[[str], None],
    busybox: Path,
    stop: Event,
) -> Ended:
    console = out / f"{machine.architecture}-{image.name}-{cpus}cpu.console"
    with tempfile.NamedTemporaryFile(prefix="swapin-initrd-") as initrd:
        initrd.write(make_guest(image, machine, plans_of(runs), busybox))
        initrd.flush()
        return boot(image, machine, Path(initrd.name), console, cpus=cpus, limits=limits, line=line)


def _keep(done: KernelRun, out: Path) -> None:
    """Write the observations, the same bytes for the same observations."""
    architecture = done.boots[0][0].machine.architecture if done.boots else ""
    lines = [
        json.dumps(record) + "\n" for results, _ in done.boots for record in results.observations
    ]
    file = out / f"{architecture}-{done.image.name}.jsonl.gz"
    file.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))
