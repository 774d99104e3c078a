"""How far the restore of a host is: backups/restoring/, there from its beginning to its end."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.backup import subject
from pocketpaas.backup.host_content import HostContent
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.failure import BadRequest, CannotWrite, Refused
from pocketpaas.service import store as services
from pocketpaas.state import listing, names, values
from pocketpaas.state.paths import HostPaths


@dataclass(frozen=True)
class Wish:
    """What is asked for: the host `of` (empty: the only one that there is); of the services and apps that a second run
    finds other than the first one left them those that it replaces by their backups (`confirmed`), and those that it
    leaves as they are (`kept`)."""

    of: str = ""
    confirmed: Collection[str] = ()
    kept: Collection[str] = ()

    @staticmethod
    def parse(words: Collection[str]) -> Wish:
        """[OF|-] [confirm=NAME…] [keep=NAME…]. Raises `BadRequest`."""
        of = ""
        found: dict[str, list[str]] = {"confirm": [], "keep": []}
        for at, word in enumerate(words):
            option, equals, name = word.partition("=")
            if equals and option in found and (names.is_service(name) or names.is_app(name)):
                found[option].append(name)
            elif at == 0 and not equals:
                of = "" if word == "-" else word
            else:
                raise BadRequest("backup restore-host: [OF] [confirm=NAME…] [keep=NAME…]")
        return Wish(of, found["confirm"], found["keep"])

    def refuse_unknown(self, made: HostContent) -> None:
        """Raises `Refused` for a name that nothing in the backup has."""
        known = {*made.apps, *(service.name for service in made.services)}
        for name in (*self.confirmed, *self.kept):
            if name not in known:
                raise Refused(
                    "no-part",
                    f"there is no {name} in the backup of the host",
                    f"name one of these: {', '.join(sorted(known))}" if known else "",
                )


def refuse_own(paths: HostPaths) -> None:
    """Nothing that somebody has made here is touched, unless a restore is on its way. Raises `Refused`."""
    found = [] if Progress(paths).is_open else own(paths)
    if found:
        raise Refused(
            "not-empty",
            f"this host has apps or services already: {', '.join(found[:5])}",
            "restore onto a machine that has none: pocketpaas init host; single ones: pocketpaas backups restore ID",
        )


def own(paths: HostPaths) -> list[str]:
    """The apps and services of this host."""
    return [*subject.apps(paths), *(service.name for service in services.all_of(paths))]


class Progress:
    """What of a restore is done. All of it goes at its end: a restore that has ended is over."""

    def __init__(self, paths: HostPaths) -> None:
        self._paths = paths
        self.directory = paths.backups / "restoring"
        self.content = self.directory / "content"

    @property
    def is_open(self) -> bool:
        """Whether one has begun here and not ended: what its backup holds is here, and the destination is not asked for
        that any more."""
        return self.content.is_dir()

    @property
    def host(self) -> str:
        """The name of the host that comes back; empty where an earlier version has begun it."""
        return values.read_or(self.directory / "host", "")

    def begin(self, found: Snapshot, fetched: Path) -> None:
        """It begins with what was fetched of the backup. Raises `CannotWrite`, OSError."""
        values.fresh_directory(self.directory)
        for name in ("done", "begun"):
            values.make_directory(self.directory / name)
        values.write(self.directory / "host", found.host)
        # With it there is something to go on with.
        values.replace_tree(fetched, self.content)

    def is_done(self, kind: str, name: str) -> bool:
        """Whether the part has come, whatever has become of it since."""
        return (self.directory / "done" / f"{kind}.{name}").exists()

    def done(self, kind: str, name: str) -> None:
        """The part is there. Raises `CannotWrite`."""
        values.make_directory(self.directory / "done")
        values.touch(self.directory / "done" / f"{kind}.{name}", 0o600)

    def is_there(self, kind: str, name: str) -> bool:
        """Whether there is such a service or app on the host."""
        if kind == subject.APP:
            return listing.is_there(self._paths, name)
        return (self._paths.service(name) / "type").exists()

    def begun(self, kind: str, name: str) -> Path:
        """The file that is there as soon as something of the part is made."""
        values.make_directory(self.directory / "begun")
        return self.directory / "begun" / f"{kind}.{name}"

    def end(self) -> None:
        """All of it is there. Raises `CannotWrite`."""
        gone = self._paths.backups / ".restored"
        try:
            values.remove_tree(gone)
            # With one rename it is over, whatever keeps the rest.
            os.rename(self.directory, gone)
            values.remove_tree(gone)
        except OSError as error:
            raise CannotWrite(self.directory, error) from error
