"""The deploy of an app that is at work, as seen by others: who is refused because of it, who waits for it in line, who
watches or stops it."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pocketpaas import rules
from pocketpaas.failure import Busy, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.client import Client
from pocketpaas.machine.events import Reporter, clean
from pocketpaas.operation.work import Work
from pocketpaas.state import names, values
from pocketpaas.state.clock import ago
from pocketpaas.state.paths import HostPaths

#: How long a deploy waits in line, and how long after its end one can still be looked at.
QUEUE_SECONDS = 3600
ATTACH_SECONDS = 900
_POLL = 0.3


def last(paths: HostPaths, app: str) -> Work | None:
    """The deploy that took the build lock last; None where nothing is known of one."""
    fields = values.read_or(paths.app(app) / "build.lock", "").split("\t")
    if len(fields) < 4 or not names.is_work(fields[3].strip()):
        return None
    work = Work.of(paths, fields[3].strip())
    return work if work.app == app and work.kind == "deploy" else None


def at_work(paths: HostPaths, app: str) -> Work | None:
    """The deploy that is at work."""
    work = last(paths, app)
    return work if work is not None and work.runs() else None


def what(work: Work) -> str:
    """`deploy of 1a2b3c4 "Fix the cart"`."""
    commit = values.read_or(work.directory / "commit", "")[:7]
    subject = clean(values.read_or(work.directory / "subject", "")[:60])
    return "deploy" + (f" of {commit}" if commit else "") + (f' "{subject}"' if subject else "")


def text(work: Work) -> str:
    """`deploy of 1a2b3c4 "Fix the cart" by ada, begun 2 min ago`."""
    return f"{what(work)} by {work.who}, begun {ago(values.read_or(work.directory / 'started', ''))}"


def lock_mark(paths: HostPaths, app: str) -> Path:
    """The file that is there while nothing may be deployed: WHO TAB TIME TAB REASON."""
    return paths.app(app) / "deploys-locked"


def locked(paths: HostPaths, app: str) -> str | None:
    """Who has locked the app's deploys, since when and why, in words; None where nobody has."""
    mark = values.read(lock_mark(paths, app))
    if mark is None:
        return None
    who, at, why = (mark.split("\t") + ["", "", ""])[:3]
    return f"by {who or 'somebody'}, {ago(at)}" + (f": {clean(why)}" if why else "")


def refuse_locked(paths: HostPaths, app: str) -> None:
    """Raises `Refused` while the app's deploys are locked."""
    found = locked(paths, app)
    if found is not None:
        raise Refused("deploys-locked", f"deploys of {app} are locked {found}", rules.cure("locked-deploys"))


def refuse_busy(paths: HostPaths, app: str) -> None:
    """A deploy beside another one of the same app, or past those in line, is refused at once (raises `Busy`)."""
    running = at_work(paths, app)
    if running is not None:
        raise Busy(f"{app} is busy: {text(running)}", rules.cure("busy-deploy"))
    if ahead(paths, app, "~"):
        raise Busy(f"{app} is busy: a deploy that waits in line is about to begin", rules.cure("busy-deploy"))


def ahead(paths: HostPaths, app: str, work: str) -> list[str]:
    """The deploys in line before `work` that still have somebody who waits for them. An entry is a file that whoever
    waits holds a lock on; those that nobody holds are removed."""
    found = []
    directory = paths.app(app) / "queue"
    for name in values.names(directory):
        if not locks.is_held(directory / name):
            values.remove(directory / name)
        elif name < work:
            found.append(name)
    return found


@contextmanager
def place_in_line(paths: HostPaths, app: str, work: Work) -> Iterator[None]:
    """A place in line, kept to the end of the block."""
    directory = paths.app(app) / "queue"
    values.make_directory(directory)
    hidden, shown = directory / f".{work.id}", directory / work.id
    descriptor = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        # Locked before anybody can see it.
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.rename(hidden, shown)
        yield
    finally:
        _forget(hidden, shown)
        os.close(descriptor)


def _forget(*entries: Path) -> None:
    for entry in entries:
        values.remove(entry)


def wait_in_line(paths: HostPaths, app: str, work: Work, client: Client, reporter: Reporter) -> None:
    """Returns when it is the turn of `work`, which has a place in line. A client that goes away leaves the line:
    nothing of it has begun. Raises `Refused` (gone), `Busy` after an hour."""
    said = ""
    end = time.monotonic() + QUEUE_SECONDS
    while True:
        if not paths.app(app).is_dir():
            raise Refused("gone", "it was destroyed meanwhile")
        before = ahead(paths, app, work.id)
        running = at_work(paths, app)
        if running is None and not before:
            break
        what_for = f"behind {text(running)}" if running is not None else "the next is about to begin"
        waiting = sum(not (paths.work(name) / "pid").exists() for name in before)
        shown = f"place {waiting + 1}, {what_for.partition(', begun')[0]}"
        if shown != said:
            reporter.step("queue", "start", shown)
            said = shown
        if time.monotonic() >= end:
            raise Busy(f"{app} is still busy after {QUEUE_SECONDS // 60} minutes in line", rules.cure("busy-deploy"))
        time.sleep(_POLL)
        if not client.is_there():
            raise Refused("client-gone", "the client that waited in line is gone")
    if said:
        reporter.step("queue", "done")
