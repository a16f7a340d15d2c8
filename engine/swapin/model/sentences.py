"""Expressions as people write them: names, ``~``, ``&``, ``|`` and parentheses.

Text is read by a small parser; nothing in it is ever evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from swapin.model.errors import clipped
from swapin.model.expressions import Expression, all_of, any_of

_LONGEST = 4000
_DEEPEST = 60


class Sentences:
    """A language of such expressions.

    :param names: a regular expression, without groups, of what may be named.
    :param meaning: the expression of a name, and of the value after its ``=``; may refuse.
    :param called: what a name stands for, in words: ``a fact or an outcome``.
    :param refused: makes the error of a message.
    """

    def __init__(
        self,
        names: str,
        meaning: Callable[[str, str | None], Expression],
        called: str,
        refused: Callable[[str], Exception],
    ) -> None:
        self._token = re.compile(rf"\s*(?:({names})(?:\s*=\s*([A-Za-z0-9_]+))?|([~&|()]))")
        self._meaning = meaning
        self._called = called
        self._refused = refused

    def read(self, text: str) -> Expression:
        """Read a sentence.

        :raises Exception: it is none: what ``refused`` made, of a message that names the place.
        """
        if len(text) > _LONGEST:
            raise self._refused(f"more than {_LONGEST} characters")
        return _Reader(text, self._token, self._meaning, self._called, self._refused).read()


class _Reader:
    def __init__(
        self,
        text: str,
        token: re.Pattern[str],
        meaning: Callable[[str, str | None], Expression],
        called: str,
        refused: Callable[[str], Exception],
    ) -> None:
        self._text = text
        self._pattern = token
        self._meaning = meaning
        self._called = called
        self._refused = refused
        self._at = 0
        self._depth = 0
        self._token: re.Match[str] | None = None
        self._advance()

    def read(self) -> Expression:
        found = self._either()
        if self._token is not None:
            raise self._unexpected("`&`, `|` or the end")
        return found

    def _advance(self) -> None:
        if not self._text[self._at :].strip():
            self._at = len(self._text)
            self._token = None
            return
        self._token = self._pattern.match(self._text, self._at)
        if self._token is None:
            raise self._unexpected(f"{self._called}, `~`, `&`, `|` or a parenthesis")
        self._at = self._token.end()

    def _unexpected(self, wanted: str) -> Exception:
        at = self._token.start(self._token.lastindex or 0) if self._token else self._at
        while self._text[at : at + 1].isspace():
            at += 1
        left = self._text[at:].strip()
        found = f"`{clipped(left)}`" if left else "the end"
        return self._refused(f"at character {at + 1}: {found} where {wanted} is expected")

    def _sign(self, sign: str) -> bool:
        if self._token is None or self._token[3] != sign:
            return False
        self._advance()
        return True

    def _either(self) -> Expression:
        parts = [self._both()]
        while self._sign("|"):
            parts.append(self._both())
        return any_of(parts)

    def _both(self) -> Expression:
        parts = [self._one()]
        while self._sign("&"):
            parts.append(self._one())
        return all_of(parts)

    def _one(self) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._refused(f"more than {_DEEPEST} levels deep")
        try:
            if self._sign("~"):
                return ~self._one()
            if self._sign("("):
                inner = self._either()
                if not self._sign(")"):
                    raise self._unexpected("`)`")
                return inner
            if self._token is None or self._token[1] is None:
                raise self._unexpected(self._called)
            found = self._meaning(self._token[1], self._token[2])
            self._advance()
            return found
        finally:
            self._depth -= 1
