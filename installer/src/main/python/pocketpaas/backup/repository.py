"""The destination of backups: encrypted, each piece of data stored once, and readable with restic alone."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from pathlib import Path

from pocketpaas.backup import damaged, own_backups, refusal, room, sftp, snapshots, storing, vanishing
from pocketpaas.backup.belonging import Owner
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.backup.store import Destination, Keep
from pocketpaas.backup.storing import Heard
from pocketpaas.backup.tool import Tool
from pocketpaas.failure import Failed, Failure, Refused
from pocketpaas.machine import apart
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import Ended
from pocketpaas.state import names
from pocketpaas.state.clock import now

_OPEN_SECONDS, _SHORT = 90.0, 600.0
#: Marks what is ours in a place that may hold other things, too.
TAG = "pocketpaas"
#: Of what is to be stored: the destination is not to blame.
_LOOK_AT_FILES = "look at these files on the host, and run the command again; older backups are as they were"
_HOLES = "--sparse"
#: So much more than twice of what there was may have come to it when it is read.
_GROWN = 128 << 30
_RIGHT_ONE = "run the command again, and give the right passphrase: it was printed when a host first chose that place"
_AGAIN_SO = "then run the command again"
_LOCKED_OUT = re.compile(rb"wrong password or no key found")
_THERE = re.compile(rb"config file already exists|config already initialized")
#: Nothing is removed while the destination's own files are missing.
_LOST = re.compile(r"packs from index missing|index is not complete")
_AGAIN = "make new ones, which store again what is lost: pocketpaas backups create"


class Repository:
    """What is in the destination. Everything raises `Failed` with the tool's own words where it does not end well."""

    def __init__(self, destination: Destination, reporter: Reporter) -> None:
        self.destination = destination
        self._reporter = reporter
        self._tool = Tool(destination, reporter.note)
        #: The greatest number that the destination knows of this host; negative until it was asked.
        self._greatest = -1
        #: What this program has stored itself, whatever else there is.
        self._stored: set[str] = set()

    # ------------------------------------------------------------ the place itself

    def open(self, given: bool = False) -> None:
        """It answers, and the passphrase is the right one. `given`: whoever asks has just typed all that."""
        ended = self._config()
        if not ended.ok:
            failed = self._failed("backup-destination", "the backup destination cannot be opened", ended)
            if given and failed.cure == refusal.CURE:
                failed.cure = (
                    _RIGHT_ONE
                    if _LOCKED_OUT.search(ended.err)
                    else f"{sftp.where_to_look(self.destination)}; {_AGAIN_SO}"
                )
            raise self._objection() or failed

    def is_there(self) -> bool:
        """Whether it answers with this passphrase."""
        return self._config().ok

    def _config(self) -> Ended:
        return self._tool.run("cat", "config", "--no-lock", seconds=_OPEN_SECONDS)

    def objects(self) -> str:
        """Why nothing can be written there; empty where it can: the tool makes a mark for it, and takes it away."""
        ended = self._tool.run("cat", "config", seconds=_OPEN_SECONDS)
        return "" if ended.ok else self._tool.why(ended)

    def make(self) -> None:
        """A new one, empty. Refused by the tool where there is one already."""
        ended = self._tool.run("init", seconds=_OPEN_SECONDS)
        if ended.ok:
            return
        if _THERE.search(ended.err):
            text = f"there are backups in {self.destination.location} already"
            cure = "to use them, add --existing and give their passphrase; else choose an empty place"
            raise Failed("backup-exists", text, cure)
        text = f"the backup destination cannot be used: {self._tool.why(ended)}"
        raise self._objection() or Failed(
            "backup-destination", text, f"{sftp.where_to_look(self.destination)}; {_AGAIN_SO}"
        )

    def _objection(self) -> Failure | None:
        """What is wrong with the machine that it is on."""
        return sftp.objection(self.destination) if self.destination.is_sftp else None

    # ------------------------------------------------------------ backups

    def snapshots(self) -> list[Snapshot]:
        """All of ours, of every host; those of one host in the order in which they were made."""
        ended = self._must("snapshots", "--json", "--no-lock", "--tag", TAG, seconds=_SHORT)
        return sorted(map(snapshots.read, json.loads(ended.out or b"[]") or ()), key=lambda one: one.order)

    def newest(self, kind: str, name: str) -> Snapshot | None:
        """The newest of this host's backups of what has that kind and name: in a place where no other has it."""
        return next((one for one in reversed(self.mine()) if (one.kind, one.name) == (kind, name)), None)

    def mine(self) -> list[Snapshot]:
        """Those of this host."""
        return [one for one in self.snapshots() if one.host == self.destination.host]

    def listed(self) -> list[Snapshot]:
        """The same; the next one gets a greater number."""
        found = self.mine()
        self._greatest = found[-1].order[0] if found else 0
        return found

    @property
    def number(self) -> int:
        """That of the backup that was stored last."""
        return max(self._greatest, 0)

    def find(self, backup: str) -> Snapshot:
        """The backup of that id; raises `Refused` where there is none."""
        if found := next((one for one in self.snapshots() if one.id == backup), None):
            return found
        raise Refused("no-backup", f"there is no backup {backup} in the destination", 'see "pocketpaas backups"')

    def store(
        self, directory: Path, tags: Sequence[str], others: Sequence[Path] = (), read_all: bool = False, size: int = 0
    ) -> str:
        """Stores the directory under its own name, and others by their paths; the id of the backup. A file of those
        that vanished meanwhile is left out. A backup that is not whole is removed again. `read_all`: also what has the
        times that it had in the backup before. `size`: the bytes of the others when they were looked at; far more than
        those are not read."""
        # The time of our own clock, so that there is one of them.
        words = ["backup", "--json", "--host", self.destination.host, "--time", now()[:19].replace("T", " ")]
        if read_all:
            words.append("--force")
        number, made = self._next_number(), own_backups.begin(self.destination)
        for tag in (TAG, f"{snapshots.NUMBER}={number}", f"{own_backups.MADE}={made}", *tags):
            words += ["--tag", tag]
        heard, code = self._run_backup(words, directory, others, size)
        if code == storing.INCOMPLETE and heard.is_of_the_one_before:
            # That one is damaged: all files are read again, and compared with nothing.
            if names.is_backup(heard.backup):
                self.drop_part(heard.backup)
            heard, code = self._run_backup([*words, "--force"], directory, others, size)
        backup, vanished = heard.backup, code == storing.INCOMPLETE and heard.has_gone(others)
        if (code == 0 or vanished) and names.is_backup(backup):
            self._compare(backup, directory, heard.files)
            if vanished:
                self._reporter.note(f"not in the backup, as gone or moved when read: {len(heard.missed)} files")
            return backup
        if names.is_backup(backup):
            # Some of it could not be read: what is stored is a part.
            self.drop_part(backup)
        failed = self._failed("backup-store", "the backup could not be stored", heard.ended(code), heard.words)
        if code == storing.INCOMPLETE and failed.cure == refusal.CURE:
            failed.cure = _LOOK_AT_FILES
        if code == apart.IMPOSSIBLE:
            failed.cure = apart.CURE
        raise failed

    def _run_backup(
        self, words: Sequence[str], directory: Path, others: Sequence[Path], size: int
    ) -> tuple[Heard, int]:
        heard = Heard(self._reporter.note, 2 * size + _GROWN if others else math.inf, others)
        code = self._tool.stream(
            *(*words, directory.name, *map(str, others)),
            each_line=heard.hear,
            directory=directory.parent,
            more={"RESTIC_PROGRESS_FPS": "0.1"},
            others=others,
        )
        self._stored.add(heard.backup)
        return heard, code

    def _next_number(self) -> int:
        """Greater than all that there are: of a move two machines store under one name, and a host may have lost what
        it knew."""
        if self._greatest < 0:
            self.listed()
        self._greatest = self.destination.next_number(self._greatest)
        return self._greatest

    def _compare(self, backup: str, directory: Path, number: int | None) -> None:
        """What the destination lists is what was given: each file of the directory with its size, and so many files."""
        above, count = f"/{directory.name}/", 0
        there: dict[str, int] = {}
        said: list[bytes] = []

        def hear(line: bytes) -> None:
            nonlocal count
            told = storing.document(line)
            if not told:
                said.append(line)
            if told.get("type") == "file":
                count += 1
                path = str(told.get("path", ""))
                if path.startswith(above):
                    there[path.removeprefix(above)] = int(told.get("size", 0))

        code = self._tool.stream("ls", "--json", "--no-lock", backup, each_line=hear)
        given = {str(file.relative_to(directory)): file.stat().st_size for file in storing.files(directory)}
        if code != 0 or there != given or count != (count if number is None else number):
            self.drop_part(backup)
            ended = Ended(code, b"", b"\n".join(said))
            if refusal.is_broken(ended.err):
                raise self._failed("backup-store", "the backup cannot be read where it was stored", ended)
            raise Failed("backup-store", "the destination does not list what was stored; the backup was removed again")

    def restore(self, backup: str, target: Path, include: str = "", size: int = 0, on_disk: int | None = None) -> None:
        """The backup's files below `target`, or only what is at a path in it; `size` bytes, as far as it is known. Each
        block is compared with its checksum on the way: raises `Failed`, naming the file, where one is damaged, and
        where there is no room. `on_disk`: so many are in no hole, and long rows of zeros take no room where the tool
        can do that."""
        words = ["restore", "--no-lock", backup, "--target", str(target)]
        if on_disk is not None and self._tool.has("restore", _HOLES):
            words.append(_HOLES)
            size = on_disk
        room.refuse_less(target, size, f"the backup {backup}")
        words += ["--include", include] if include else []
        ended = vanishing.read(lambda: self._tool.work(*words), lambda: self._is_listed(backup), backup)
        if ended.ok:
            return
        if (failure := damaged.failure(backup, ended.err)) is not None:
            raise failure
        raise self._failed("backup-destination", "the backup destination", ended)

    def _is_listed(self, backup: str) -> bool:
        return any(one.id == backup for one in self.snapshots())

    def mend(self) -> None:
        """What is lost is not taken for stored any more, so that the next backup stores it again."""
        # Newer versions still know it by this name, too.
        self._need(self._tool.work("rebuild-index"))

    def drop(self, backup: str) -> None:
        """The backup of this host goes; what it alone used goes with the next `forget`. Raises `Failed` where it may be
        another's."""
        if backup not in self._stored and all(one.id != backup for one in self._refuse_strangers()):
            return
        self._must("forget", backup, seconds=_SHORT)

    def drop_part(self, backup: str) -> None:
        """The same of one that is not whole; why it is not is worth more than why it stays."""
        try:
            self.drop(backup)
        except Failed as failed:
            self._reporter.warn(f"the part {backup} of a backup is still in the destination: {failed.text}")

    def forget(self, owner: Owner, keep: Keep, spared: str = "") -> None:
        """Of this host's backups of that only these are kept, always the one that was made last, and the one of the id
        `spared`."""
        mine = self._refuse_strangers()
        gone = snapshots.outlived((one for one in mine if owner.has(one)), keep, spared)
        if gone:
            self._forget(gone)

    def forget_these(self, backups: Sequence[str]) -> None:
        """These go, with what they alone used. Raises `Failed` where one may be another's."""
        found = [one for one in self._refuse_strangers() if one.id in backups]
        if found:
            self._forget(found)

    def _refuse_strangers(self) -> list[Snapshot]:
        """All of this host. Raises `Failed` where another machine stores under its name: that is looked at just before
        anything is removed, as both may do all of it at the same time."""
        mine = self.mine()
        own_backups.look(self.destination, mine)
        if (stranger := own_backups.trouble(self.destination)) is not None:
            raise stranger
        return mine

    def _forget(self, gone: Sequence[Snapshot]) -> None:
        ended = self._tool.work("forget", *(one.id for one in gone), "--prune")
        if not ended.ok and _LOST.search(ended.err.decode("utf-8", "replace")):
            raise Failed("backup-lost", f"data in the backup destination are lost: {self._tool.why(ended)}", _AGAIN)
        self._need(ended)
        own_backups.gone(self.destination, gone)

    # ------------------------------------------------------------ the tool

    def _must(self, *words: str, seconds: float) -> Ended:
        return self._need(self._tool.run(*words, seconds=seconds))

    def _need(self, ended: Ended) -> Ended:
        if not ended.ok:
            raise self._failed("backup-destination", "the backup destination", ended)
        return ended

    def _failed(self, cause: str, what: str, ended: Ended, words: bytes | None = None) -> Failed:
        return refusal.failed(cause, what, self._tool.why(ended), ended, words)
