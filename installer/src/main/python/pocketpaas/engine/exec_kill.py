"""The end of a command in a container that goes on without whoever asked for it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pocketpaas.engine.client import Engine, EngineError

_PROC = Path("/proc")
#: A script whose tool was ended has so long to end by itself.
_GOING_SECONDS, _POLL = 3.0, 0.02
_BEGINNING_SECONDS = 1.0
_PASSES = 20


def kill(engine: Engine, execution: str, proc: Path = _PROC) -> None:
    """Ends it, and what it has started that belongs to its session; nothing where it has ended."""
    try:
        found = _begun(engine, execution)
    except EngineError:
        return
    pid, container = int(found.get("Pid") or 0), str(found.get("ContainerID") or "")
    if not found.get("Running") or pid <= 1 or not container:
        return
    # A process without its parent is the container's first one's, which may be a database server: PostgreSQL takes one
    # that was killed for its own, and ends all sessions. So the youngest goes first, and each parent learns of it.
    end = time.monotonic() + _GOING_SECONDS
    for one in sorted(_session(proc, pid), reverse=True):
        if _kill(proc, one, container):
            _await_gone(proc, one, end)
    _await_gone(proc, pid, end)
    # One that goes on with starting others is ended as it is.
    for _ in range(_PASSES):
        if not any([_kill(proc, one, container) for one in (pid, *_session(proc, pid))]):
            return


def _begun(engine: Engine, execution: str) -> Mapping[str, Any]:
    """What the engine says of it. Between its start and the first that the engine knows of that it neither runs nor has
    ended. So it is with one that was never started, too."""
    end = time.monotonic() + _BEGINNING_SECONDS
    while True:
        found: Mapping[str, Any] = engine.get(f"/exec/{execution}/json")
        if found.get("Running") or found.get("ExitCode") is not None or time.monotonic() >= end:
            return found
        time.sleep(_POLL)


def _kill(proc: Path, one: int, container: str) -> bool:
    """Whether there was one to end. Numbers are given again: only what is in that very container."""
    if container not in _read(proc / str(one) / "cgroup"):
        return False
    try:
        os.kill(one, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _await_gone(proc: Path, one: int, end: float) -> None:
    while (proc / str(one)).exists() and time.monotonic() < end:
        time.sleep(_POLL)


def _session(proc: Path, leader: int) -> list[int]:
    """The other processes of a session (proc_pid_stat(5): the sixth field)."""
    found = []
    for directory in proc.iterdir():
        if directory.name.isdigit() and int(directory.name) != leader:
            fields = _read(directory / "stat").rpartition(")")[2].split()
            if len(fields) > 3 and fields[3] == str(leader):
                found.append(int(directory.name))
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
