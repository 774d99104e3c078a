"""Time as the host writes and tells it."""

from __future__ import annotations

import os
import time


def now() -> str:
    """The time as 2026-01-31T12:00:00Z."""
    return text_of(time.time())


def text_of(seconds: float) -> str:
    """A time in seconds as `now` writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def new_id() -> str:
    """The id of an operation: its UTC time, microseconds and a random part; sorts by time."""
    at = time.time_ns() // 1000
    second = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at // 1_000_000))
    return f"{second}-{at % 1_000_000:05x}{os.urandom(2).hex()[:3]}"


def seconds_of(text: str) -> float | None:
    """A time as `now` or the Docker engine writes it (RFC 3339, up to nanoseconds), in seconds; None for anything
    else."""
    from datetime import datetime, timezone

    text = text.strip()
    if len(text) > 26 and text[19:20] == ".":
        # datetime reads microseconds at most.
        digits = len(text[20:]) - len(text[20:].lstrip("0123456789"))
        text = text[:20] + text[20 : 20 + min(digits, 6)] + text[20 + digits :]
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp()


def ago(text: str) -> str:
    """How long that time (of `now`) is past, as "3 s ago", "2 min ago", "5 h ago", "3 days ago"."""
    at = seconds_of(text) if text else None
    return "a moment ago" if at is None else ago_seconds(at)


def ago_seconds(at: float) -> str:
    """The same for a time in seconds."""
    seconds = max(0, int(time.time() - at))
    if seconds < 120:
        return f"{seconds} s ago"
    if seconds < 7200:
        return f"{seconds // 60} min ago"
    if seconds < 172_800:
        return f"{seconds // 3600} h ago"
    return f"{seconds // 86_400} days ago"
