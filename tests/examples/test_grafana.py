"""The stream of metrics: a dashboard that asks for nothing but what is told."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from readmes import copied, play


@pytest.fixture
def folder(root: Path) -> Path:
    return root / "docs" / "examples" / "metrics-grafana"


@pytest.fixture
def dashboard(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "dashboards" / "swapin.json").read_text("utf-8"))
    return found


def expressions(dashboard: dict[str, Any]) -> list[str]:
    """The queries of every panel."""
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def metrics_of(text: str) -> set[str]:
    return set(re.findall(r"\bswapin_\w+", text))


def samples(path: Path) -> Iterator[Any]:
    for family in text_string_to_metric_families(path.read_text(encoding="utf-8")):
        yield from family.samples


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def test_what_is_told_and_asked(folder: Path, dashboard: dict[str, Any], tmp_path: Path) -> None:
    """A server and a stream tell each metric that the dashboard asks for, with its labels."""
    if shutil.which("curl") is None:
        pytest.skip("curl is missing: apt-get install curl")
    copy = copied(folder, tmp_path)
    ports = {"127.0.0.1:9464": f"127.0.0.1:{free_port()}", "127.0.0.1:50051": "127.0.0.1:0"}
    play(copy, "A server", ports)
    play(copy, "A stream")
    stream = list(samples(copy / "swapin.prom"))
    labels: dict[str, set[str]] = {}
    for sample in [*samples(copy / "scrape.txt"), *stream]:
        # What Prometheus adds to each.
        labels.setdefault(sample.name, {"instance", "job"}).update(sample.labels)

    of_writes = [sample.value for sample in stream if sample.labels.get("outcome") == "write"]
    assert 3 == sum(of_writes)
    for text in expressions(dashboard):
        assert metrics_of(text) <= set(labels), text
        given = set().union(*(labels[name] for name in metrics_of(text)))
        wanted = set(re.findall(r"(\w+)!?=", text))
        for names in re.findall(r"by \(([^)]*)\)", text):
            wanted |= set(names.split(", "))
        assert wanted <= given, text
    # Nothing that is counted is forgotten.
    asked = metrics_of(" ".join(expressions(dashboard)))
    assert {
        name for name in labels if name.startswith("swapin_") and name.endswith("_total")
    } <= asked


def test_prometheus_reads_it(folder: Path, dashboard: dict[str, Any], tmp_path: Path) -> None:
    """Prometheus' own tool takes the configuration and every query."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is missing: apt-get install prometheus")
    variables = {"$__rate_interval": "1m", "$outcome": "write"}
    rules = []
    for number, text in enumerate(expressions(dashboard)):
        for variable, value in variables.items():
            text = text.replace(variable, value)
        rules.append({"record": f"query_{number}", "expr": text})
    # JSON is YAML.
    (tmp_path / "rules.yaml").write_text(json.dumps({"groups": [{"name": "all", "rules": rules}]}))

    subprocess.run([promtool, "check", "config", folder / "prometheus.yaml"], check=True)
    subprocess.run([promtool, "check", "rules", tmp_path / "rules.yaml"], check=True)


def test_provisioning_fits_together(folder: Path, dashboard: dict[str, Any]) -> None:
    """The source of data has the id that every panel asks; no two panels are one."""
    source = (folder / "provisioning/datasources/prometheus.yaml").read_text(encoding="utf-8")

    ids = {panel["datasource"]["uid"] for panel in dashboard["panels"]}
    assert ids == set(re.findall(r"^    uid: (\S+)$", source, re.MULTILINE))
    assert len(dashboard["panels"]) == len({panel["id"] for panel in dashboard["panels"]})
