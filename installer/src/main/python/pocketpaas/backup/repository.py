"""The destination of backups, by restic, a package of the distribution: encrypted, each piece of data stored once, and
readable with restic alone. Location, passphrase and the key of a bucket reach it as files, never as arguments or
values of its environment."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pocketpaas.backup.store import Destination, Keep
from pocketpaas.failure import Failed, Refused
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import ENVIRONMENT, Ended, run, stream
from pocketpaas.state import names, values

_OPEN_SECONDS, _SHORT, _LONG = 90.0, 600.0, 86_400.0
_LAST = 4000
#: Marks what is ours in a place that may hold other things, too.
TAG = "pocketpaas"
_CURE = "check the address, the keys and the passphrase: pocketpaas backups destination"
#: What could be read of the sources is stored.
_INCOMPLETE = 3
_DAMAGED = re.compile(r"^ignoring error for (\S.*?): (.*)$", re.MULTILINE)
_WORTH_TELLING = re.compile(r"^(Fatal: |error: |ignoring error for )", re.IGNORECASE)


@dataclass(frozen=True)
class Snapshot:
    """A backup in its destination. `facts` are its tags: of a service type, major, size, apps; of an app release and
    size."""

    id: str
    at: str
    host: str
    facts: Mapping[str, str]

    @property
    def kind(self) -> str:
        """service, app, host, or image: of which a backup of an app is a part."""
        return self.facts.get("kind", "service")

    @property
    def name(self) -> str:
        """Of what it is; empty for a host."""
        return self.facts.get(self.kind, "")


class Repository:
    """What is in the destination. Everything raises `Failed` with the tool's own words where it does not end well."""

    def __init__(self, destination: Destination, reporter: Reporter) -> None:
        self.destination = destination
        self._reporter = reporter

    # ------------------------------------------------------------ the place itself

    def open(self) -> None:
        """It answers, and the passphrase is the right one."""
        ended = self._run("cat", "config", seconds=_OPEN_SECONDS)
        if not ended.ok:
            raise Failed("backup-destination", f"the backup destination cannot be opened: {self._why(ended)}", _CURE)

    def is_there(self) -> bool:
        """Whether it answers with this passphrase."""
        return self._run("cat", "config", seconds=_OPEN_SECONDS).ok

    def make(self) -> None:
        """A new one, empty. Refused by the tool where there is one already."""
        ended = self._run("init", seconds=_OPEN_SECONDS)
        if not ended.ok:
            raise Failed(
                "backup-destination",
                f"the backup destination cannot be used: {self._why(ended)}",
                "check the address and the keys; of a destination that holds backups already give its passphrase, too",
            )

    # ------------------------------------------------------------ backups

    def snapshots(self) -> list[Snapshot]:
        """All of ours, of every host, the oldest first."""
        ended = self._must("snapshots", "--json", "--no-lock", "--tag", TAG, seconds=_SHORT)
        found = [_snapshot(one) for one in json.loads(ended.out or b"[]") or ()]
        return sorted(found, key=lambda one: one.at)

    def newest(self, kind: str, name: str) -> Snapshot | None:
        """The newest of this host's backups of what has that kind and name."""
        host = self.destination.host
        found = [one for one in self.snapshots() if (one.host, one.kind, one.name) == (host, kind, name)]
        return found[-1] if found else None

    def find(self, backup: str) -> Snapshot:
        """The backup of that id; raises `Refused` where there is none."""
        for one in self.snapshots():
            if one.id == backup:
                return one
        raise Refused("no-backup", f"there is no backup {backup} in the destination", 'see "pocketpaas backups"')

    def store(self, directory: Path, tags: Sequence[str], others: Sequence[Path] = ()) -> str:
        """Stores the directory under its own name, and others by their paths; the id of the backup. A file of those
        that vanished meanwhile is left out. A backup that is not whole is removed again."""
        words = ["backup", "--json", "--host", self.destination.host]
        for tag in (TAG, *tags):
            words += ["--tag", tag]
        said: list[bytes] = []
        missed: list[str] = []
        summary: dict[str, Any] = {}

        def hear(line: bytes) -> None:
            told = _json(line)
            if told.get("message_type") == "summary":
                summary.update(told)
            elif told.get("message_type") == "status":
                self._tell(told)
            elif told.get("message_type") == "error":
                missed.append(str(told.get("item", "")))
                said.append(_said(told))
            else:
                said.append(line)

        environment = {**self._environment(), "RESTIC_PROGRESS_FPS": "0.1"}
        code = stream(
            self._words(*words, directory.name, *map(str, others)),
            hear,
            seconds=_LONG,
            environment=environment,
            directory=directory.parent,
        )
        backup = str(summary.get("snapshot_id", ""))[:8]
        vanished = code == _INCOMPLETE and missed and all(_is_gone(item, others) for item in missed)
        if (code == 0 or vanished) and names.is_backup(backup):
            self._compare(backup, directory, summary.get("total_files_processed"))
            return backup
        if names.is_backup(backup):
            # Some of it could not be read: what is stored is a part.
            self.drop(backup)
        ended = Ended(code, b"", b"\n".join(said)[-_LAST:])
        raise Failed("backup-store", f"the backup could not be stored: {self._why(ended)}", _CURE)

    def _tell(self, told: Mapping[str, Any]) -> None:
        done, total = int(told.get("bytes_done", 0)), int(told.get("total_bytes", 0))
        seconds = max(1, int(told.get("seconds_elapsed", 0)))
        if total and told.get("seconds_elapsed"):
            rate = done / seconds / 1e6
            self._reporter.note(f"{100 * done // total} % of {total / 1e6:.1f} MB stored, {rate:.1f} MB/s")

    def _compare(self, backup: str, directory: Path, number: int | None) -> None:
        """What the destination lists is what was given: each file of the directory with its size, and so many files."""
        above = f"/{directory.name}/"
        there: dict[str, int] = {}
        count = 0

        def hear(line: bytes) -> None:
            nonlocal count
            told = _json(line)
            if told.get("type") == "file":
                count += 1
                path = str(told.get("path", ""))
                if path.startswith(above):
                    there[path.removeprefix(above)] = int(told.get("size", 0))

        environment = self._environment()
        words = self._words("ls", "--json", "--no-lock", backup)
        code = stream(words, hear, seconds=_LONG, environment=environment)
        given = {str(file.relative_to(directory)): file.stat().st_size for file in _files(directory)}
        if code != 0 or there != given or count != (count if number is None else number):
            self.drop(backup)
            raise Failed("backup-store", "the destination does not list what was stored; the backup was removed again")

    def restore(self, backup: str, target: Path, include: str = "") -> None:
        """The backup's files below `target`, or only what is at a path in it. Each block is compared with its checksum
        on the way: raises `Failed`, naming the file, where one is damaged."""
        words = ["restore", "--no-lock", backup, "--target", str(target)]
        ended = self._run(*words, *(("--include", include) if include else ()), seconds=_LONG)
        if ended.ok:
            return
        damaged = _DAMAGED.findall(ended.err.decode("utf-8", "replace"))
        if damaged:
            more = f", and {len(damaged) - 1} more" if len(damaged) > 1 else ""
            raise Failed(
                "backup-damaged",
                f"the backup {backup} is damaged where it is stored: {damaged[0][0]} cannot be read "
                f"({damaged[0][1]}){more}",
                "try an older one (pocketpaas backups), and make a new one: pocketpaas backups create",
            )
        raise Failed("backup-destination", f"the backup destination: {self._why(ended)}", _CURE)

    def drop(self, backup: str) -> None:
        """The backup goes; what it alone used goes with the next `forget`."""
        self._must("forget", backup, seconds=_SHORT)

    def forget(self, tag: str, keep: Keep) -> None:
        """Of this host's backups with the tag only these are kept, and always the last one."""
        # A lock of a program that was killed.
        self._must("unlock", seconds=_SHORT)
        words = ["forget", "--host", self.destination.host, "--tag", f"{TAG},{tag}", "--group-by", ""]
        words += ["--keep-last", "1"]
        for period, number in (("daily", keep.days), ("weekly", keep.weeks), ("monthly", keep.months)):
            if number:
                words += [f"--keep-{period}", str(number)]
        self._must(*words, "--prune", seconds=_LONG)

    def forget_these(self, backups: Sequence[str]) -> None:
        """These go, with what they alone used."""
        self._must("forget", *backups, "--prune", seconds=_LONG)

    # ------------------------------------------------------------ the tool

    def _must(self, *words: str, seconds: float) -> Ended:
        ended = self._run(*words, seconds=seconds)
        if not ended.ok:
            raise Failed("backup-destination", f"the backup destination: {self._why(ended)}", _CURE)
        return ended

    def _run(self, *words: str, seconds: float) -> Ended:
        environment = self._environment()
        return run(self._words(*words), seconds=seconds, environment=environment)

    def _words(self, *words: str) -> list[str]:
        limit = self.destination.limit
        return ["restic", "--no-cache", *(("--limit-upload", str(limit)) if limit else ()), *words]

    def _environment(self) -> dict[str, str]:
        found = {
            **ENVIRONMENT,
            "RESTIC_REPOSITORY_FILE": str(self.destination.location_file),
            "RESTIC_PASSWORD_FILE": str(self.destination.passphrase_file),
        }
        if not self.destination.is_directory:
            found["AWS_SHARED_CREDENTIALS_FILE"] = str(self.destination.credentials_file)
        return found

    def _why(self, ended: Ended) -> str:
        """The line that says most of what the tool said, without anything that is secret."""
        if ended.code == 124:
            return "it took too long to answer"
        if ended.code == 127:
            return "restic is not installed on the host"
        lines = [line.strip() for line in ended.err.decode("utf-8", "replace").splitlines() if line.strip()]
        worth = [line for line in lines if _WORTH_TELLING.match(line)] or lines[-1:]
        text = " ".join(_WORTH_TELLING.sub("", line) for line in worth[:3]) or f"restic ended with {ended.code}"
        for file in (self.destination.passphrase_file, self.destination.credentials_file):
            for line in values.lines(file):
                secret = line.rpartition(" = ")[2].strip()
                text = text.replace(secret, "***") if len(secret) > 3 else text
        return text


def _is_gone(item: str, others: Sequence[Path]) -> bool:
    """Whether it was in one of the directories that others write to, and is not any more."""
    return any(item.startswith(f"{other}/") for other in others) and not os.path.lexists(item)


def _said(told: Mapping[str, Any]) -> bytes:
    error = told.get("error")
    text = error.get("message", error.get("Err", "")) if isinstance(error, dict) else error
    return f"error: {told.get('item', '')}: {text}".encode()


def _files(directory: Path) -> Iterator[Path]:
    for parent, _, files in os.walk(directory):
        for name in files:
            path = Path(parent, name)
            if not path.is_symlink():
                yield path


def _json(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _snapshot(told: Mapping[str, Any]) -> Snapshot:
    tags = (str(tag).partition("=") for tag in told.get("tags") or ())
    at = f"{str(told.get('time', ''))[:19]}Z"
    facts = {name: value for name, equals, value in tags if equals}
    return Snapshot(str(told.get("short_id", "")), at, str(told.get("hostname", "")), facts)
