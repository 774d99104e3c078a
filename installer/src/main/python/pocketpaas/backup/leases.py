"""Leases of files (F_SETLEASE in fcntl(2)): whoever opens a file that an app has a lease on has to wait until the app
gives it up, or until the kernel takes it, 45 s later. For one file after the other that would be days. So all are
broken at once before files are read, and those that had one are kept open, which keeps the app from having another
one."""

from __future__ import annotations

import errno
import os
import resource
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pocketpaas.backup import beneath
from pocketpaas.failure import Failed

_LOCKS = Path("/proc/locks")
_BREAK_TIME = Path("/proc/sys/fs/lease-break-time")
#: What is not known, and what somebody has set so high that nobody can wait for it.
_USUAL, _LONGEST = 45, 120
#: More are not kept open.
_MOST = 10_000
_OTHER_DESCRIPTORS = 512
_POLL = 0.5
#: So often it may be seen, ten seconds apart, that a lease is waited for: that is four of them.
_LOOKS = 18
_SHOWN = 200


def failed(why: str, path: str) -> Failed:
    """An app's file cannot be read: `why`, before its path."""
    return Failed(
        "leased",
        f'the app keeps its files from being read by leases: {why} "{path[:_SHOWN]}"',
        "have it give them up (F_SETLEASE); or in pocketpaas.yml: backup: stop (docs/backups.md)",
    )


@contextmanager
def broken(directories: Sequence[Path], tell: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """For the block no file in the directories has a lease that it had before. Raises `Failed` where an app takes them
    again and again."""
    kept: list[int] = []
    try:
        if _is_any():
            try:
                found = [(directory, path) for directory in directories for path in _leased(directory)]
            except OSError as error:
                # That of one app alone.
                text = f"the files of a volume cannot be read: {error.strerror}"
                raise Failed("volume-read", text) from error
            if found:
                tell(f"leases on {len(found)} files are waited for, {_seconds()} s at most")
                _keep(found, kept)
        yield
    finally:
        for descriptor in kept:
            os.close(descriptor)


def _is_any() -> bool:
    """Whether anybody has one. Where that cannot be known each file is tried."""
    try:
        with open(_LOCKS, "rb") as file:
            return any(b" LEASE " in line for line in file)
    except OSError:
        return True


def _seconds() -> int:
    try:
        return min(_LONGEST, int(_BREAK_TIME.read_text(encoding="ascii")))
    except (OSError, ValueError):
        return _USUAL


def _leased(directory: Path) -> Iterator[str]:
    """The paths of those that have one, whose breaking begins with that."""
    number = 0
    for entry in beneath.walk(directory):
        if not stat.S_ISREG(entry.told.st_mode):
            continue
        try:
            with entry.opened():
                continue
        except BlockingIOError:
            number += 1
            if number > _MOST:
                raise failed(f"more than {_MOST} have one, as", entry.path) from None
            yield entry.path
        except OSError:
            # It is gone; whatever else it is, who reads it next tells it.
            continue


def _keep(found: Sequence[tuple[Path, str]], kept: list[int]) -> None:
    """All of them are open. They have had the same time."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = len(found) + _OTHER_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < needed:
        most = needed if hard == resource.RLIM_INFINITY else min(hard, needed)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    end = time.monotonic() + _seconds() + 2
    left = list(found)
    while left:
        again = []
        for directory, path in left:
            try:
                kept.append(_opened(directory, path))
            except BlockingIOError:
                again.append((directory, path))
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE):
                    raise failed("too many have one, as", path) from error
                # It is gone.
        left = again
        if left and time.monotonic() >= end:
            raise failed("it was waited for in vain, of", left[0][1])
        if left:
            time.sleep(_POLL)


def _opened(directory: Path, path: str) -> int:
    with beneath.found(directory, path) as entry, entry.opened() as stream:
        return os.dup(stream.fileno())


class Watch:
    """Looks, now and then, whether a lease of an app with these volumes is waited for: one that it has taken since."""

    def __init__(self, volumes: Sequence[Path]) -> None:
        # As the mounts of its processes have it, wherever the engine keeps its volumes.
        self._names = [f"/{one.parent.name}/{one.name}".encode() for one in volumes]
        self._seen = 0

    def look(self) -> None:
        """Raises `Failed` where that was seen too often."""
        if self._names and any(self._is_of_app(pid) for pid in _holders()):
            self._seen += 1
            if self._seen >= _LOOKS:
                raise failed("it takes them while they are read, in", self._names[0].decode("utf-8", "replace"))

    def _is_of_app(self, pid: int) -> bool:
        try:
            mounts = Path(f"/proc/{pid}/mountinfo").read_bytes()
        except OSError:
            return False
        return any(name in mounts for name in self._names)


def _holders() -> set[int]:
    """The processes whose leases somebody waits for."""
    try:
        lines = _LOCKS.read_bytes().splitlines()
    except OSError:
        return set()
    words = (line.split() for line in lines if b" LEASE " in line and b" BREAKING " in line)
    return {int(one[4]) for one in words if len(one) > 4 and one[4].isdigit()}
