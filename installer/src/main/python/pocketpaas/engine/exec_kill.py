"""The end of a command in a container that goes on without whoever asked for it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pocketpaas.engine.client import Engine, EngineError

_PROC = Path("/proc")
#: A script whose tool was ended has so long to end by itself.
_GOING_SECONDS, _POLL = 3.0, 0.02
_BEGINNING_SECONDS = 1.0
_PASSES = 20
#: What takes a process that somebody else has begun, and that was killed, for one of its own that has crashed; and how
#: long a script that runs beside it has for its last commands.
_TAKES_ALL, _LAST_SECONDS = "postgres", 30.0
_STOP_SECONDS = 0.2


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
    # that was killed for its own, and ends all sessions. So none goes while one that it has begun is there, or has not
    # been waited for by it; a script learns that its tool was ended, and ends by itself.
    end = time.monotonic() + _GOING_SECONDS
    tools = set(_session(proc, pid)) - {pid}
    while _kill_idle(proc, pid, container, tools) and time.monotonic() < end:
        time.sleep(_POLL)
    _await_gone(proc, pid, end)
    if _takes_all(engine, container, proc):
        # Each command that it begins now is ended, too, and it goes with the last one. What cannot go so stays: the
        # sessions of all apps would end with it.
        end = time.monotonic() + _LAST_SECONDS
        while _kill_idle(proc, pid, container) and time.monotonic() < end:
            time.sleep(_POLL)
        return
    # One that goes on with starting others is ended as it is.
    for _ in range(_PASSES):
        if not any([_kill(proc, one, container) for one in sorted(_session(proc, pid), reverse=True)]):
            return


def _takes_all(engine: Engine, container: str, proc: Path) -> bool:
    """Whether the first process of the container must not be left anything that was killed."""
    try:
        state = engine.get(f"/containers/{container}/json").get("State") or {}
    except EngineError:
        return False
    return _read(proc / str(state.get("Pid") or 0) / "comm").strip() == _TAKES_ALL


def _kill_idle(proc: Path, leader: int, container: str, of: Collection[int] | None = None) -> bool:
    """Ends those (None: all) of the session that have begun nothing that is still there. One that has lost its parent
    is left to end by itself. Whether any of them was there."""
    known = _session(proc, leader)
    left = [one for one in known if of is None or one in of]
    for one in left:
        if _is(proc, one, "Z") or one in known.values() or one != leader and known[one] not in known:
            continue
        # While it stands still it begins nothing.
        if not _signal(proc, one, container, signal.SIGSTOP):
            continue
        end = time.monotonic() + _STOP_SECONDS
        while not (stands := _is(proc, one, "T", "t")) and (proc / str(one)).exists() and time.monotonic() < end:
            time.sleep(_POLL / 10)
        idle = stands and one not in _session(proc, leader).values()
        _signal(proc, one, container, signal.SIGKILL if idle else signal.SIGCONT)
    return bool(left)


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
    return _signal(proc, one, container, signal.SIGKILL)


def _signal(proc: Path, one: int, container: str, number: signal.Signals) -> bool:
    """Whether there was one to tell. Numbers are given again: only what is in that very container."""
    if container not in _read(proc / str(one) / "cgroup"):
        return False
    try:
        os.kill(one, number)
    except ProcessLookupError:
        return False
    return True


def _await_gone(proc: Path, one: int, end: float) -> None:
    while (proc / str(one)).exists() and not _is(proc, one, "Z") and time.monotonic() < end:
        time.sleep(_POLL)


def _session(proc: Path, leader: int) -> dict[int, int]:
    """The processes of a session, also those that have ended and were not waited for, each with its parent."""
    found = {}
    for directory in proc.iterdir():
        if directory.name.isdigit():
            fields = _fields(proc, int(directory.name))
            if len(fields) > 3 and str(leader) in (fields[3], directory.name):
                found[int(directory.name)] = int(fields[1])
    # Who asked for it waits for it, sooner or later.
    return {} if _is(proc, leader, "Z") and len(found) == 1 else found


def _is(proc: Path, one: int, *states: str) -> bool:
    return "".join(_fields(proc, one)[:1]) in states


def _fields(proc: Path, one: int) -> list[str]:
    """State, parent, group, session, … (proc_pid_stat(5), from the third field on)."""
    return _read(proc / str(one) / "stat").rpartition(")")[2].split()


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
