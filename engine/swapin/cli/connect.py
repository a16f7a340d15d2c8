"""The options that say which server is asked, and how."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from swapin.service.client import Client


class OptionsError(LookupError):
    """Options that do not go together, or name a file that does not serve."""


def add_arguments(parser: argparse.ArgumentParser, text: str) -> None:
    """Add the options.

    :param text: help of ``--server``.
    """
    group = parser.add_argument_group("server")
    group.add_argument("--server", metavar="ADDRESS", help=text)
    group.add_argument(
        "--tls-ca", metavar="PEM", help="use TLS, and trust what this authority signed"
    )
    group.add_argument("--tls-cert", metavar="PEM", help="show the server this certificate")
    group.add_argument("--tls-key", metavar="PEM", help="its private key")
    group.add_argument("--token-file", metavar="FILE", help="present the token in this file")


def client(args: argparse.Namespace) -> Client:
    """The client that the options ask for.

    :raises OptionsError: the options do not go together.
    :raises OSError: a file cannot be read.
    """
    from pathlib import Path

    from swapin.service.client import Client

    authority, certificate, key, token = (
        Path(path).read_bytes() if path else b""
        for path in (args.tls_ca, args.tls_cert, args.tls_key, args.token_file)
    )
    if bool(certificate) != bool(key):
        raise OptionsError("--tls-cert and --tls-key go together")
    try:
        return Client(
            args.server,
            authority=authority or None,
            certificate=(certificate, key) if certificate else None,
            token=token.decode("ascii").strip(),
        )
    except ValueError as error:
        raise OptionsError(str(error)) from error
