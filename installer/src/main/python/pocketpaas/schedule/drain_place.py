"""Where the forwarder of logs has its files: drains/, and https/NAME of those that are sent by HTTPS (target format
headers of the state; problem and held of the program that sends)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths


@dataclass(frozen=True)
class Problem:
    """Why a target takes nothing, and since when (UTC)."""

    text: str
    since: str


def place(paths: HostPaths) -> Path:
    """Where the forwarder has its files."""
    return paths.root / "drains"


def https(paths: HostPaths) -> Path:
    """A directory for each drain by HTTPS, by the name of its queue."""
    return place(paths) / "https"


def authorities(paths: HostPaths) -> Path:
    """Those of the system and the host's own."""
    return place(paths) / "authorities.pem"


def problem(paths: HostPaths, name: str) -> Problem | None:
    """What the program that sends to it has met last; None where lines are taken."""
    try:
        found = json.loads(values.read_or(https(paths) / name / "problem", ""))
        return Problem(str(found["text"]), str(found["since"]))
    except (ValueError, KeyError, TypeError):
        return None


def held(paths: HostPaths, name: str) -> int:
    """How many lines it has that are no longer in rsyslog's queue."""
    return values.read_or(https(paths) / name / "held", "").count("\n")
