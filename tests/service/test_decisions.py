"""The decision log: what is kept, what is not, and what new rules would change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas import validator
from swapin.cli import main
from swapin.model import FaultError
from swapin.service.client import Client
from swapin.service.decisions import DecisionOptions


def kept(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_kept_and_replayed(start_command, late_write, tmp_path, capsys, catalog):
    """The file replays without a change; another verdict is told by outcome."""
    path = tmp_path / "decisions.jsonl"
    server = start_command("--decision-log", str(path))
    other = late_write | {"kernel": {"release": "7.3"}}
    with Client(server.address) as client:
        given = [client.evaluate(fault) for fault in (late_write, other, late_write)]
        with pytest.raises(FaultError):
            client.evaluate({"kernel": {"release": "1.0"}})
    lines = kept(path)

    held = validator("decision", catalog)
    assert all(held.is_valid(line) for line in lines)
    assert not held.is_valid(lines[0] | {"outcomes": {"exclusive": "ANSWER_MAYBE"}})
    assert [late_write, other, late_write] == [line["fault"] for line in lines]
    assert [dict(verdict.outcomes) for verdict in given] == [line["outcomes"] for line in lines]
    assert given[0].provenance.catalog == lines[0]["provenance"]["catalog"]
    server.process.terminate()
    assert 0 == server.process.wait(20)
    requests = {line["request_id"] for line in server.logged("call_finished")}
    assert 3 == len({line["request_id"] for line in lines} & requests)
    assert 0o600 == path.stat().st_mode & 0o777

    assert 0 == main(["replay", str(path)])
    assert "3 verdicts, 0 changed" in capsys.readouterr().out
    before = lines[1]["outcomes"]["mapped_exclusive"]
    lines[1]["outcomes"]["mapped_exclusive"] = "MAPPED_EXCLUSIVE_UNDETERMINED"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert 1 == main(["replay", "--json", str(path)])
    told = json.loads(capsys.readouterr().out)
    assert f"{path}:2" == told["where"]
    assert {"mapped_exclusive": ["MAPPED_EXCLUSIVE_UNDETERMINED", before]} == told["changes"]


def test_the_inverted_test_would_change_verdicts(start_command, late_write, tmp_path, capsys):
    """Verdicts of a release, replayed as the patch as posted: the one under writeback is told."""
    path = tmp_path / "decisions.jsonl"
    server = start_command("--decision-log", str(path))
    calm = late_write | {"folio": {"fresh": False, "ksm": False, "writeback": False}}
    with Client(server.address) as client:
        for fault in (late_write, calm):
            client.evaluate(fault | {"kernel": {"release": "5.19"}})
    lines = kept(path)
    for line in lines:
        line["fault"]["kernel"] = {"release": "5.19", "variant": "v2-posted"}
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    assert 1 == main(["replay", str(path), "--json"])
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    changed = {line["where"] for line in told if "mapped_exclusive" in line["changes"]}
    assert {f"{path}:1"} == changed


def test_raw_ptes_are_not_kept(start_command, tmp_path, catalog):
    """They hold slots of a real machine; what is kept is the verdict of what is kept."""
    path = tmp_path / "decisions.jsonl"
    server = start_command("--decision-log", str(path))
    fault = {
        "kernel": {"release": "6.1"},
        "architecture": "x86_64",
        "pte": {"raw": "0x7fffffffff1fe0a"},
    }
    with Client(server.address) as client:
        client.evaluate(fault)
        (line,) = kept(path)
        assert line["outcomes"] == dict(client.evaluate(line["fault"]).outcomes)
    assert ["pte.raw"] == line["masked"]
    validator("decision", catalog).validate(line)
    assert "raw" not in json.dumps(line["fault"])
    assert 0 == main(["replay", str(path)])


def test_bad_lines_stop_nothing(tmp_path, late_write, capsys):
    """Each is named by its line."""
    path = tmp_path / "decisions.jsonl"
    path.write_text('nonsense\n[]\n{"fault": 1}\n{"fault": {}}\n')
    assert 2 == main(["replay", str(path)])
    told = capsys.readouterr()
    for number, reason in ((1, "not JSON"), (2, "object"), (3, "`fault`"), (4, "`outcomes`")):
        assert any(f":{number}: " in line and reason in line for line in told.err.splitlines())
    assert "0 verdicts" in told.out


def test_samples_and_sizes(start_server, distinct, tmp_path):
    """About the share that was asked for; two files at most, of the size that was asked for."""
    path = tmp_path / "decisions.jsonl"
    options = DecisionOptions(file=path, sample=0.25, most_bytes=20_000)
    server = start_server(decisions=options)
    faults = distinct(1000)
    with Client(server.address) as client:
        assert 1000 == len(list(client.evaluate_many(faults)))
    old = path.with_name("decisions.jsonl.1")
    assert {path, old} == set(tmp_path.iterdir())
    assert max(path.stat().st_size, old.stat().st_size) <= 20_000
    everything = tmp_path / "all.jsonl"
    server = start_server(decisions=DecisionOptions(file=everything, sample=0.25))
    with Client(server.address) as client:
        list(client.evaluate_many(faults))
    # Six standard deviations of 1,000 throws.
    assert 168 < len(kept(everything)) < 332
    with pytest.raises(ValueError, match="sample"):
        DecisionOptions(file=path, sample=0)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_costs_lines_and_no_answer(start_server, late_write):
    """It is told once, with how many lines were lost."""
    server = start_server(decisions=DecisionOptions(file=Path("/dev/full")))
    with Client(server.address) as client:
        for _ in range(3):
            assert client.evaluate(late_write)
    (failed,) = server.logged("decision_log_failed")
    assert "No space left on device" == failed["reason"]


def test_a_file_that_cannot_be_opened(start_command, tmp_path):
    """The server does not start without the log it was asked for."""
    with pytest.raises(AssertionError, match="bad_file"):
        start_command("--decision-log", str(tmp_path / "none" / "decisions.jsonl"))
