"""What is known of backups: backups/ (where they go, when, how many are kept), one value a file (docs/protocol.md,
"Backups")."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pocketpaas import rules
from pocketpaas.failure import Busy, Damaged, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Holder, Lock
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

_SET = "pocketpaas backups destination /mnt/backups, or s3:https://s3.example.com/BUCKET"
_MOST_BACKUPS = 10**9
#: What a restore of the host says that it does: whoever begins it again sees the one that is at work.
_RESTORE = "restore-host"


@dataclass(frozen=True)
class Keep:
    """How many backups are kept: the last one of so many days, weeks and months."""

    days: int
    weeks: int
    months: int

    @staticmethod
    def parse(text: str) -> Keep | None:
        """`7 4 6`; None for what is not that."""
        words = text.split(" ")
        least, most = rules.limits("backup-keep")
        if len(words) != 3 or not all(names.is_number(word, least, most) for word in words):
            return None
        found = Keep(*(int(word) for word in words))
        return found if found.days + found.weeks + found.months > 0 else None

    @property
    def text(self) -> str:
        """As it is kept."""
        return f"{self.days} {self.weeks} {self.months}"


@dataclass(frozen=True)
class Destination:
    """Where backups go. Whatever is secret is in files that only root can read."""

    directory: Path

    @property
    def location(self) -> str:
        """A directory, s3:URL/BUCKET, sftp:USER@HOST/DIRECTORY, or rclone:REMOTE:DIRECTORY. Raises `Damaged`."""
        return values.need(self.location_file, names.is_backup_destination)

    @property
    def location_file(self) -> Path:
        """The file that holds it."""
        return self.directory / "destination"

    @property
    def passphrase_file(self) -> Path:
        """What the backups are encrypted with."""
        return self.directory / "passphrase"

    @property
    def credentials_file(self) -> Path:
        """The key of a bucket, as Amazon's own tools keep it."""
        return self.directory / "credentials"

    @property
    def known_hosts(self) -> Path:
        """Of SFTP: the keys that the other machine may show."""
        return self.directory / "known-hosts"

    @property
    def ssh_config(self) -> Path:
        """Of SFTP: what ssh is told."""
        return self.directory / "ssh-config"

    @property
    def repository_file(self) -> Path:
        """Of SFTP: the location as restic takes it."""
        return self.directory / "repository"

    @property
    def public_key_file(self) -> Path:
        """Of SFTP: what the other machine lets in."""
        return self.directory / "public-key"

    @property
    def rclone_file(self) -> Path:
        """Of rclone: its configuration, the remote. It writes tokens there that it has renewed."""
        return self.directory / "rclone"

    @property
    def is_rclone(self) -> bool:
        """Whether it is behind a remote of rclone."""
        return self.location.startswith("rclone:")

    @property
    def is_sftp(self) -> bool:
        """Whether it is a directory of another machine."""
        return self.location.startswith("sftp:")

    @property
    def is_bucket(self) -> bool:
        """Whether it is a bucket, which has a key."""
        return self.location.startswith("s3:")

    @property
    def is_directory(self) -> bool:
        """Whether it is a directory of this host."""
        return self.location.startswith("/")

    @property
    def limit(self) -> int:
        """How many KiB go there in a second at most; 0: as many as there can be. Raises `Damaged`."""
        return values.number(self.directory / "limit", 0, *rules.limits("backup-limit"))

    @property
    def host(self) -> str:
        """What tells this host's backups from those of others in the same place. Raises `Damaged`."""
        return values.need(self.directory / "host")

    @property
    def count(self) -> int:
        """The greatest number that this host has given; 0 where none is known. Raises `Damaged`."""
        return values.number(self.directory / "count", 0, 0, _MOST_BACKUPS)

    def know(self, number: int) -> None:
        """The next one is greater than that, too. Raises `CannotWrite`, `Damaged`."""
        values.write(self.directory / "count", str(max(number, self.count)))

    def next_number(self, greatest: int) -> int:
        """The number of the next backup of this host, where the destination knows them up to `greatest`: they are
        ordered by it, whatever the clock says. Raises `CannotWrite`, `Damaged`."""
        number = max(greatest, self.count) + 1
        self.know(number)
        return number


def directory(paths: HostPaths) -> Path:
    """Where all of it is, made if it is missing. Raises `CannotWrite`."""
    values.make_directory(paths.backups)
    return paths.backups


def destination(paths: HostPaths) -> Destination | None:
    """Where backups go; None where nobody has said."""
    found = Destination(paths.backups)
    return found if found.location_file.exists() else None


def need_destination(paths: HostPaths) -> Destination:
    """The same; raises `Refused` where nobody has said."""
    found = destination(paths)
    if found is None:
        raise Refused("no-destination", "this host has no place for backups yet", _SET)
    return found


def host_name(paths: HostPaths) -> str:
    """The name that this host has among backups, made when it is first asked for. Raises `CannotWrite`."""
    file = paths.backups / "host"
    if not file.exists():
        values.write(file, f"{socket.gethostname()[:40]}-{secrets.token_hex(3)}")
    return values.need(file)


def keep(paths: HostPaths) -> Keep:
    """How many backups are kept. Raises `Damaged`."""
    file = paths.backups / "keep"
    found = Keep.parse(values.read_or(file, str(rules.default("backup-keep"))))
    if found is None:
        raise Damaged(file, "does not say how many backups are kept")
    return found


def limit(paths: HostPaths) -> int:
    """How many KiB go to the destination in a second at most; 0: as many as there can be. Raises `Damaged`."""
    return Destination(paths.backups).limit


def schedule(paths: HostPaths) -> str:
    """When backups are made, each day in UTC (`03:00`); empty where nobody has said. Raises `Damaged`."""
    file = paths.backups / "schedule"
    found = values.read_or(file, "")
    if found and not names.is_time_of_day(found):
        raise Damaged(file, "does not hold a time of the day")
    return found


def lock(paths: HostPaths, holder: Holder, patience: float = 0, tell: Callable[[str], None] | None = None) -> Lock:
    """One backup, restore or drill at a time. `patience` (s) is how long another one is waited for; `tell` is told so.
    Raises `Busy`."""
    file = directory(paths) / "lock"
    found = locks.take(file, holder)
    if found is None and patience:
        if tell is not None:
            tell(f"waiting for another backup: {locks.holder_text(file)}")
        found = locks.take(file, holder, patience)
    if found is None:
        text = locks.holder_text(file)
        if _RESTORE in text:
            raise Busy(f"another backup is at work: {text}", "watch it: pocketpaas host restore, as it was begun")
        if any(f"backups {one}" in text for one in ("create", "restore", "drill")):
            raise Busy(f"another backup is at work: {text}", "wait for it, or stop it: pocketpaas backups cancel")
        raise Busy(f"the backups are in use: {text}", "wait until that has ended")
    return found


def is_at_work(paths: HostPaths) -> bool:
    """Whether somebody holds the lock."""
    return locks.is_held(paths.backups / "lock")
