"""What a host has beside its apps goes to another one: settings, keys, registries, shared variables, accounts, services
that no app has data in, and the schedule of backups. The apps follow, one by one."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from pocketpaas.backup import host_content, host_settling, taking, timers
from pocketpaas.backup import store as backup_store
from pocketpaas.backup.host_content import HostContent, StoredService
from pocketpaas.failure import Busy, Failed, Refused
from pocketpaas.machine import locks
from pocketpaas.move import store
from pocketpaas.operation.unit import Operation
from pocketpaas.service import creating
from pocketpaas.service import store as services
from pocketpaas.service.making import Wanted
from pocketpaas.state import names, values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

#: What it says it is about: no app has such a name.
SUBJECT = host_content.SPOOL
_SPOOL = "moving"
#: Of the destination of backups: the other host writes beside this one's, under a name of its own.
_SSH = ("repository", "public-key", "ssh-config", "known-hosts", "ssh-key", "ssh-key.pub")
_BACKUPS = ("destination", "passphrase", "credentials", "limit", "rclone", *_SSH)
#: Nobody has said anything of a move for so long (s): it was given up.
_GIVEN_UP = 60.0


def begin(paths: HostPaths, way: str, here: str) -> None:
    """A move begins on the host that whoever drives it calls `here`, `way` being from where or to where. All that is
    left of an earlier one goes: there is little of it, and what of it is damaged or half there cannot be told. Raises
    `Busy` and `Refused` while another one is at work, OSError."""
    place = store.directory(paths, SUBJECT)
    if locks.is_held(place / "lock"):
        raise Busy(f"{here} is at work on a move of a whole host already: {locks.holder_text(place / 'lock')}")
    known = values.read_or(place / "way", "")
    if known not in ("", way) and _is_at_work(place):
        is_leaving = known.startswith("to ")
        raise Refused(
            "move-host",
            f"{here} is itself just being moved {known}"
            if is_leaving
            else f"another host is just being moved to {here}",
            "one after the other: when that has ended, or a minute after it was given up, run the same command again",
        )
    store.forget(paths, SUBJECT)


def note(paths: HostPaths, way: str) -> None:
    """It has begun. Raises `CannotWrite`."""
    values.write(store.directory(paths, SUBJECT) / "way", way)
    tell_at_work(paths)


def tell_at_work(paths: HostPaths) -> None:
    """Who drives the move is there; nothing where none was begun. Raises `CannotWrite`."""
    place = store.directory(paths, SUBJECT)
    if place.is_dir():
        values.write(place / "at-work", now(), durable=False)


def _is_at_work(place: Path) -> bool:
    try:
        return time.time() - (place / "at-work").stat().st_mtime < _GIVEN_UP
    except FileNotFoundError:
        return False


def pack(operation: Operation) -> None:
    """All of it is in the repository of the move. Raises `Failed`, `CannotWrite`, `Damaged`."""
    paths = operation.paths
    repository = store.repository(paths, SUBJECT, operation.reporter)
    if not repository.is_there():
        # A part of one may be there.
        values.remove_tree(Path(repository.destination.location))
        repository.make()
    with taking.spool(paths, SUBJECT, _SPOOL) as directory:
        operation.reporter.step("backup-state", "start", "the host's settings")
        tags = host_content.write(paths, directory)
        values.make_directory(directory / "backups")
        for name in _BACKUPS:
            if (paths.backups / name).exists():
                shutil.copy2(paths.backups / name, directory / "backups" / name)
        repository.store(directory, tags)
        operation.reporter.step("backup-state", "done", "the host's settings")


def unpack(operation: Operation) -> None:
    """All of it is here; what this host has of its own stays. It can be done again. Raises `Failed`, `Busy`,
    `EngineError`."""
    paths = operation.paths
    repository = store.repository(paths, SUBJECT, operation.reporter)
    found = repository.newest("host", "")
    if found is None:
        raise Failed("move-nothing", "nothing of the other host came over", "run the same command again")
    with taking.spool(paths, SUBJECT, _SPOOL) as directory:
        repository.restore(found.id, directory.parent)
        made = host_content.read(directory)
        host_settling.settle(operation, made)
        for stored in made.services:
            if not stored.apps and services.find(paths, stored.name) is None:
                _make(operation, stored)
        _backups(operation, made)


def _make(operation: Operation, stored: StoredService) -> None:
    digest = stored.fact("digest")
    image = digest if names.is_image_reference(digest) else stored.fact("reference")
    args = (stored.name, stored.fact("type"), stored.fact("major"), stored.fact("memory"), image)
    service = creating.make(operation, Wanted(*args))
    if stored.is_stopped:
        creating.stop(operation, service)


def _backups(operation: Operation, made: HostContent) -> None:
    """Backups go where they went, at the same time. A directory is another host's own."""
    paths, place = operation.paths, made.directory / "backups"
    location = values.read_or(place / "destination", "")
    if not location or backup_store.destination(paths) is not None:
        return
    if location.startswith("/"):
        operation.reporter.note(f"backups went to the directory {location} of the other host: choose a place here")
        operation.reporter.hint("pocketpaas backups destination PLACE")
        return
    backup_store.host_name(paths)
    for name in reversed(_BACKUPS):
        text = values.read(place / name)
        if text is not None:
            values.write(paths.backups / name, text)
    values.write(paths.backups / "keep", made.keep)
    if made.schedule:
        values.write(paths.backups / "schedule", made.schedule)
        values.write(paths.backups / "since", now())
        timers.apply(paths, made.schedule)
