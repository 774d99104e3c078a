"""What PocketPaaS has on a machine, outside of the engine. It is found by its names and by the line that our files
begin with, never by what the state says: so it is found, too, where half of the state is gone."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.state import values

USER = "pocketpaas"
#: With all that is in them. The state is the last: what has to be put back is kept there.
PROGRAMS, SITES, LOGS, STATE = (
    *("usr/local/lib/pocketpaas", "etc/nginx/pocketpaas"),
    *("var/log/pocketpaas", "var/lib/pocketpaas"),
)
#: What an admin of the machine puts files of their own into.
OWN = "etc/pocketpaas"
SWAP = "swapfile.pocketpaas"
_MARK = "Written by PocketPaaS"
#: Files that begin with our mark; one without it is somebody else's.
_MARKED = (
    "etc/sudoers.d/pocketpaas",
    "etc/systemd/system/pocketpaas-*.service",
    "etc/systemd/system/pocketpaas-*.timer",
    "etc/systemd/system/docker.service.d/pocketpaas.conf",
    "etc/systemd/system/nginx.service.d/pocketpaas.conf",
    "etc/systemd/journald.conf.d/pocketpaas.conf",
    "etc/apt/apt.conf.d/52pocketpaas",
    "etc/nginx/conf.d/pocketpaas.conf",
)
_HARDENED = ("etc/ssh/sshd_config.d/00-pocketpaas.conf", "etc/fail2ban/jail.d/pocketpaas.conf")
#: What nobody else has names like.
_TRACES = (
    *("etc/systemd/system/*.wants/pocketpaas-*", "var/lib/systemd/timers/stamp-pocketpaas-*"),
    *("var/log/nginx/pocketpaas-*", "run/pocketpaas*", "run/lock/pocketpaas-*", SWAP, "var/lib/pocketpaas-init.*"),
    *("etc/**/pocketpaas*.pocketpaas-new", "etc/**/52pocketpaas.pocketpaas-new"),
)
#: Made for files of ours; they go when they are empty.
_EMPTY = (
    *("etc/systemd/system/docker.service.d", "etc/systemd/system/nginx.service.d", "etc/systemd/journald.conf.d"),
    OWN,
)
_LONGEST_HEAD = 400


@dataclass(frozen=True)
class Machine:
    """The files of a machine. `spool` is what this very program runs from: it goes last, by whoever made it."""

    root: Path = Path("/")
    spool: Path | None = None

    def path(self, name: str) -> Path:
        """A file or directory."""
        return self.root / name

    def _there(self, patterns: tuple[str, ...]) -> Iterator[Path]:
        for pattern in patterns:
            yield from sorted(self.root.glob(pattern))

    def marked(self) -> list[Path]:
        """The files that we have written."""
        return [path for path in self._there(_MARKED) if is_ours(path)]

    def foreign(self) -> list[Path]:
        """Files with names of ours that somebody else has written."""
        return [path for path in self._there(_MARKED) if not is_ours(path)]

    def traces(self) -> list[Path]:
        """Links, logs, locks, stamps, leftovers. The lock of the program that looks is none."""
        return [path for path in dict.fromkeys(self._there(_TRACES)) if path != self.spool]

    def directories(self) -> list[Path]:
        """Our directories."""
        return [path for path in map(self.path, (PROGRAMS, SITES, LOGS, STATE)) if os.path.lexists(path)]

    def tidy(self) -> None:
        """Removes the directories that were made for files of ours, where nothing else is in them."""
        for directory in map(self.path, _EMPTY):
            try:
                directory.rmdir()
            except OSError:
                # It is not there, or somebody else has something in it.
                continue

    def own_files(self) -> list[Path]:
        """What an admin of the machine has put into /etc/pocketpaas."""
        return sorted(path for path in self.path(OWN).rglob("*") if not path.is_dir())

    def hardened(self) -> list[Path]:
        """What `host harden` has written: it stays, as nobody expects passwords to be let in again."""
        return [path for path in self._there(_HARDENED) if is_ours(path)]

    def all(self) -> list[Path]:
        """All of it, but for what others have written."""
        found = [*self.marked(), *self.traces(), *self.directories()]
        empty = [path for path in map(self.path, (OWN,)) if path.is_dir() and not self.own_files()]
        return [*found, *empty]


def is_ours(path: Path) -> bool:
    """Whether the file begins with our mark, or is a link that leads nowhere."""
    try:
        with path.open("rb") as file:
            return _MARK in values.decode(file.read(_LONGEST_HEAD))
    except OSError:
        return path.is_symlink()


def user_number() -> int:
    """The number of the user that git works as; 0 where the machine has none."""
    try:
        return pwd.getpwnam(USER).pw_uid
    except KeyError:
        return 0


def has_user() -> bool:
    """Whether the machine has that user."""
    return user_number() > 0


def in_fstab(text: str) -> bool:
    """Whether the line of fstab is that of our swap file."""
    return text.startswith(f"/{SWAP} ")
