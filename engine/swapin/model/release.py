"""Kernel releases, ordered. Presets use them; rules read capabilities and never compare."""

from __future__ import annotations

from swapin.model.records import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Release:
    """A mainline release, ``major.minor``."""

    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> Release:
        """Read ``6.1``.

        :raises ValueError: the text is not ``major.minor``.
        """
        parts = text.split(".")
        if len(parts) != 2 or not all(1 <= len(part) <= 3 and part.isdecimal() for part in parts):
            raise ValueError(f"`{text}` is not a release such as `6.1`")
        return cls(int(parts[0]), int(parts[1]))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


@dataclass(frozen=True, slots=True)
class Releases:
    """A range of releases; both ends belong to it, an end of ``None`` is open."""

    since: Release | None = None
    until: Release | None = None

    @classmethod
    def of(cls, since: str | None = None, until: str | None = None) -> Releases:
        """The range from its two ends as text."""
        return cls(Release.parse(since) if since else None, Release.parse(until) if until else None)

    def __contains__(self, release: Release) -> bool:
        return (self.since is None or self.since <= release) and (
            self.until is None or release <= self.until
        )

    def __str__(self) -> str:
        if self.since and self.until:
            return f"{self.since} to {self.until}"
        if self.since:
            return f"since {self.since}"
        return f"up to {self.until}" if self.until else "every release"


EVERY_RELEASE = Releases()
"""The range with two open ends."""
