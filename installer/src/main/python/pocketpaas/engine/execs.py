"""A command in a container that runs already (the engine's "exec"). The engine lets it go on when nobody is attached
any more, so whoever leaves one ends it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from pocketpaas.engine.client import Engine, EngineError

_PROC = Path("/proc")


def create(engine: Engine, container: str, words: tuple[str, ...], terminal: str | None) -> str:
    """Its id; it does not run yet. `terminal` as in `release.one_off.create`. Raises `EngineError`."""
    document = {
        "Cmd": list(words),
        "Tty": terminal is not None,
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "Env": [f"TERM={terminal}"] if terminal else [],
    }
    return str(engine.call("POST", f"/containers/{container}/exec", document=document)["Id"])


def code(engine: Engine, execution: str) -> int | None:
    """The code that it has ended with; None while it runs. Raises `EngineError`."""
    found = engine.get(f"/exec/{execution}/json")
    return None if found["Running"] or found["ExitCode"] is None else int(found["ExitCode"])


def resize(engine: Engine, execution: str, rows: int, columns: int) -> None:
    """Its terminal has that size from now on. Never a reason to fail."""
    try:
        engine.call("POST", f"/exec/{execution}/resize", {"h": str(rows), "w": str(columns)})
    except EngineError:
        # It has ended.
        pass


def kill(engine: Engine, execution: str, proc: Path = _PROC) -> None:
    """Ends it, and what it has started that belongs to its session; nothing where it has ended."""
    try:
        found = engine.get(f"/exec/{execution}/json")
    except EngineError:
        return
    pid, container = int(found.get("Pid") or 0), str(found.get("ContainerID") or "")
    if not found.get("Running") or pid <= 1 or not container:
        return
    for one in (*_session(proc, pid), pid):
        # Numbers are given again: only what is in that very container.
        if container in _read(proc / str(one) / "cgroup"):
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                continue


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
