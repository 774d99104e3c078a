"""Locks that killed programs have left in a destination. restic removes all that it takes for left over: those that
were made on a machine of the same name by a process that is not there (to know that, it sends SIGHUP to whatever has
that number now), and those that look half an hour old by the clock of whoever asks. Machines share names and numbers,
and clocks go wrong: so the name in a lock is one that only this machine has, and restic is only asked to remove locks
while there is none that it could be wrong about."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pocketpaas.machine.process import Ended
from pocketpaas.state import values
from pocketpaas.state.clock import seconds_of

#: As restic has it.
_OLD_SECONDS = 30 * 60.0
#: Whoever lives makes its lock anew every five minutes, by its own clock: then it has another id.
_RENEWED_SECONDS = 7 * 60.0
_SHORT = 90.0
_ID = re.compile("[0-9a-f]{64}", re.ASCII)
#: A copy of a machine has at most some of them; what was started again has none of its processes.
_SIGNS = (
    Path("/etc/machine-id"),
    Path("/sys/class/dmi/id/product_uuid"),
    Path("/proc/sys/kernel/random/boot_id"),
)
_MOST_NAME = 50
_START = 19


def machine_name(host: str) -> str:
    """The name in this machine's locks, which no other machine has, and none of its containers: a number of a process
    means one process alone under it. `host` is for people."""
    signs = [values.read_or(one, "-") for one in _SIGNS]
    try:
        signs.append(os.readlink("/proc/self/ns/pid"))
        # The name of the program may hold anything.
        signs.append(Path("/proc/1/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[_START])
    except (OSError, IndexError):
        signs.append("-")
    return f"{host[:_MOST_NAME]}-{hashlib.sha256(chr(0).join(signs).encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class _Lock:
    id: str
    host: str
    pid: int
    #: None where it does not say.
    at: float | None


class LeftLocks:
    """Those in one destination, as long as one command looks at them. `ask` runs restic."""

    def __init__(self, ask: Callable[[list[str], float], Ended]) -> None:
        self._ask = ask
        self._read: dict[str, _Lock] = {}
        self._old_since: dict[str, float] = {}
        self._tried: set[str] = set()

    def can_go(self, name: str) -> bool:
        """Whether `unlock` of a machine of that name removes something, and nothing of anybody who lives. True once for
        each lock: it may be that it cannot be removed."""
        there = self._listed()
        left = {one.id for one in there if self._is_left(one, name)}
        if left <= self._tried or not all(one.id in left or self._is_sure(one, name) for one in there):
            return False
        self._tried |= left
        return True

    def _is_left(self, one: _Lock, name: str) -> bool:
        """Whether whoever made it is gone."""
        if _is_old(one):
            since = self._old_since.setdefault(one.id, time.monotonic())
            return time.monotonic() - since >= _RENEWED_SECONDS
        return one.host == name and not _is_process(one.pid)

    @staticmethod
    def _is_sure(one: _Lock, name: str) -> bool:
        """Whether restic leaves it alone, and all processes of this host, too."""
        return not _is_old(one) and one.host != name

    def _listed(self) -> list[_Lock]:
        ended = self._ask(["list", "locks", "--no-lock"], _SHORT)
        found = [line for line in ended.text.splitlines() if _ID.fullmatch(line)] if ended.ok else []
        for lock in found:
            if lock not in self._read:
                told = self._ask(["cat", "lock", lock, "--no-lock"], _SHORT)
                if told.ok:
                    self._read[lock] = _parsed(lock, told.out)
        # What is gone already is nobody's.
        return [self._read[lock] for lock in found if lock in self._read]


def _is_old(one: _Lock) -> bool:
    return one.at is not None and time.time() - one.at >= _OLD_SECONDS


def _is_process(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _parsed(lock: str, said: bytes) -> _Lock:
    try:
        told: Any = json.loads(said)
    except ValueError:
        told = {}
    told = told if isinstance(told, dict) else {}
    pid = told.get("pid")
    at = seconds_of(str(told.get("time", "")))
    return _Lock(lock, str(told.get("hostname", "")), pid if isinstance(pid, int) else 0, at)
