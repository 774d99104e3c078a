"""Who waits at the other end of a verb: what goes away with the client."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Client:
    """The process that goes away with the client: sshd's for this connection. `started` tells it from another one that
    gets its number."""

    pid: int
    started: str

    @staticmethod
    def of_this_process() -> Client:
        """The nearest of our ancestors that is an sshd (behind a push git and our own programs are between); without
        one (run by hand, by a test) our parent."""
        parent = pid = os.getppid()
        while pid > 1:
            if _read(pid, "comm").startswith("sshd"):
                return Client(pid, _started(pid))
            pid = _parent(pid)
        return Client(parent, _started(parent))

    def is_there(self) -> bool:
        """Whether it still runs; one that has ended and that nobody has waited for does not."""
        return bool(self.started) and _started(self.pid) == self.started


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    except OSError:
        return ""


def _stat(pid: int) -> list[str]:
    """The fields of proc_pid_stat(5) from the state on: what is before them may hold blanks and parentheses."""
    return _read(pid, "stat").rpartition(")")[2].split()


def _parent(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[1]) if len(fields) > 1 else 0


def _started(pid: int) -> str:
    """When it was started, in clock ticks since boot; empty for one that is gone, or a zombie."""
    fields = _stat(pid)
    return fields[19] if len(fields) > 19 and fields[0] not in ("Z", "X") else ""
