"""Long operations: each is a transient systemd unit with a directory of its own, work/<id>/, so that no closed laptop
and no full pipe can stop it half-way. Whoever started it shows the tail of its log and waits for the unit, not for the
tail (`operation.follow`).

A verb calls `create`, fills the directory, `start`, `follow`. The unit's program is run by `operation.unit`.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.failure import CannotWrite, Failure, Refused, is_no_room
from pocketpaas.machine import locks, units
from pocketpaas.machine.process import run
from pocketpaas.state import values
from pocketpaas.state.clock import new_id, now
from pocketpaas.state.paths import HostPaths

#: What an operation keeps of the disk until it ends, so that it can say how it ended on a full one, too.
RESERVE = 65536
#: How many operations of an app are kept.
_KEPT = 20
_NEVER_BEGAN_SECONDS = 86_400
#: Locked by whoever fills the directory.
_FILLING = "filling"
#: What an operation was given. Secrets live in releases and in the operator's layer, nowhere else.
_GIVEN = (
    "reserve",
    "source",
    "source.tar",
    "values",
    "operator",
    "shared",
    "service",
    "pending",
    "now",
    "build/input",
    "promoted",
)


@dataclass(frozen=True)
class Work:
    """An operation: its id and its directory."""

    id: str
    directory: Path

    @staticmethod
    def of(paths: HostPaths, work: str) -> Work:
        """The operation of that id."""
        return Work(work, paths.work(work))

    @property
    def unit(self) -> str:
        """The systemd unit that does it."""
        return f"pocketpaas-work-{self.id}.service"

    @property
    def app(self) -> str:
        """The app that it is about; empty where that is not known."""
        return values.read_or(self.directory / "app", "")

    @property
    def kind(self) -> str:
        """deploy, env, scale …; `work` where that is not known."""
        return values.read_or(self.directory / "kind", "work")

    @property
    def who(self) -> str:
        """The name of the key."""
        return values.read_or(self.directory / "who", "somebody")

    @property
    def log(self) -> Path:
        """The lines that it tells."""
        return self.directory / "log"

    @property
    def result(self) -> int | None:
        """Its exit code; None while it is at work, or where it died."""
        text = values.read(self.directory / "result")
        return int(text) if text is not None and text.isascii() and text.isdigit() and int(text) <= 255 else None

    @property
    def ended(self) -> bool:
        """Whether it has left a result."""
        return (self.directory / "result").exists()

    def runs(self) -> bool:
        """Whether it is at work (and has not ended, or died)."""
        return not self.ended and locks.is_held(self.directory / "alive")

    def dead(self) -> bool:
        """Whether it ended without a result. One that never began is dead when nobody fills it any more, and systemd
        does not know it either; of earlier programs, after a day. (`pid` is written under the lock `alive`, so without
        it a free lock means nothing.)"""
        if self.ended:
            return False
        if (self.directory / "pid").exists():
            return not self.runs()
        if (self.directory / _FILLING).exists():
            # In this order: who fills it goes on until it has begun.
            left = not locks.is_held(self.directory / _FILLING) and not units.is_known(self.unit)
            return left and not (self.directory / "pid").exists()
        try:
            return time.time() - self.directory.stat().st_mtime > _NEVER_BEGAN_SECONDS
        except FileNotFoundError:
            return False

    def clean(self) -> None:
        """Removes what it was given."""
        for name in _GIVEN:
            values.remove_tree(self.directory / name)
        for name in values.names(self.directory):
            if name.startswith(("source.", "values.")):
                values.remove_tree(self.directory / name)

    def give_back_reserve(self) -> None:
        """Room for what has to be said on a full disk."""
        values.remove(self.directory / "reserve")


def all_works(paths: HostPaths, app: str | None = None) -> list[Work]:
    """The operations, the oldest first; those of one app where one is named."""
    works = [Work.of(paths, name) for name in values.names(paths.works)]
    return works if app is None else [work for work in works if work.app == app]


def deploy_at_work(paths: HostPaths, app: str) -> bool:
    """Whether a deploy of the app is at work."""
    return any(work.kind == "deploy" and work.runs() for work in all_works(paths, app))


def create(paths: HostPaths, kind: str, app: str, key: str) -> Work:
    """A new operation with its directory (0700); raises `Refused` where the disk is full: nothing has begun, nothing
    was changed."""
    work = Work.of(paths, new_id())
    try:
        os.mkdir(work.directory, 0o700)
        _hold(work)
        for name in ("instances", "checked"):
            os.mkdir(work.directory / name, 0o700)
        values.write_file(work.directory / "reserve", b"0" * RESERVE, durable=False)
        for name, text in (("started", now()), ("kind", kind), ("app", app), ("who", key), ("log", "")):
            values.put(work.directory / name, text)
    except (OSError, Failure) as error:
        values.remove_tree(work.directory)
        raise _no_room() from error
    forget(paths, app, work)
    return work


def _hold(work: Work) -> None:
    """Locked before anybody can see it, and as long as this program lives: nobody else closes the descriptor."""
    hidden = work.directory / f".{_FILLING}"
    descriptor = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    os.rename(hidden, work.directory / _FILLING)


def _no_room() -> Refused:
    return Refused(
        "disk-full",
        "the host's disk is full: there is not even room to record what is done",
        "make room on the host: df -h, docker system df; nothing was touched",
    )


@contextmanager
def spooling(work: Work) -> Iterator[None]:
    """While its directory is being filled. Until the work has begun, what was spooled for it is of no use to anybody:
    it goes, whatever fails. Raises `Refused` where the disk is full: nothing has begun."""
    try:
        yield
    except BaseException as error:
        values.remove_tree(work.directory)
        if isinstance(error, CannotWrite) or (isinstance(error, OSError) and is_no_room(error)):
            raise _no_room() from error
        raise


def forget(paths: HostPaths, app: str, current: Work) -> None:
    """Keeps the newest twenty operations of the app, and of those that died not what they were given; what is being
    prepared or is still at work is never touched, nor is `current`. What died before it was known of which app it is
    goes, too."""
    works = all_works(paths)
    for work in works:
        if not work.app and work.dead():
            values.remove_tree(work.directory)
    for at, work in enumerate(reversed([work for work in works if work.app == app])):
        if work.id == current.id or not (work.ended or work.dead()):
            continue
        if at >= _KEPT:
            values.remove_tree(work.directory)
        elif not work.ended:
            work.clean()


def start(paths: HostPaths, work: Work, program: str, after: Sequence[str] = ()) -> None:
    """Starts work/PROGRAM ID as the work's unit, its output appended to the log; returns when it holds its `alive` lock
    (or has ended at once). `after`: a program of ours with its arguments, run when it has ended, however that was."""
    # mixed: the program alone hears SIGTERM, so that it can clean up; what it leaves behind is killed after it.
    properties = [
        f"StandardOutput=append:{work.log}",
        f"StandardError=append:{work.log}",
        "StandardInput=null",
        "WorkingDirectory=/",
        "UMask=0077",
        "KillMode=mixed",
        "TimeoutStopSec=60",
        "OOMPolicy=continue",
        "IgnoreSIGPIPE=no",
    ]
    if after:
        name, *words = after
        properties.append(" ".join((f"ExecStopPost={paths.programs / name}", *words)))
    command = ["systemd-run", "--quiet", "--collect", "--unit", work.unit, "--service-type=exec"]
    command += ["--description", f"PocketPaaS: {program} {work.id}"]
    for value in properties:
        command += ["--property", value]
    command += [str(paths.programs / "work" / program), work.id]
    ended = run(command)
    if not ended.ok:
        work.clean()
        raise Failure("not-started", f"systemd did not start the work: {ended.complaint}")
    tries = 0
    # Only from then on does waiting for the lock mean waiting for the work.
    while not (work.directory / "pid").exists():
        tries += 1
        # It may have died at once; asking systemd costs more than waiting does.
        if tries % 50 == 0 and not run(["systemctl", "--quiet", "is-active", work.unit]).ok:
            break
        time.sleep(0.01)
