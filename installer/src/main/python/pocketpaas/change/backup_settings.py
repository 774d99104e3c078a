"""Where backups go, when they are made, and how many are kept: changed at once, and told as an operation is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pocketpaas import rules
from pocketpaas.backup import (
    local_place,
    passphrases,
    rclone,
    restore_progress,
    sftp,
    store,
    strangers,
    subject,
    timers,
)
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.store import Destination, Keep
from pocketpaas.engine.client import Engine
from pocketpaas.failure import BadRequest, CannotWrite, Refused
from pocketpaas.machine import packages
from pocketpaas.machine.locks import Holder
from pocketpaas.machine.request import Request
from pocketpaas.machine.search import PATH
from pocketpaas.operation.audit import audit
from pocketpaas.state import names, values
from pocketpaas.state.clock import now

_MAX_SECRET = 1000
#: What there is of a destination, and what only some kinds of them have.
_PARTS = ("destination", "passphrase", "host")
_OF_SOME = ("credentials", "known-hosts", "repository", "public-key", "ssh-config", "rclone")


# ---------------------------------------------------------------- where


def destination(request: Request, sent: Mapping[str, str]) -> int:
    """`location`, and of a bucket `key` and `secret`, of another machine maybe `fingerprint` (of its key), of rclone
    `rclone` (the options of the remote); `passphrase` of one that holds backups already; `restore` (yes) where the host
    is to be restored from it. What was there before stays where the new one does not answer."""
    location = sent.get("location", "")
    if not names.is_backup_destination(location):
        raise BadRequest(
            "this is no place for backups: a directory, s3:https://HOST/BUCKET, sftp:USER@HOST/DIRECTORY, or "
            "rclone:REMOTE:DIRECTORY"
        )
    if location.startswith("s3:") and not (_is_secret(sent, "key") and _is_secret(sent, "secret")):
        raise BadRequest("a bucket needs the id of a key and its secret")
    if "fingerprint" in sent and not names.is_fingerprint(sent["fingerprint"]):
        raise BadRequest("this is no fingerprint: SHA256:, and what follows it")
    if sent.get("restore") == "yes":
        # Before the backups of a host that is in use go elsewhere.
        restore_progress.refuse_own(request.paths)
    if location.startswith("/"):
        local_place.refuse_taken(request.paths, Engine(request.paths), location)
    lock = store.lock(request.paths, Holder(request.key, "backups destination"))
    try:
        new = _written(request, location, sent)
        need_packages(request, "restic", *(["rclone"] if new.is_rclone else []))
        before = store.destination(request.paths)
        old = before.location if before is not None else ""
        request.reporter.step("backup-destination", "start", location)
        if new.is_sftp:
            _meet(request, new, sent.get("fingerprint", ""))
        is_new = _make_or_open(request, new, "passphrase" in sent)
        request.reporter.step("backup-destination", "done")
        if old != location:
            _leave(request, old)
        strangers.settle(request.paths, old != location)
        _put_in_place(request, new)
    finally:
        values.remove_tree(request.paths.backups / "new")
        lock.release()
    audit(request.paths, request.key, "", "backups destination", 0)
    request.reporter.result("destination", location)
    if is_new:
        # Never in a log: this is the answer to whom it belongs.
        request.reporter.result("passphrase", values.need(request.paths.backups / "passphrase"))
    elif "passphrase" not in sent:
        request.reporter.result("passphrase-kept", str(request.paths.backups / "passphrase"))
    return 0


def _leave(request: Request, old: str) -> None:
    """Backups go elsewhere now: nothing is known of them, and the passphrase of those that there are is kept for the
    day on which somebody comes back. Raises `CannotWrite`."""
    _forget_records(request)
    if old:
        passphrases.keep(request.paths, old)
        request.reporter.note(
            f"the backups in {old} stay there; they have a passphrase of their own, which this host keeps for when you "
            "come back"
        )


def _forget_records(request: Request) -> None:
    """Nothing is known of backups. Raises `CannotWrite`."""
    for one in subject.all_of(request.paths):
        one.record.forget()
    if (request.paths.backups / "since").exists():
        values.write(request.paths.backups / "since", now())


def _is_secret(sent: Mapping[str, str], name: str) -> bool:
    text = sent.get(name, "")
    return 0 < len(text) <= _MAX_SECRET and text.isprintable() and text == text.strip()


def _written(request: Request, location: str, sent: Mapping[str, str]) -> Destination:
    directory = store.directory(request.paths) / "new"
    values.fresh_directory(directory)
    if "passphrase" in sent and not _is_secret(sent, "passphrase"):
        raise BadRequest("this is no passphrase: one line of text is needed")
    values.put(directory / "destination", location)
    values.put(directory / "passphrase", sent.get("passphrase") or passphrases.new())
    values.put(directory / "host", store.host_name(request.paths))
    if location.startswith("s3:"):
        key, secret = sent["key"], sent["secret"]
        text = f"[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
        values.put(directory / "credentials", text)
    if location.startswith("rclone:"):
        values.put(directory / "rclone", rclone.configuration(location, sent.get("rclone", "")))
    return Destination(directory)


def _meet(request: Request, new: Destination, wanted: str) -> None:
    """The other machine is the one that was meant, and this host has a key for it."""
    paths, reporter = request.paths, request.reporter
    sftp.public_key(paths.backups, values.need(new.directory / "host"))
    place = sftp.Place.of(new.location)
    before = store.destination(paths)
    known = sftp.known(before) if before is not None and before.location == new.location else []
    keys = sftp.pinned(place, sftp.scan(place), known, wanted)
    sftp.write(new, keys, paths.backups)
    reporter.note(f"the host key of {place.host}: {sftp.fingerprint(keys[0])} ({keys[0].partition(' ')[0]})")


def ssh_key(request: Request) -> int:
    """Tells the public half of the key by which this host goes to others, and makes it first where there is none."""
    lock = store.lock(request.paths, Holder(request.key, "backups destination"))
    try:
        public = sftp.public_key(store.directory(request.paths), store.host_name(request.paths))
    finally:
        lock.release()
    request.reporter.result("ssh-key", public)
    return 0


def _make_or_open(request: Request, new: Destination, given: bool) -> bool:
    """Whether it is a new one, with a passphrase of its own. Of one that was in use here the passphrase is known."""
    repository = Repository(new, request.reporter)
    known = "" if given else passphrases.known(request.paths, new.location)
    if known:
        # Also where nothing is there just now: a disk that is not mounted comes back with its backups.
        values.put(new.passphrase_file, known)
    if given or (known and repository.is_there()):
        repository.open(given=given)
        objection = repository.objects()
        if objection:
            request.reporter.warn(f"nothing can be written to {new.location}: {objection}. No backup can be made there")
        return False
    if new.is_directory and not Path(new.location).parent.is_dir():
        raise Refused("no-directory", f"there is no directory {Path(new.location).parent} on the host", "make it first")
    repository.make()
    if known:
        _forget_records(request)
        request.reporter.warn(
            f"there were backups of this host in {new.location}, and nothing is there now (is a disk not mounted?): it "
            "begins anew, with the passphrase that it had"
        )
    return not known


def _put_in_place(request: Request, new: Destination) -> None:
    """The location is the last, as with it there is a destination."""
    target = request.paths.backups
    for name in reversed((*_PARTS, *_OF_SOME)):
        text = values.read(new.directory / name)
        if text is not None:
            # ssh's file names others of these.
            values.write(target / name, text.replace(f"{new.directory}/", f"{target}/"))
        elif name in _OF_SOME:
            _remove(target / name)


def forget(request: Request) -> int:
    """No destination any more; what is there stays there. Raises `Refused` while there is a schedule."""
    if store.schedule(request.paths):
        raise Refused("has-schedule", "backups are made by a schedule", "pocketpaas backups schedule off")
    lock = store.lock(request.paths, Holder(request.key, "backups destination"))
    try:
        before = store.destination(request.paths)
        if before is not None:
            _leave(request, before.location)
        for name in (*_PARTS[:2], *_OF_SOME):
            _remove(request.paths.backups / name)
    finally:
        lock.release()
    audit(request.paths, request.key, "", "backups destination none", 0)
    return 0


def _remove(file: Path) -> None:
    try:
        values.remove(file)
    except OSError as error:
        raise CannotWrite(file, error) from error


def need_packages(request: Request, *programs: str) -> None:
    """The programs, named as their packages, are on the host, else they are installed. Raises `Failed`."""
    missing = [one for one in programs if not _is_installed(one)]
    if missing:
        packages.install(request.reporter, missing)


def _is_installed(program: str) -> bool:
    return any(os.access(f"{directory}/{program}", os.X_OK) for directory in PATH.split(":"))


# ---------------------------------------------------------------- when, and how many


def schedule(request: Request, sent: Mapping[str, str]) -> int:
    """`time` (HH:MM in UTC, or `off`), `keep` (days, weeks, months), `limit` (KiB in a second, 0 for none); what is not
    sent stays."""
    time, keep, limit = sent.get("time", ""), sent.get("keep", ""), sent.get("limit", "")
    if limit and not names.is_number(limit, *rules.limits("backup-limit")):
        raise BadRequest("backup schedule: the limit is no number of KiB")
    if (time and time != "off" and not names.is_time_of_day(time)) or (keep and Keep.parse(keep) is None):
        raise BadRequest("backup schedule: a time HH:MM or off, and how many are kept")
    store.directory(request.paths)
    if time == "off":
        timers.remove_all(request.paths)
    elif time:
        store.need_destination(request.paths)
        values.write(request.paths.backups / "schedule", time)
        values.write(request.paths.backups / "since", now())
        timers.apply(request.paths, time)
    if keep:
        values.write(request.paths.backups / "keep", keep)
    if limit:
        values.write(request.paths.backups / "limit", limit)
    audit(request.paths, request.key, "", "backups schedule", 0)
    request.reporter.result("schedule", store.schedule(request.paths) or "off")
    request.reporter.result("keep", store.keep(request.paths).text)
    return 0
