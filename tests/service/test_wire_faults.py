"""Faults on the wire say what their JSON form says."""

from __future__ import annotations

import pytest
from google.protobuf import json_format

from swapin.model import Depth, Fault, FaultError, Reason
from swapin.program import read_fault
from swapin.service.wire import FaultReader, fault_to_proto, unplain_facts
from swapin.v1 import fault_pb2


def message_of(description):
    """The message of a description."""
    return json_format.ParseDict(description, fault_pb2.Fault())


def test_read_as_the_json_form(catalog, descriptions):
    """Every description reads the same from a message and from JSON."""
    reader = FaultReader(catalog)
    for description in descriptions:
        assert read_fault(description, catalog) == reader.read(message_of(description))


def test_unset_is_unknown_and_false_is_given(catalog):
    """A field that is set to false is a fact; one that is not set is none."""
    fault = FaultReader(catalog).read(
        message_of({"kernel": {"release": "6.1"}, "folio": {"ksm": False}})
    )

    assert {"folio.ksm": False} == dict(fault.facts)


def test_back_and_forth(catalog, descriptions):
    """A fault comes back from its message as it was."""
    reader = FaultReader(catalog)
    for description in descriptions:
        fault = read_fault(description, catalog)
        numbers = {name: 1 if fault.facts[name] else 2 for name in unplain_facts(fault)}
        assert fault == reader.read(fault_to_proto(fault, numbers))


def test_raw_pte(catalog):
    """A raw swap PTE travels as a hexadecimal text."""
    fault = Fault(release="6.1", architecture="x86_64", raw_pte=0x7FFFFFFFFFBFE0A)

    assert "0x7fffffffffbfe0a" == fault_to_proto(fault, {}).pte.raw
    assert fault == FaultReader(catalog).read(fault_to_proto(fault, {}))


@pytest.mark.parametrize(
    ("description", "field", "reason"),
    [
        pytest.param({}, "kernel.release", Reason.MISSING, id="no kernel"),
        pytest.param(
            {"kernel": {"variant": "v2-posted"}},
            "kernel.release",
            Reason.MISSING,
            id="a variant alone",
        ),
        pytest.param({"swap_count": 0}, "swap_count", Reason.WRONG_TYPE, id="no swap PTE"),
        pytest.param({"pte": {"raw": "7ff"}}, "pte.raw", Reason.WRONG_TYPE, id="no hexadecimal"),
        pytest.param(
            {"extension_facts": {"folio.kms": True}},
            "extension_facts.folio.kms",
            Reason.UNKNOWN_FIELD,
            id="a misspelt fact",
        ),
        pytest.param(
            {"extension_facts": {"folio.ksm": 1}},
            "extension_facts.folio.ksm",
            Reason.WRONG_TYPE,
            id="a number for a bool",
        ),
        pytest.param(
            {"extension_facts": {"folio.ksm": None}},
            "extension_facts.folio.ksm",
            Reason.WRONG_TYPE,
            id="a null",
        ),
        pytest.param(
            {"extension_facts": {"folio.ksm": [True]}},
            "extension_facts.folio.ksm",
            Reason.WRONG_TYPE,
            id="a list",
        ),
        pytest.param(
            {"extension_facts": {"swap_count": float("nan")}},
            "extension_facts.swap_count",
            Reason.WRONG_TYPE,
            id="not a number",
        ),
        pytest.param(
            {"folio": {"ksm": True}, "extension_facts": {"folio.ksm": False}},
            "extension_facts.folio.ksm",
            Reason.DISAGREES,
            id="given twice",
        ),
    ],
)
def test_refused_in_the_words_of_the_json_reader(catalog, description, field, reason):
    """What is wrong is named alike, whichever way the fault came."""
    description = {"kernel": {"release": "6.1"}, **description} if description else {}
    with pytest.raises(FaultError) as over_wire:
        FaultReader(catalog).read(message_of(description))
    with pytest.raises(FaultError) as as_json:
        read_fault(description, catalog)

    assert [(field, reason)] == [(p.field, p.reason) for p in over_wire.value.problems]
    assert as_json.value.problems == over_wire.value.problems


def test_extension_facts_are_facts(catalog):
    """Any fact may be given by its full name, and a number as a number."""
    fault = FaultReader(catalog).read(
        message_of(
            {
                "kernel": {"release": "6.1"},
                "extension_facts": {"folio.ksm": True, "swap_count": 1},
            }
        )
    )

    assert {"folio.ksm": True, "swap_count": True} == dict(fault.facts)


@pytest.mark.parametrize("inside", ["", "folio"])
def test_field_of_a_newer_api_is_refused(catalog, program, inside):
    """A field number that this server does not know is an error, not a fact that is dropped."""
    message = message_of({"kernel": {"release": "6.1"}})
    holder = getattr(message, inside) if inside else message
    holder.MergeFromString(b"\xf8\x7f\x01")  # Field 2047, a varint.
    with pytest.raises(FaultError) as refused:
        FaultReader(catalog).read(message)

    assert [(inside, Reason.UNKNOWN_FIELD)] == [(p.field, p.reason) for p in refused.value.problems]


def test_flood_of_extension_facts_is_refused_at_once(catalog):
    """More facts than there are get one error, and no search for near matches."""
    message = message_of({"kernel": {"release": "6.1"}})
    for number in range(50_000):
        message.extension_facts[f"folio.x{number}"].bool_value = True
    with pytest.raises(FaultError) as refused:
        FaultReader(catalog).read(message)

    assert ["extension_facts"] == [p.field for p in refused.value.problems]


def test_every_fact_of_the_api_is_declared(catalog):
    """Each field of a fault is a fact that the installed plugins declare, or names a preset."""
    names = {
        "swap_device.stack",
        "kernel.release",
        "kernel.variant",
        "architecture",
        "swap_device.backend",
        "pte.raw",
    }
    fields = {
        f"{field.name}.{inner.name}"
        for field in fault_pb2.Fault.DESCRIPTOR.fields
        if field.message_type is not None and field.name != "extension_facts"
        for inner in field.message_type.fields
    } | {f.name for f in fault_pb2.Fault.DESCRIPTOR.fields if f.message_type is None}

    assert set() == fields - names - set(catalog.facts)


def test_evaluates_alike(program, late_write):
    """The program says the same of a description and of its message."""
    fault = FaultReader(program.catalog).read(message_of(late_write))

    assert program.evaluate(late_write, Depth.PROSE) == program.evaluate(fault, Depth.PROSE)
