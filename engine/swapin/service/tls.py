"""Certificates of the server, read anew on demand; the last good pair stays."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import grpc


class TlsError(Exception):
    """Files that are no usable certificate and key; the message names the file."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where certificates are kept, in PEM."""

    certificate: Path
    """The server's certificate, then the chain up to its authority."""
    key: Path
    """Its private key, not encrypted."""
    client_authority: Path | None = None
    """Authorities of client certificates; with it a client without one cannot connect."""


class Certificates:
    """The pair that new connections get. Connections that stand keep theirs.

    :raises TlsError: the files cannot be used.
    """

    def __init__(self, files: TlsFiles) -> None:
        self._files = files
        self._newest = self._read()

    def credentials(self) -> grpc.ServerCredentials:
        """What a server listens with; asks for the newest pair at every handshake."""
        return grpc.dynamic_ssl_server_credentials(
            self._newest,
            lambda: self._newest,
            require_client_authentication=self._files.client_authority is not None,
        )

    def reload(self) -> None:
        """Read the files again.

        :raises TlsError: they cannot be used; the last good pair stays.
        """
        self._newest = self._read()

    def _read(self) -> grpc.ServerCertificateConfiguration:
        files = self._files
        pair = _bytes(files.certificate), _bytes(files.key)
        # grpc would tell of a bad pair only at the next handshake, and only to the client.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(files.certificate, files.key, password=_no_password)
        except (ssl.SSLError, OSError, ValueError) as error:
            raise TlsError(
                f"`{files.certificate}` and `{files.key}` are no certificate and its key: {error}"
            ) from error
        authority = None
        if files.client_authority is not None:
            authority = _bytes(files.client_authority)
            try:
                context.load_verify_locations(files.client_authority)
            except (ssl.SSLError, OSError) as error:
                raise TlsError(f"`{files.client_authority}` is no certificate: {error}") from error
        return grpc.ssl_server_certificate_configuration([(pair[1], pair[0])], authority)


def _no_password() -> str:
    raise ValueError("the key is encrypted")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TlsError(f"cannot read `{path}`: {error.strerror}") from error
