"""Locks of the kernel: an open file, held by the work itself, so that a dead program holds none.

Order: build, then app, then host. A lock's file says `WHO TAB SINCE TAB DOING TAB ID`, the last being the operation
that holds it, or held it last. """

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pocketpaas import rules
from pocketpaas.failure import Busy, CannotWrite, Refused
from pocketpaas.machine.events import Reporter, clean
from pocketpaas.state import values
from pocketpaas.state.clock import ago, now
from pocketpaas.state.paths import HostPaths

_POLL = 0.02
_BUILD_PATIENCE = 0.2
_APP_PATIENCE = 120.0
_HOST_PATIENCE = 60.0


@dataclass(frozen=True)
class Holder:
    """Who takes a lock: the key's name, what it is doing in words, and the id of the operation (empty for none)."""

    who: str
    doing: str
    work: str = ""


class Lock:
    """A lock that is held until `release`, or the end of the program."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Gives it back; nothing where that was done already."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def take(path: Path, holder: Holder, patience: float = 0) -> Lock | None:
    """Takes the lock, waiting `patience` seconds at most, and says in the file who holds it; None where somebody else
    has it. Raises `Refused` where its directory is gone (the app was destroyed meanwhile)."""
    return _taken(path, fcntl.LOCK_EX, patience, holder)


def take_shared(path: Path, patience: float) -> Lock | None:
    """Takes the lock together with others that take it so, and says nothing in the file; None where somebody has it
    for himself for longer than that. Raises as `take`."""
    return _taken(path, fcntl.LOCK_SH, patience, None)


def _taken(path: Path, kind: int, patience: float, holder: Holder | None) -> Lock | None:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except FileNotFoundError as error:
        raise Refused("gone", "it was destroyed meanwhile") from error
    try:
        if not _locked(descriptor, kind, patience):
            os.close(descriptor)
            return None
        try:
            there = os.stat(path)
        except FileNotFoundError:
            there = None
        if there is None or not os.path.samestat(there, os.fstat(descriptor)):
            # A lock on a file that is nobody's any more.
            raise Refused("gone", "it was destroyed meanwhile")
        try:
            if holder is not None:
                os.ftruncate(descriptor, 0)
                text = f"{holder.who}\t{now()}\t{clean(holder.doing)}\t{holder.work}"
                os.pwrite(descriptor, values.encode(text), 0)
        except OSError as error:
            raise CannotWrite(path, error) from error
    except BaseException:
        _close(descriptor)
        raise
    return Lock(path, descriptor)


def _close(descriptor: int) -> None:
    try:
        os.close(descriptor)
    except OSError:
        # Closed already where the lock was not had.
        pass


def _locked(descriptor: int, kind: int, patience: float) -> bool:
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(_POLL)


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock exclusively; no where there is no file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _locked(descriptor, fcntl.LOCK_SH, 0)
    finally:
        os.close(descriptor)


@contextmanager
def shared(path: Path) -> Iterator[None]:
    """Holds the file's lock together with others that hold it shared; waits for it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def holder_text(path: Path) -> str:
    """Who holds the lock, doing what, since when: by the host's own clock, as laptops' clocks differ."""
    fields = values.read_or(path, "").split("\t") + ["", "", ""]
    return f"{fields[2] or 'something'} by {fields[0] or 'somebody'}, begun {ago(fields[1])}"


def build_lock(paths: HostPaths, app: str, holder: Holder, patience: float = _BUILD_PATIENCE) -> Lock:
    """One deploy of an app at a time; a second one is refused at once (raises `Busy`), unless it waits in line."""
    file = paths.app(app) / "build.lock"
    lock = take(file, holder, patience)
    if lock is None:
        raise Busy(f"{app} is busy: {holder_text(file)}", rules.cure("busy-deploy"))
    return lock


def app_lock(paths: HostPaths, app: str, holder: Holder, reporter: Reporter) -> Lock:
    """From release to switch. Changes take seconds, so it waits, but not for ever; raises `Busy`."""
    file = paths.app(app) / "lock"
    lock = take(file, holder)
    if lock is None:
        reporter.note(f"waiting for another change of {app} to end: {holder_text(file)}")
        lock = take(file, holder, _APP_PATIENCE)
    if lock is None:
        raise Busy(f"{app} is busy: {holder_text(file)}")
    return lock


@contextmanager
def host_lock(paths: HostPaths, holder: Holder) -> Iterator[None]:
    """For seconds, around domains, subnets, nginx and keys; raises `Busy`."""
    file = paths.root / "host.lock"
    lock = take(file, holder, _HOST_PATIENCE)
    if lock is None:
        raise Busy(f"the host is busy: {holder_text(file)}")
    try:
        yield
    finally:
        lock.release()
