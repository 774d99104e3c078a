"""What is known of the backups of one service, app or host: the last one and the last drill, one value a file
(docs/protocol.md, "Backups")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.failure import CannotWrite, Refused
from pocketpaas.service.store import Service
from pocketpaas.state import names, values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

#: The result of a drill that went well.
GOOD = "ok"
#: Of what somebody has destroyed, or given another name, while its turn was awaited.
GONE = "it was destroyed, or renamed, meanwhile"
#: For so many days of backups the last one before they shrank is kept, and it is told. Whoever has removed the data on
#: purpose is rid of them then. Days are counted, and no time is measured: a clock that was wrong ends nothing.
SHRANK_DAYS = 30
#: All that is of backups in one place: with another place it goes.
_KNOWN = (
    *("id", "at", "size", "parts", "shrank", "shrank-id", "shrank-days", "failed", "failed-at", "begun", "damaged"),
    *("drill", "drill-at", "drill-id", "part", "number"),
)


@dataclass(frozen=True)
class Record:
    """What is known of the backups of a service, an app or the host. Gone with it: of what was destroyed meanwhile
    nothing is kept, as that would be in the way of what has its name next."""

    directory: Path

    @staticmethod
    def of(service: Service) -> Record:
        """The record of the service."""
        return Record(service.directory / "backup")

    @staticmethod
    def of_app(paths: HostPaths, app: str) -> Record:
        """The record of an app."""
        return Record(paths.app(app) / "backup")

    @staticmethod
    def of_host(paths: HostPaths) -> Record:
        """The record of the host's own settings."""
        return Record(paths.backups / "record")

    def text(self, name: str) -> str:
        """A value: `id`, `at`, `size`, `number` of the last good backup; `shrank` (the size before, where it is less
        than half of it), `shrank-id` (the backup before) and `shrank-days` (so many days of backups ago); `failed` and
        `failed-at` of a failure after that; `drill` (`ok`, or what was wrong), `drill-at`, `drill-id`; `damaged`, where
        what is stored was found damaged and is not mended yet; `since`, when it came to this host from elsewhere. Empty
        where there is none."""
        return values.read_or(self.directory / name, "")

    @property
    def size(self) -> int:
        """Bytes of the last good backup; 0 where there is none."""
        return int(self.text("size")) if names.is_number(self.text("size")) else 0

    @property
    def begun(self) -> Path:
        """The file that is there while one is made: left by a program that was killed."""
        return self.directory / "begun"

    def begin(self) -> None:
        """One is being made. Raises `CannotWrite`, `Refused` where it is gone."""
        if not values.make_inside(self.directory):
            raise Refused("gone", GONE)
        values.write(self.begun, now())

    def call_off(self) -> None:
        """Somebody has stopped it, and knows that there is none. Raises OSError."""
        self._forget("begun")

    @property
    def part(self) -> str:
        """The id of one that is stored, and of which it is not known yet whether it is whole; empty where there is
        none."""
        return self.text("part")

    def note_part(self, backup: str) -> None:
        """That is the one; none where it is empty. The next backup drops what a killed one has left so. Raises
        `CannotWrite`."""
        if backup:
            if self.directory.is_dir():
                values.write(self.directory / "part", backup)
        else:
            self._forget("part")

    def arrive(self) -> None:
        """What it is of came from another host, or out of a backup: there can be none yet. Raises `CannotWrite`."""
        if not values.make_inside(self.directory):
            return
        values.write(self.directory / "since", now())

    def succeed(self, backup: str, size: int, at: str, parts: Mapping[str, int] | None = None, number: int = 0) -> None:
        """It is there, with that number among those of this host. `parts`: the bytes of each app in it, where it is of
        a service. One that is not in it any more was destroyed, or backed up elsewhere. Raises `CannotWrite`."""
        if not self.directory.is_dir():
            return
        gone = sum(bytes_ for app, bytes_ in self._parts().items() if parts is not None and app not in parts)
        old, days = self.text("shrank"), int(self.text("shrank-days") or 0) + (at[:10] != self.text("at")[:10])
        if days >= SHRANK_DAYS:
            old = ""
        before = max(self.size, int(old or 0)) - gone
        before_it = self.text("shrank-id" if old else "id")
        if parts is not None:
            values.write_lines(self.directory / "parts", (f"{app} {bytes_}" for app, bytes_ in sorted(parts.items())))
        # Before what it is compared with is written over: a program that is killed between leaves it known.
        if size * 2 < before:
            values.write(self.directory / "shrank-id", before_it)
            values.write(self.directory / "shrank-days", str(days if old else 0))
            values.write(self.directory / "shrank", str(before))
        else:
            self._forget("shrank", "shrank-id", "shrank-days")
        values.write(self.directory / "id", backup)
        values.write(self.directory / "size", str(size))
        values.write(self.directory / "at", at)
        # After the id: a smaller number makes none of those that there are a later one.
        values.write(self.directory / "number", str(number))
        self._forget("failed", "failed-at", "begun")

    @property
    def spared(self) -> str:
        """The id of the last backup before they shrank, which is kept until then; empty where there is none."""
        return self.text("shrank-id")

    def _parts(self) -> dict[str, int]:
        words = (line.partition(" ") for line in values.lines(self.directory / "parts"))
        return {app: int(size) for app, _, size in words if names.is_number(size)}

    def fail(self, why: str) -> None:
        """It could not be made. Raises `CannotWrite`."""
        if not values.make_inside(self.directory):
            return
        values.write(self.directory / "failed", why)
        values.write(self.directory / "failed-at", now())
        self._forget("begun")

    def suspect(self, why: str) -> None:
        """What is stored is damaged: the next backup is restored for a trial at once. Raises `CannotWrite`."""
        if not values.make_inside(self.directory):
            return
        values.write(self.directory / "damaged", why)

    @property
    def is_suspect(self) -> bool:
        """Whether it was found damaged, and no backup was proven since."""
        return bool(self.text("damaged"))

    def drilled(self, backup: str, result: str) -> None:
        """It was restored for a trial: `GOOD`, or what was wrong. Raises `CannotWrite`."""
        if not values.make_inside(self.directory):
            return
        if result == GOOD:
            self._forget("damaged")
        values.write(self.directory / "drill-id", backup)
        values.write(self.directory / "drill", result)
        values.write(self.directory / "drill-at", now())

    def forget(self) -> None:
        """Nothing is known: backups go elsewhere. Raises `CannotWrite`."""
        self._forget(*_KNOWN)

    def _forget(self, *files: str) -> None:
        for name in files:
            try:
                values.remove(self.directory / name)
            except OSError as error:
                raise CannotWrite(self.directory / name, error) from error
