"""The log of who did what. Written, never read, by the host."""

from __future__ import annotations

import json
import os

from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

_MAX_BYTES = 10_000_000


def audit(paths: HostPaths, key: str, app: str, what: str, result: int) -> None:
    """One line: the key (`-` for none), the app, the kind of operation, its exit code. Never a reason to fail."""
    entry = {"at": now(), "key": key[:200], "app": app[:200], "what": what[:200], "result": str(result)}
    try:
        with open(paths.log / "events.jsonl", "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(json.dumps(entry, separators=(",", ":")) + "\n")
    except OSError:
        # Documented: an audit log that cannot be written (disk full) stops nobody from putting that right.
        pass


def bound(paths: HostPaths) -> None:
    """For the host's timer: the log starts again before it gets large, and the one before is kept."""
    log = paths.log / "events.jsonl"
    try:
        if log.stat().st_size >= _MAX_BYTES:
            os.replace(log, paths.log / "events.jsonl.1")
    except FileNotFoundError:
        pass
