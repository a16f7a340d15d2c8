"""A synchronous client: verdicts from a server, as the library gives them."""

from __future__ import annotations

import math
import re
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

import grpc
from google.protobuf import json_format
from grpc_health.v1 import health_pb2, health_pb2_grpc

from swapin.catalog import Entry
from swapin.model import Depth, Fault, FaultError, Problem, Reason, SwapPte, Verdict
from swapin.model.fault import check_types
from swapin.program.ptes import PteDescription, Value, read_pte
from swapin.service.address import Address, ListenError
from swapin.service.analysis_client import AnalysisClient
from swapin.service.bearer import presenting
from swapin.service.call_errors import error_of_call, error_of_fault
from swapin.service.catalog import KINDS
from swapin.service.json_form import extended, message_of
from swapin.service.service_error import ServiceError
from swapin.service.wire import fault_to_proto, unplain_facts
from swapin.service.wire_pte import description_to_proto, pte_from_proto
from swapin.service.wire_verdict import depth_to_proto, verdict_from_proto
from swapin.v1 import catalog_service_pb2 as catalog_pb2
from swapin.v1 import (
    catalog_service_pb2_grpc,
    evaluation_service_pb2_grpc,
    fault_pb2,
    pte_service_pb2_grpc,
)
from swapin.v1 import evaluation_service_pb2 as evaluation_pb2
from swapin.v1 import pte_service_pb2 as pte_pb2

if TYPE_CHECKING:
    from swapin.columns import Bits, Outcomes

Description: TypeAlias = Mapping[str, Any] | Fault
"""A fault: the JSON form as a mapping, or a :class:`swapin.Fault`."""

__all__ = ["Client", "Description", "ServiceError"]

_LARGEST_ANSWER = 64 * 1024 * 1024
_UNDER_WAY = 4
"""Messages of a stream that are sent before the first answer is awaited."""


def _stays_here(target: str) -> bool:
    if target.startswith(("unix:", "unix-abstract:")):
        return True
    try:
        return Address.parse(target).loopback
    except ListenError:
        return False


class Client:
    """Asks a server. Use it as a context manager, or call :meth:`close`. Thread safe.

    Not for ever: every call has a deadline.

    :param target: the server's address, such as ``127.0.0.1:50051``.
    :param timeout: seconds for one call, or for one answer of a stream.
    :param authority: certificates, in PEM, that the server's must come from; with them the
        connection is TLS.
    :param certificate: certificate and private key, in PEM, to show a server that asks for one.
    :param token: presented with every call as a bearer token.
    :raises ValueError: a certificate without an authority; a token for another machine without
        TLS, which others could read on its way.

    .. versionadded:: 0.1
    """

    def __init__(
        self,
        target: str,
        *,
        timeout: float = 10.0,
        authority: bytes | None = None,
        certificate: tuple[bytes, bytes] | None = None,
        token: str = "",
    ) -> None:
        self._timeout = timeout
        options = (("grpc.max_receive_message_length", _LARGEST_ANSWER),)
        if authority is not None:
            chain, key = certificate or (None, None)
            secure = grpc.ssl_channel_credentials(authority, key, chain)
            self._channel = grpc.secure_channel(target, secure, options)
        elif certificate is not None:
            raise ValueError("a client's certificate asks for an authority to trust")
        elif token and not _stays_here(target):
            raise ValueError("a token is sent to another machine by TLS alone; name an authority")
        else:
            self._channel = grpc.insecure_channel(target, options)
        if token:
            self._channel = presenting(self._channel, token)
        # Generated without annotations.
        evaluation: Any = evaluation_service_pb2_grpc.EvaluationServiceStub
        catalog: Any = catalog_service_pb2_grpc.CatalogServiceStub
        self._evaluation = evaluation(self._channel)
        self._catalog = catalog(self._channel)
        ptes: Any = pte_service_pb2_grpc.PteServiceStub
        self._ptes = ptes(self._channel)
        self.analysis = AnalysisClient(self._channel, timeout)
        """Check, diff and reach."""
        self._facts: dict[str, dict[str, Any] | None] = {}

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; calls under way are cancelled."""
        self._channel.close()

    def wait_ready(self, timeout: float | None = None) -> None:
        """Wait until the server says that it serves.

        :param timeout: seconds; by default the client's.
        :raises ServiceError: it does not within that time.
        """
        stub: Any = health_pb2_grpc.HealthStub(self._channel)
        seconds = self._timeout if timeout is None else timeout
        try:
            answer = stub.Check(
                health_pb2.HealthCheckRequest(), timeout=seconds, wait_for_ready=True
            )
        except grpc.RpcError as error:
            raise error_of_call(error) from error
        if answer.status != health_pb2.HealthCheckResponse.SERVING:
            raise ServiceError("UNAVAILABLE", "", "the server is stopping")

    def evaluate(self, fault: Description, depth: Depth = Depth.DECIDING) -> Verdict:
        """The server's verdict for one fault; its JSON has the bytes of a local one.

        :raises FaultError: the description cannot be evaluated.
        :raises ServiceError: the call failed otherwise.
        """
        request = evaluation_pb2.EvaluateFaultRequest(
            fault=self._to_proto(fault), depth=depth_to_proto(depth)
        )
        answer = self._call(self._evaluation.EvaluateFault, request)
        return _verdict(answer.verdict)

    def evaluate_many(
        self,
        faults: Iterable[Description],
        depth: Depth = Depth.DECIDING,
        *,
        batch: int = 500,
    ) -> Iterator[Verdict | FaultError]:
        """Verdicts for many faults over one stream, in order and as they come.

        A fault that cannot be evaluated has its error in its place. The faults are read as
        the answers are taken, a few messages ahead.

        :param batch: faults a message; the server has a limit (10,000 unless told otherwise).
        :raises ServiceError: the stream failed; an answer took longer than the timeout.
        """
        requests: SimpleQueue[evaluation_pb2.StreamEvaluateFaultsRequest | None] = SimpleQueue()
        call = self._evaluation.StreamEvaluateFaults(iter(requests.get, None))
        under_way: deque[Sequence[FaultError | None]] = deque()
        source = iter(faults)
        try:
            while chunk := list(islice(source, batch)):
                request, places = self._message(chunk, depth)
                requests.put(request)
                under_way.append(places)
                if len(under_way) >= _UNDER_WAY:
                    yield from self._answers(call, under_way.popleft())
            requests.put(None)
            while under_way:
                yield from self._answers(call, under_way.popleft())
        finally:
            requests.put(None)
            call.cancel()

    def evaluate_columns(
        self,
        common: Description,
        columns: Mapping[str, Bits],
        faults: int,
        outcomes: Sequence[str] = (),
    ) -> Outcomes:
        """The outcomes of many faults that share a description, as columns of bits.

        :param common: what is the same for each, its kernel at least.
        :param columns: the facts that differ, by atom.
        :param faults: how many there are: at most 1,048,576.
        :param outcomes: the names of those that are asked for; none means all.
        :raises FaultError: the common description cannot be evaluated, or a column is no fact's.
        :raises ServiceError: the call failed otherwise.
        """
        from swapin.service.wire_columns import columns_to_proto, outcomes_from_proto

        request = evaluation_pb2.EvaluateColumnsRequest(
            common=self._to_proto(common),
            faults=faults,
            columns=columns_to_proto(columns, faults),
            outcomes=outcomes,
        )
        return outcomes_from_proto(self._call(self._evaluation.EvaluateColumns, request), faults)

    def decode_ptes(
        self, values: Iterable[Value], architecture: str, kernel: str, *, batch: int = 500
    ) -> Iterator[SwapPte | FaultError]:
        """Raw swap PTEs taken apart, in order; as :meth:`swapin.PteCodec.decode_ptes`.

        :param batch: PTEs a call; the server has a limit (10,000 unless told otherwise).
        :raises ServiceError: a call failed.
        """
        source = iter(values)
        while chunk := list(islice(source, batch)):
            request = pte_pb2.DecodePtesRequest(
                architecture=architecture, kernel=kernel, raw=map(str, chunk)
            )
            answer = self._call(self._ptes.DecodePtes, request)
            yield from _ptes(answer.results, [None] * len(chunk))

    def encode_ptes(
        self,
        descriptions: Iterable[Mapping[str, Any] | PteDescription | FaultError],
        *,
        batch: int = 500,
    ) -> Iterator[SwapPte | FaultError]:
        """Swap PTEs put together, in order; as :meth:`swapin.PteCodec.encode_ptes`.

        :param batch: see :meth:`decode_ptes`.
        :raises ServiceError: a call failed.
        """
        source = iter(descriptions)
        while chunk := list(islice(source, batch)):
            request = pte_pb2.EncodePtesRequest()
            places: list[FaultError | None] = []
            for description in chunk:
                try:
                    if isinstance(description, FaultError):
                        raise description
                    if not isinstance(description, PteDescription):
                        description = read_pte(description)
                    request.ptes.append(description_to_proto(description))
                    places.append(None)
                except FaultError as error:
                    places.append(error)
            answer = self._call(self._ptes.EncodePtes, request)
            yield from _ptes(answer.results, places)

    def catalog_entries(self, kind: str) -> tuple[Entry, ...]:
        """Every entry of a kind, such as ``kernels`` or ``rules``.

        :raises LookupError: there is no such kind.
        :raises ServiceError: the call failed.
        """
        number = _kind_number(kind)
        found: list[Entry] = []
        token = ""
        while True:
            request = catalog_pb2.ListEntriesRequest(kind=number, page_size=200, page_token=token)
            page = self._call(self._catalog.ListEntries, request)
            found.extend(_entry(entry) for entry in page.entries)
            token = page.next_page_token
            if not token:
                return tuple(found)

    def catalog_entry(self, kind: str, name: str) -> Entry:
        """One entry.

        :raises LookupError: there is no such kind or entry; the message suggests a near match.
        :raises ServiceError: the call failed otherwise.
        """
        request = catalog_pb2.GetEntryRequest(kind=_kind_number(kind), name=name)
        try:
            return _entry(self._call(self._catalog.GetEntry, request).entry)
        except ServiceError as error:
            if error.code == grpc.StatusCode.NOT_FOUND.name:
                raise LookupError(error.message) from error
            raise

    def _call(self, method: Any, request: Any) -> Any:
        try:
            return method(request, timeout=self._timeout)
        except grpc.RpcError as error:
            raise error_of_call(error) from error

    def _message(
        self, chunk: Sequence[Description], depth: Depth
    ) -> tuple[evaluation_pb2.StreamEvaluateFaultsRequest, Sequence[FaultError | None]]:
        """A message of faults; and for each place, what kept its fault from being sent."""
        request = evaluation_pb2.StreamEvaluateFaultsRequest(depth=depth_to_proto(depth))
        places: list[FaultError | None] = []
        for fault in chunk:
            try:
                request.faults.append(self._to_proto(fault))
                places.append(None)
            except FaultError as error:
                places.append(error)
        return request, places

    def _answers(
        self, call: Any, places: Sequence[FaultError | None]
    ) -> Iterator[Verdict | FaultError]:
        results: Iterator[Any] = iter(self._next(call).results)
        for unsent in places:
            if unsent is not None:
                yield unsent
                continue
            result = next(results, evaluation_pb2.Result())
            kind = result.WhichOneof("result")
            if kind is None:
                raise ServiceError("INTERNAL", "", "the server left out an answer")
            yield _verdict(result.verdict) if kind == "verdict" else error_of_fault(result.error)

    def _next(self, call: Any) -> Any:
        """The next message of a stream; a stream as a whole has no deadline, a message has."""
        late = threading.Event()

        def give_up() -> None:
            late.set()
            call.cancel()

        timer = threading.Timer(self._timeout, give_up)
        timer.daemon = True
        timer.start()
        try:
            return next(call)
        except StopIteration:
            raise ServiceError("INTERNAL", "", "the server ended the stream early") from None
        except grpc.RpcError as error:
            if late.is_set():
                message = f"no answer within {self._timeout:g} seconds"
                raise ServiceError("DEADLINE_EXCEEDED", "", message) from error
            raise error_of_call(error) from error
        finally:
            timer.cancel()

    def _to_proto(self, fault: Description) -> fault_pb2.Fault:
        if not isinstance(fault, Fault):
            try:
                return message_of(fault)
            except FaultError as error:
                if error.problems[0].reason is not Reason.UNKNOWN_FIELD:
                    raise
                # A plugin of the server may have declared the field.
                return message_of(extended(fault, lambda name: self._details(name) is not None))
        check_types(fault)
        values: dict[str, int | str] = {}
        atoms_of: dict[str, list[str]] = {}
        for name in unplain_facts(fault):
            choice, _, _ = name.rpartition(".")
            if self._details(name) is None and (self._details(choice) or {}).get("values"):
                atoms_of.setdefault(choice, []).append(name)
            elif (number := self._number(name, fault.facts[name])) is not None:
                values[name] = number
        for choice, atoms in atoms_of.items():
            chosen = [atom for atom in atoms if fault.facts[atom]]
            if len(chosen) != 1:
                message = "a choice is sent whole: exactly one of its values is the case"
                raise FaultError([Problem(choice, Reason.WRONG_TYPE, message)])
            values[choice] = chosen[0].removeprefix(f"{choice}.")
        return fault_to_proto(fault, values, {a for atoms in atoms_of.values() for a in atoms})

    def _number(self, name: str, truth: bool) -> int | None:
        """For a fact that is a test of a number: a number of which it is true or false."""
        details = self._details(name) or {}
        test = re.search(r"\d+", str(details.get("test", "")))
        if test is None:
            return None
        least = re.search(r"\d+", str(details.get("domain", "")))
        equals, at_least = int(test[0]), int(least[0]) if least else 0
        # Any other number of the domain says the same.
        return equals if truth else at_least if at_least != equals else equals + 1

    def _details(self, name: str) -> dict[str, Any] | None:
        """What the server says of a fact; ``None`` if it knows none of this name."""
        if name not in self._facts:
            try:
                self._facts[name] = self.catalog_entry("facts", name).details
            except LookupError:
                self._facts[name] = None
        return self._facts[name]


def _verdict(message: Any) -> Verdict:
    try:
        return verdict_from_proto(message)
    except ValueError as error:
        raise ServiceError("UNIMPLEMENTED", "", str(error)) from error


def _ptes(
    results: Iterable[Any], places: Sequence[FaultError | None]
) -> Iterator[SwapPte | FaultError]:
    """The results of a call, with what was not sent in its place."""
    answers = iter(results)
    for unsent in places:
        if unsent is not None:
            yield unsent
            continue
        result = next(answers, pte_pb2.PteResult())
        kind = result.WhichOneof("result")
        if kind is None:
            raise ServiceError("INTERNAL", "", "the server left out an answer")
        yield pte_from_proto(result.pte) if kind == "pte" else error_of_fault(result.error)


def _kind_number(kind: str) -> Any:
    for number, name in KINDS.items():
        if name == kind:
            return number
    raise LookupError(f"no kind of entry `{kind}`; there are {', '.join(KINDS.values())}")


def _entry(message: catalog_pb2.Entry) -> Entry:
    return Entry(
        message.name,
        message.summary,
        message.plugin,
        message.distribution,
        _with_whole_numbers(json_format.MessageToDict(message.details)),
    )


def _with_whole_numbers(value: Any) -> Any:
    """JSON data with whole numbers as ``int``; a Struct knows floating point only."""
    if isinstance(value, dict):
        return {key: _with_whole_numbers(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_with_whole_numbers(member) for member in value]
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    return value
