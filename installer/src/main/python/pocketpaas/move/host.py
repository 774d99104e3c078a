"""What a host has beside its apps goes to another one: settings, keys, registries, shared variables, accounts, services
that no app has data in, and the schedule of backups. The apps follow, one by one."""

from __future__ import annotations

import shutil

from pocketpaas.backup import host_content, host_settling, taking, timers
from pocketpaas.backup import store as backup_store
from pocketpaas.backup.host_content import HostContent, StoredService
from pocketpaas.failure import Failed
from pocketpaas.move import store
from pocketpaas.operation.unit import Operation
from pocketpaas.service import creating
from pocketpaas.service import store as services
from pocketpaas.service.making import Wanted
from pocketpaas.state import names, values
from pocketpaas.state.clock import now

#: What it says it is about: no app has such a name.
SUBJECT = host_content.SPOOL
_SPOOL = "moving"
#: Of the destination of backups: the other host writes beside this one's, under a name of its own.
_SSH = ("repository", "public-key", "ssh-config", "known-hosts", "ssh-key", "ssh-key.pub")
_BACKUPS = ("destination", "passphrase", "credentials", "limit", "rclone", *_SSH)


def pack(operation: Operation) -> None:
    """All of it is in the repository of the move. Raises `Failed`, `CannotWrite`, `Damaged`."""
    paths = operation.paths
    repository = store.repository(paths, SUBJECT, operation.reporter)
    if not repository.is_there():
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
