"""The catalog service: every entry, page by page."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf import json_format
from grpc_status import rpc_status

from swapin.catalog import KINDS as CATALOG_KINDS
from swapin.service import errors, paging
from swapin.service.catalog import KINDS
from swapin.v1 import catalog_service_pb2 as pb
from swapin.v1 import catalog_service_pb2_grpc


@pytest.fixture
def stub(start_server):
    """A stub of the catalog service."""
    with grpc.insecure_channel(start_server().address) as channel:
        yield catalog_service_pb2_grpc.CatalogServiceStub(channel)


def reason_of(method, request):
    """Code and reason of a call that must fail."""
    with pytest.raises(grpc.RpcError) as refused:
        method(request, timeout=10)
    return refused.value.code().name, errors.reason_of(rpc_status.from_call(refused.value))


def test_every_kind_is_on_the_wire():
    """The API has the catalog's kinds of entry, and no other."""
    assert set(CATALOG_KINDS) == set(KINDS.values())


def test_catalog_as_a_whole(stub, catalog):
    """Fingerprint, edition, and whether a plugin failed."""
    expected = pb.GetCatalogResponse(
        fingerprint=catalog.fingerprint, rules_edition=catalog.edition, degraded=False
    )

    assert expected == stub.GetCatalog(pb.GetCatalogRequest(), timeout=10)


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("size", [1, 3, 0, 2**31 - 1])
def test_pages_hold_every_entry_once(stub, catalog, kind, size):
    """The pages of any size, put together, are the catalog's entries in its order."""
    found, token = [], ""
    while True:
        page = stub.ListEntries(
            pb.ListEntriesRequest(kind=kind, page_size=size, page_token=token), timeout=10
        )
        assert len(page.entries) <= min(size or 50, 200)
        found += page.entries
        token = page.next_page_token
        if not token:
            break

    entries = catalog.entries(KINDS[kind])
    assert [(e.name, e.summary, e.plugin, e.distribution) for e in entries] == [
        (e.name, e.summary, e.plugin, e.distribution) for e in found
    ]
    assert [entry.details for entry in entries] == [
        json_format.MessageToDict(entry.details) for entry in found
    ]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_one_entry(stub, catalog, kind):
    """Each entry is shown as it is listed."""
    listed = stub.ListEntries(pb.ListEntriesRequest(kind=kind, page_size=200), timeout=10)
    for entry in listed.entries:
        request = pb.GetEntryRequest(kind=kind, name=entry.name)
        assert entry == stub.GetEntry(request, timeout=10).entry


def test_page_sizes_are_clamped():
    """No size is 50, and more than 200 is 200."""
    assert [50, 1, 200, 200] == [paging.page_size(asked) for asked in (0, 1, 200, 201)]


def test_bad_requests(stub):
    """What is wrong with a request has a reason of its own."""
    first = stub.ListEntries(pb.ListEntriesRequest(kind="ENTRY_KIND_FACT", page_size=1), timeout=10)
    token = first.next_page_token
    wrong = [
        (pb.ListEntriesRequest(), "MISSING_FIELD"),
        (pb.ListEntriesRequest(kind=77), "UNKNOWN_ENUM_VALUE"),
        (pb.ListEntriesRequest(kind="ENTRY_KIND_FACT", page_size=-1), "BAD_PAGE_SIZE"),
        (pb.ListEntriesRequest(kind="ENTRY_KIND_FACT", page_token="x"), "BAD_PAGE_TOKEN"),
        (pb.ListEntriesRequest(kind="ENTRY_KIND_FACT", page_token="ü"), "BAD_PAGE_TOKEN"),
        (pb.ListEntriesRequest(kind="ENTRY_KIND_FACT", page_token=token + "="), "BAD_PAGE_TOKEN"),
        (pb.ListEntriesRequest(kind="ENTRY_KIND_RULE", page_token=token), "BAD_PAGE_TOKEN"),
    ]
    for request, reason in wrong:
        assert ("INVALID_ARGUMENT", reason) == reason_of(stub.ListEntries, request)
    assert ("INVALID_ARGUMENT", "MISSING_FIELD") == reason_of(
        stub.GetEntry, pb.GetEntryRequest(kind="ENTRY_KIND_FACT")
    )


@pytest.mark.parametrize(
    ("kind", "fingerprint", "count"),
    [
        pytest.param("rules", "abc", 100, id="another kind"),
        pytest.param("facts", "abd", 100, id="another catalog"),
        pytest.param("facts", "abc", 7, id="beyond the end"),
    ],
)
def test_token_of_another_list(kind, fingerprint, count):
    """A token is good for its kind and catalog only."""
    token = paging.token_of(7, "facts", "abc")

    assert 7 == paging.start_of(token, "facts", "abc", 100)
    with pytest.raises(errors.CallRefused):
        paging.start_of(token, kind, fingerprint, count)
