"""The catalog service: what is loaded, in pages."""

from __future__ import annotations

from functools import cache

from google.protobuf.struct_pb2 import Struct

from swapin.catalog import Catalog, Entry
from swapin.service import errors, paging
from swapin.service.aio import Context
from swapin.service.errors import CallReason, CallRefused
from swapin.v1 import catalog_service_pb2 as pb
from swapin.v1 import catalog_service_pb2_grpc as pb_grpc

_PREFIX = "ENTRY_KIND_"

KINDS: dict[int, str] = {
    value.number: value.name.removeprefix(_PREFIX).lower() + "s"
    for value in pb.EntryKind.DESCRIPTOR.values
    if value.number != pb.ENTRY_KIND_UNSPECIFIED
}
"""Kind of entry, as the catalog names it, by its number on the wire."""


class CatalogServicer(pb_grpc.CatalogServiceServicer):
    """Tells what the plugins declared."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        # A catalog never changes, so neither do its entries.
        self._entries = cache(self._entries_of)

    async def GetCatalog(  # noqa: N802
        self, request: pb.GetCatalogRequest, context: Context
    ) -> pb.GetCatalogResponse:
        """Tell what the catalog is as a whole."""
        return pb.GetCatalogResponse(
            fingerprint=self._catalog.fingerprint,
            rules_edition=self._catalog.edition,
            degraded=self._catalog.degraded,
            failures=self._catalog.failures,
        )

    async def ListEntries(  # noqa: N802
        self, request: pb.ListEntriesRequest, context: Context
    ) -> pb.ListEntriesResponse:
        """List a page of the entries of one kind."""
        kind = _kind(request.kind)
        entries = self._entries(kind)
        size = paging.page_size(request.page_size)
        start = paging.start_of(request.page_token, kind, self._catalog.fingerprint, len(entries))
        end = start + size
        token = paging.token_of(end, kind, self._catalog.fingerprint) if end < len(entries) else ""
        return pb.ListEntriesResponse(entries=entries[start:end], next_page_token=token)

    async def GetEntry(self, request: pb.GetEntryRequest, context: Context) -> pb.GetEntryResponse:  # noqa: N802
        """Show one entry."""
        kind = _kind(request.kind)
        if not request.name:
            message = "an entry is asked for by its name"
            raise CallRefused(errors.bad_field("name", CallReason.MISSING_FIELD, message))
        try:
            entry = self._catalog.entry(kind, request.name)
        except LookupError as error:
            raise CallRefused(errors.no_such_entry(str(error.args[0]))) from None
        return pb.GetEntryResponse(entry=_entry_to_proto(entry))

    def _entries_of(self, kind: str) -> tuple[pb.Entry, ...]:
        return tuple(_entry_to_proto(entry) for entry in self._catalog.entries(kind))


def _entry_to_proto(entry: Entry) -> pb.Entry:
    details = Struct()
    details.update(entry.details)
    return pb.Entry(
        name=entry.name,
        summary=entry.summary,
        plugin=entry.plugin,
        distribution=entry.distribution,
        details=details,
    )


def _kind(number: int) -> str:
    if number == pb.ENTRY_KIND_UNSPECIFIED:
        message = "say which kind of entry"
        raise CallRefused(errors.bad_field("kind", CallReason.MISSING_FIELD, message))
    kind = KINDS.get(number)
    if kind is None:
        message = f"`{number}` is no kind of entry that this server knows"
        raise CallRefused(errors.bad_field("kind", CallReason.UNKNOWN_ENUM_VALUE, message))
    return kind
