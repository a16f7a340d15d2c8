"""Verdicts on the wire are the verdicts of the library."""

from __future__ import annotations

import pytest
from google.protobuf import json_format

from swapin.model import Depth, FaultError
from swapin.model.outcomes import Group
from swapin.service.wire_verdict import (
    DEPTHS,
    depth_to_proto,
    verdict_from_proto,
    verdict_to_proto,
)
from swapin.v1 import verdict_pb2


@pytest.fixture(scope="module", params=list(Depth))
def verdicts(request, program, descriptions):
    """Verdicts of one depth."""
    found = []
    # Every depth has its own, and each kind of kernel and of mistake is in each.
    start = list(Depth).index(request.param) * 30
    count = 75 if request.param.rank < Depth.FLIP.rank else 40
    for description in descriptions[start : start + count]:
        try:
            found.append(program.evaluate(description, request.param))
        except FaultError:
            continue
    assert len(found) > 20
    return found


def test_json_is_the_json_of_the_message(verdicts):
    """``to_json()`` is the proto3 JSON form of the message."""
    for verdict in verdicts:
        parsed = json_format.Parse(verdict.to_json(), verdict_pb2.Verdict())
        assert parsed == verdict_to_proto(verdict)


def test_back_and_forth(verdicts):
    """A verdict comes back from its bytes as it was, to the last byte of its JSON."""
    for verdict in verdicts:
        raw = verdict_to_proto(verdict).SerializeToString()
        back = verdict_from_proto(verdict_pb2.Verdict.FromString(raw))
        assert verdict == back
        assert verdict.to_json() == back.to_json()


def test_the_samples_have_every_answer(program, descriptions):
    """Overrides, undetermined outcomes and refusals are among the samples."""
    overridden = undetermined = refused = 0
    for description in descriptions:
        try:
            verdict = program.evaluate(description)
        except FaultError:
            refused += 1
        else:
            overridden += bool(verdict.provenance.overrides)
            undetermined += bool(verdict.settled_by)

    assert (True, True, True) == (overridden > 5, undetermined > 5, refused > 5)


def test_every_outcome_is_on_the_wire():
    """The message has the outcomes of the model, in the model's order."""
    fields = verdict_pb2.Outcomes.DESCRIPTOR.fields

    assert [group.field for group in Group] == [field.name for field in fields]


def test_every_depth_is_on_the_wire():
    """Each depth has its number, and 0 is the deciding rules."""
    assert Depth.DECIDING == DEPTHS[0]
    assert list(Depth) == [DEPTHS[depth_to_proto(depth)] for depth in Depth]


def test_answer_of_a_newer_server_is_an_error(program, late_write):
    """An enum number that the client does not know is not guessed at."""
    message = verdict_to_proto(program.evaluate(late_write))
    message.outcomes.exclusive = 17
    with pytest.raises(ValueError, match="17"):
        verdict_from_proto(message)
