"""The destination of backups: encrypted, each piece of data stored once, and readable with restic alone."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pocketpaas.backup import room, sftp, snapshots
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.backup.store import Destination, Keep
from pocketpaas.backup.tool import Tool
from pocketpaas.failure import Failed, Failure, Refused
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import Ended
from pocketpaas.state import names
from pocketpaas.state.clock import now

_OPEN_SECONDS, _SHORT = 90.0, 600.0
_LAST = 4000
#: Marks what is ours in a place that may hold other things, too.
TAG = "pocketpaas"
_CURE = "check the address, the keys and the passphrase: pocketpaas backups destination"
#: What could be read of the sources is stored.
_INCOMPLETE = 3
#: Nothing is removed while the destination's own files are missing.
_LOST = re.compile(r"packs from index missing|index is not complete")
_AGAIN = "make new ones, which store again what is lost: pocketpaas backups create"
_OLDER = "try an older one (pocketpaas backups), and make a new one: pocketpaas backups create"
#: Of what is known to be lost, as after `mend`.
_UNKNOWN = re.compile(r"^Unknown blob|not found in (the )?(index|repository)", re.MULTILINE)
_DAMAGED = re.compile(r"^ignoring error for (\S.*?): (.*)$", re.MULTILINE)


class Repository:
    """What is in the destination. Everything raises `Failed` with the tool's own words where it does not end well."""

    def __init__(self, destination: Destination, reporter: Reporter) -> None:
        self.destination = destination
        self._reporter = reporter
        self._tool = Tool(destination)
        #: The greatest number that the destination knows of this host; negative until it was asked.
        self._greatest = -1

    # ------------------------------------------------------------ the place itself

    def open(self) -> None:
        """It answers, and the passphrase is the right one."""
        ended = self._tool.run("cat", "config", seconds=_OPEN_SECONDS)
        if not ended.ok:
            text = f"the backup destination cannot be opened: {self._tool.why(ended)}"
            raise self._objection() or Failed("backup-destination", text, _CURE)

    def is_there(self) -> bool:
        """Whether it answers with this passphrase."""
        return self._tool.run("cat", "config", seconds=_OPEN_SECONDS).ok

    def make(self) -> None:
        """A new one, empty. Refused by the tool where there is one already."""
        ended = self._tool.run("init", seconds=_OPEN_SECONDS)
        if not ended.ok:
            raise self._objection() or Failed(
                "backup-destination",
                f"the backup destination cannot be used: {self._tool.why(ended)}",
                "check the address and the keys; of a destination that holds backups already give its passphrase, too: "
                "add --existing",
            )

    def _objection(self) -> Failure | None:
        """What is wrong with the machine that it is on."""
        return sftp.objection(self.destination) if self.destination.is_sftp else None

    # ------------------------------------------------------------ backups

    def snapshots(self) -> list[Snapshot]:
        """All of ours, of every host; those of one host in the order in which they were made."""
        ended = self._must("snapshots", "--json", "--no-lock", "--tag", TAG, seconds=_SHORT)
        found = [snapshots.read(one) for one in json.loads(ended.out or b"[]") or ()]
        return sorted(found, key=lambda one: one.order)

    def newest(self, kind: str, name: str, former: Sequence[str] = ()) -> Snapshot | None:
        """The newest of this host's backups of what has that kind and name, or had one of the `former` ones."""
        found = list(self._of(kind, (name, *former)))
        return found[-1] if found else None

    def find(self, backup: str) -> Snapshot:
        """The backup of that id; raises `Refused` where there is none."""
        for one in self.snapshots():
            if one.id == backup:
                return one
        raise Refused("no-backup", f"there is no backup {backup} in the destination", 'see "pocketpaas backups"')

    def store(self, directory: Path, tags: Sequence[str], others: Sequence[Path] = (), read_all: bool = False) -> str:
        """Stores the directory under its own name, and others by their paths; the id of the backup. A file of those
        that vanished meanwhile is left out. A backup that is not whole is removed again. `read_all`: also what has the
        times that it had in the backup before."""
        # The time of our own clock, so that there is one of them.
        words = ["backup", "--json", "--host", self.destination.host, "--time", now()[:19].replace("T", " ")]
        if read_all:
            words.append("--force")
        for tag in (TAG, f"{snapshots.NUMBER}={self._next_number()}", *tags):
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

        code = self._tool.stream(
            *(*words, directory.name, *map(str, others)),
            each_line=hear,
            directory=directory.parent,
            more={"RESTIC_PROGRESS_FPS": "0.1"},
        )
        backup = str(summary.get("snapshot_id", ""))[:8]
        vanished = code == _INCOMPLETE and missed and all(_is_gone(item, others) for item in missed)
        if (code == 0 or vanished) and names.is_backup(backup):
            self._compare(backup, directory, summary.get("total_files_processed"))
            return backup
        if names.is_backup(backup):
            # Some of it could not be read: what is stored is a part.
            self.drop_part(backup)
        ended = Ended(code, b"", b"\n".join(said)[-_LAST:])
        raise Failed("backup-store", f"the backup could not be stored: {self._tool.why(ended)}", _CURE)

    def _next_number(self) -> int:
        """Greater than all that there are: of a move two machines store under one name, and a host may have lost what
        it knew."""
        if self._greatest < 0:
            mine = (one.order[0] for one in self.snapshots() if one.host == self.destination.host)
            self._greatest = max(mine, default=0)
        self._greatest = self.destination.next_number(self._greatest)
        return self._greatest

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

        code = self._tool.stream("ls", "--json", "--no-lock", backup, each_line=hear)
        given = {str(file.relative_to(directory)): file.stat().st_size for file in _files(directory)}
        if code != 0 or there != given or count != (count if number is None else number):
            self.drop_part(backup)
            raise Failed("backup-store", "the destination does not list what was stored; the backup was removed again")

    def restore(self, backup: str, target: Path, include: str = "", size: int = 0) -> None:
        """The backup's files below `target`, or only what is at a path in it; `size` bytes, as far as it is known. Each
        block is compared with its checksum on the way: raises `Failed`, naming the file, where one is damaged, and
        where there is no room."""
        room.refuse_less(target, size, f"the backup {backup}")
        words = ["restore", "--no-lock", backup, "--target", str(target)]
        ended = self._tool.work(*words, *(("--include", include) if include else ()))
        if ended.ok:
            return
        said = ended.err.decode("utf-8", "replace")
        if _UNKNOWN.search(said):
            raise Failed("backup-damaged", f"the backup {backup} is damaged where it is stored: data are lost", _OLDER)
        damaged = _DAMAGED.findall(said)
        if damaged:
            more = f", and {len(damaged) - 1} more" if len(damaged) > 1 else ""
            raise Failed(
                "backup-damaged",
                f"the backup {backup} is damaged where it is stored: {damaged[0][0]} cannot be read "
                f"({damaged[0][1]}){more}",
                _OLDER,
            )
        raise Failed("backup-destination", f"the backup destination: {self._tool.why(ended)}", _CURE)

    def mend(self) -> None:
        """What is lost is not taken for stored any more, so that the next backup stores it again."""
        self._must("unlock", seconds=_SHORT)
        # Newer versions still know it by this name, too.
        self._need(self._tool.work("rebuild-index"))

    def drop(self, backup: str) -> None:
        """The backup goes; what it alone used goes with the next `forget`."""
        self._must("forget", backup, seconds=_SHORT)

    def drop_part(self, backup: str) -> None:
        """The same of one that is not whole; why it is not is worth more than why it stays."""
        try:
            self.drop(backup)
        except Failed as failed:
            self._reporter.warn(f"the part {backup} of a backup is still in the destination: {failed.text}")

    def forget(self, kind: str, name: str, keep: Keep, former: Sequence[str] = ()) -> None:
        """Of this host's backups of that, by its `former` names, too, only these are kept, and always the one that was
        made last."""
        gone = snapshots.outlived(self._of(kind, (name, *former)), keep)
        if gone:
            self.forget_these([one.id for one in gone])

    def _of(self, kind: str, any_of: Sequence[str]) -> Iterable[Snapshot]:
        mine = (one for one in self.snapshots() if (one.host, one.kind) == (self.destination.host, kind))
        return [one for one in mine if one.name in any_of]

    def forget_these(self, backups: Sequence[str]) -> None:
        """These go, with what they alone used."""
        # A lock of a program that was killed.
        self._must("unlock", seconds=_SHORT)
        ended = self._tool.work("forget", *backups, "--prune")
        if not ended.ok and _LOST.search(ended.err.decode("utf-8", "replace")):
            raise Failed("backup-lost", f"data in the backup destination are lost: {self._tool.why(ended)}", _AGAIN)
        self._need(ended)

    # ------------------------------------------------------------ the tool

    def _must(self, *words: str, seconds: float) -> Ended:
        return self._need(self._tool.run(*words, seconds=seconds))

    def _need(self, ended: Ended) -> Ended:
        if not ended.ok:
            raise Failed("backup-destination", f"the backup destination: {self._tool.why(ended)}", _CURE)
        return ended


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
