"""How a build fails: exit code 5, or 6 where nothing serves (the unit tells which)."""

from __future__ import annotations

from pocketpaas.failure import Failed


class BuildFailed(Failed):
    """`cause` is one of those in docs/protocol.md ("Building")."""


def failed(text: str) -> BuildFailed:
    """For a build whose own output says why."""
    return BuildFailed("build-failed", text, "what it said is above")


def in_words(seconds: int) -> str:
    """A time in words."""
    return f"{seconds} seconds" if seconds % 60 else f"{seconds // 60} minutes"
