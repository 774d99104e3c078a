"""How much memory a build may use, and whose turn it is on a small host."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pocketpaas.build.failure import BuildFailed
from pocketpaas.engine import cgroup
from pocketpaas.machine.events import Reporter
from pocketpaas.state import host_settings
from pocketpaas.state.paths import HostPaths

_MEGABYTE = 1024 * 1024
#: What nginx, sshd and the engine need, and what a build gets on a machine that has not even that (MB).
_KEPT, _SMALL, _LEAST = 250, 640, 384
#: A host with less (MB) builds one app at a time.
_ONE_AT_A_TIME = 2200
_TURN_SECONDS = 3600.0
_POLL = 0.5


def machine_megabytes() -> int:
    """The machine's memory; where the machine is a container itself, what that was given."""
    total = 0
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemTotal:"):
            total = int(line.split()[1]) // 1024
    # The first process is in the machine's own control group, or in one below it.
    limit = cgroup.limit_above(cgroup.of_pid(1))
    return total if limit is None else min(total, limit // _MEGABYTE)


def build_megabytes(paths: HostPaths) -> int:
    """What a build may use: a host setting, else all but what the machine itself needs."""
    stated = host_settings.number(paths, "build-memory")
    return stated // _MEGABYTE if stated else usual_megabytes()


def usual_megabytes() -> int:
    """The same without the setting."""
    total = machine_megabytes()
    return total - _KEPT if total > _SMALL else _LEAST


@contextmanager
def turn(paths: HostPaths, reporter: Reporter) -> Iterator[None]:
    """On a small host one build at a time. Raises `BuildFailed` where another one takes more than an hour."""
    import fcntl

    if machine_megabytes() > _ONE_AT_A_TIME:
        yield
        return
    descriptor = os.open(paths.root / "build.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        end, said = time.monotonic() + _TURN_SECONDS, False
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not said:
                    reporter.note("another app is being built; this host builds one at a time")
                    said = True
                if time.monotonic() >= end:
                    text = "another app's build took more than an hour"
                    raise BuildFailed("locked", text, "try again later") from None
                time.sleep(_POLL)
        yield
    finally:
        os.close(descriptor)
