"""Hands over text in place of backends."""

from swapin import hookimpl


@hookimpl
def swapin_backends():
    return ["nbd"]
