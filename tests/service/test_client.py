"""The client gives what the library gives."""

from __future__ import annotations

import dataclasses
import itertools
import threading
import time

import pytest

from swapin.model import Depth, Fault, FaultError, Reason
from swapin.program import Program, read_fault
from swapin.service.catalog import KINDS
from swapin.service.client import Client, ServiceError


@pytest.fixture
def client(start_server):
    """A client of a server with the installed plugins."""
    with Client(start_server().address) as connected:
        yield connected


def told(answer):
    """The bytes of a verdict, or what an error says as far as the headers of a response go."""
    if isinstance(answer, FaultError):
        return [(p.field, p.reason, p.message[:300]) for p in answer.problems[:3]]
    return answer.to_json().encode()


def outcome_of(ask):
    """What is told of one answer, given or raised."""
    try:
        return told(ask())
    except FaultError as error:
        return told(error)


@pytest.mark.parametrize(
    ("depth", "count"), [*zip(Depth, (60, 60, 30, 20, 20), strict=True)], ids=str
)
def test_same_bytes_as_the_library(client, program, descriptions, depth, count):
    """A verdict has the same bytes, and an error the same words, from far and near."""
    for description in descriptions[:count]:
        near = outcome_of(lambda d=description: program.evaluate(d, depth))
        assert near == outcome_of(lambda d=description: client.evaluate(d, depth))


def test_same_bytes_over_the_stream(client, program, descriptions):
    """So it is over a stream, in order, with each error in its place."""
    expected = [outcome_of(lambda d=d: program.evaluate(d)) for d in descriptions]
    found = [told(answer) for answer in client.evaluate_many(descriptions, batch=33)]

    assert expected == found


def test_typed_faults(client, program, descriptions):
    """A Fault is asked about as its description is, numbers included."""
    for description in descriptions[:100]:
        fault = read_fault(description, program.catalog)
        assert outcome_of(lambda f=fault: program.evaluate(f)) == outcome_of(
            lambda f=fault: client.evaluate(f)
        )


@pytest.mark.parametrize("once", [True, False])
def test_number_fact_of_a_typed_fault(client, program, once):
    """The test of a number travels as a number of which it is true, or false."""
    fault = Fault(release="6.1", facts={"swap_count": once, "access.write": True})

    assert program.evaluate(fault).to_json() == client.evaluate(fault).to_json()


KERNEL = {"release": "6.1", "architecture": "x86_64"}


@pytest.mark.parametrize(
    ("asked", "field", "message"),
    [
        ((Fault(**KERNEL | {"release": 6.1}),), "kernel.release", "`6.1` is not a text"),
        ((Fault(**KERNEL, backend=None),), "swap_device.backend", "`None` is not a text"),
        ((Fault(**KERNEL, stack="zram"),), "swap_device.stack", "`'zram'` is not a tuple of texts"),
        ((Fault(**KERNEL, stack=["zram"]),), "swap_device.stack", "is not a tuple of texts"),
        ((Fault(**KERNEL, raw_pte="0x7"),), "pte.raw", "`'0x7'` is not a whole number"),
        ((Fault(**KERNEL), "flip"), "depth", "`'flip'` is not one of Depth.NONE, "),
    ],
)
def test_wrong_types_of_a_typed_fault(client, program, asked, field, message):
    """Library and client name the field and what it takes, before anything is sent."""
    program.evaluate(Fault(**KERNEL))
    for evaluate in program.evaluate, client.evaluate:
        with pytest.raises(FaultError, match=message) as refused:
            evaluate(*asked)
        assert [(field, Reason.WRONG_TYPE)] == [(p.field, p.reason) for p in refused.value.problems]


@pytest.mark.parametrize(
    ("description", "field", "reason"),
    [
        pytest.param(
            {"folio": {"kms": True}}, "folio.kms", Reason.UNKNOWN_FIELD, id="unknown fact"
        ),
        pytest.param({"polio": {}}, "polio", Reason.UNKNOWN_FIELD, id="unknown object"),
        pytest.param(
            {"folio": {"ksm": "yes"}}, "folio.ksm", Reason.WRONG_TYPE, id="a text for a bool"
        ),
        pytest.param({"swap_count": -1}, "swap_count", Reason.WRONG_TYPE, id="negative"),
        pytest.param(
            {"kernel": {"release": 6.1}},
            "kernel.release",
            Reason.WRONG_TYPE,
            id="a number for a text",
        ),
        pytest.param({"folio": 3}, "folio", Reason.WRONG_TYPE, id="no object"),
        pytest.param({1: 2}, "1", Reason.WRONG_TYPE, id="no field name"),
        pytest.param([], "", Reason.MALFORMED, id="a list"),
        pytest.param("x", "", Reason.MALFORMED, id="a text"),
    ],
)
def test_bad_json_names_its_field(client, description, field, reason):
    """What no message can hold is refused before it is sent, with the field."""
    with pytest.raises(FaultError) as refused:
        client.evaluate(description)

    assert [(field, reason)] == [(p.field, p.reason) for p in refused.value.problems]


def test_unsendable_fault_keeps_its_place(client, late_write):
    """In a stream, a description that cannot be sent has its error where it stands."""
    kinds = [
        type(answer).__name__
        for answer in client.evaluate_many([late_write, {"polio": {}}, late_write, {}], batch=3)
    ]

    assert ["Verdict", "FaultError", "Verdict", "FaultError"] == kinds


def test_stream_reads_only_a_little_ahead(client, late_write):
    """An endless source is read as the answers are taken, and can be left."""
    read = 0

    def endless():
        nonlocal read
        while True:
            read += 1
            yield late_write

    answers = client.evaluate_many(endless(), batch=5)
    for _ in range(20):
        next(answers)
    answers.close()

    assert read <= 20 + 5 * 5


def test_error_of_the_source_is_raised(client, late_write):
    """What the source of faults raises reaches the caller as it is."""

    def broken():
        yield late_write
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(client.evaluate_many(broken()))


@pytest.mark.parametrize("kind", KINDS.values())
def test_entries_are_the_catalogs(client, catalog, kind):
    """Entries arrive as the catalog has them, whole numbers whole."""
    assert catalog.entries(kind) == client.catalog_entries(kind)
    first = catalog.entries(kind)[0]
    assert first == client.catalog_entry(kind, first.name)


def test_no_such_entry(client):
    """A wrong name is a LookupError that suggests a near match."""
    with pytest.raises(LookupError, match="x86_64"):
        client.catalog_entry("architectures", "x86_46")
    with pytest.raises(LookupError, match="kernels"):
        client.catalog_entries("colonels")


def test_wait_ready(start_server):
    """Ready means SERVING; nobody there is an error after the time given."""
    with Client(start_server().address) as client:
        client.wait_ready(10)
    with Client("127.0.0.1:1") as nobody, pytest.raises(ServiceError) as late:
        nobody.wait_ready(0.3)

    assert "DEADLINE_EXCEEDED" == late.value.code


def test_nobody_there():
    """A server that is not there is UNAVAILABLE, at once."""
    with Client("127.0.0.1:1") as client, pytest.raises(ServiceError) as refused:
        client.evaluate({})

    assert "UNAVAILABLE" == refused.value.code


class Slow(Program):
    """A program that takes its time."""

    def evaluate(self, fault, depth=Depth.DECIDING):
        """Answer after a while."""
        time.sleep(0.6)
        return super().evaluate(fault, depth)


def test_deadlines(start_server, catalog, late_write):
    """A call and an answer of a stream take no longer than the timeout."""
    address = start_server(program=Slow(catalog)).address
    with Client(address, timeout=0.2) as client:
        with pytest.raises(ServiceError) as unary:
            client.evaluate(late_write)
        with pytest.raises(ServiceError) as stream:
            list(client.evaluate_many([late_write]))

    assert ["DEADLINE_EXCEEDED"] * 2 == [unary.value.code, stream.value.code]


def test_full_server_says_when_to_try_again(start_server, late_write):
    """The error has code, reason, delay and the id of the log line."""
    running = start_server(max_concurrent=1)
    with Client(running.address) as first, Client(running.address) as second:
        answers = first.evaluate_many(itertools.repeat(late_write), batch=1)
        next(answers)
        with pytest.raises(ServiceError) as refused:
            second.evaluate(late_write)
        answers.close()

    error = refused.value
    assert ("RESOURCE_EXHAUSTED", "TOO_MANY_CALLS") == (error.code, error.reason)
    assert 0 < error.retry_after < 5
    assert error.request_id in {line["request_id"] for line in running.calls(2)}


def test_one_client_for_many_threads(client, program, descriptions):
    """Threads share a client, a server and a program, and each gets its own answers."""
    expected = [outcome_of(lambda d=d: program.evaluate(d)) for d in descriptions[:100]]
    found = {}

    def work(thread):
        found[thread] = [outcome_of(lambda d=d: client.evaluate(d)) for d in descriptions[:100]]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [expected] * 4 == [found[number] for number in range(4)]


def test_verdicts_are_equal_not_only_alike(client, program, late_write):
    """A verdict from a server equals the local one, field by field."""
    near, far = program.evaluate(late_write, Depth.PROSE), client.evaluate(late_write, Depth.PROSE)

    assert dataclasses.asdict(near) == dataclasses.asdict(far)
