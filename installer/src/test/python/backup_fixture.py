"""What the tests of backups of apps and hosts share: a destination that is a directory, and an app with a volume."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from change_fixture import ChangeCase
from pocketpaas.backup import app_taking, own_backups, store, subject
from pocketpaas.backup.belonging import Owner
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.failure import Failed
from pocketpaas.machine.events import Reporter
from pocketpaas.operation import heir
from pocketpaas.operation.unit import Operation
from pocketpaas.state import values

ARCHIVE = b"the layers of an image"


class FakeRepository(Repository):
    """Keeps the files of each backup in a directory of its own, as the real one gives them back."""

    def __init__(self, destination: store.Destination, reporter: Reporter, place: Path) -> None:
        super().__init__(destination, reporter)
        self.place = place
        self.made: list[Snapshot] = []
        self.as_host = ""
        self.stored = self.mended = 0
        self.read_all = False
        #: What is stored is bad as long as one of these is there, as with data that are stored once.
        self.bad: set[str] = set()

    def open(self, given: bool = False) -> None:
        """It always answers."""

    def snapshots(self) -> list[Snapshot]:
        return list(self.made)

    def store(
        self, directory: Path, tags: Sequence[str], others: Sequence[Path] = (), read_all: bool = False, size: int = 0
    ) -> str:
        self.stored += 1
        self._greatest = self.stored
        self.read_all = read_all
        backup = f"{self.stored:08x}"
        shutil.copytree(directory, self.place / backup / directory.name, symlinks=True)
        for other in others:
            shutil.copytree(other, self.place / backup / str(other).lstrip("/"), symlinks=True)
        if self.bad & {one.id for one in self.made} and (self.place / backup / "image").is_dir():
            self.damage(backup)
        made = own_backups.begin(self.destination)
        facts = {"n": str(self.stored), own_backups.MADE: made, **dict(tag.split("=", 1) for tag in tags)}
        at = f"2026-11-29T00:00:{self.stored:02}Z"
        self.made.append(Snapshot(backup, at, self.as_host or self.destination.host, facts))
        return backup

    def restore(self, backup: str, target: Path, include: str = "", size: int = 0, on_disk: int | None = None) -> None:
        stored = self.place / backup
        for name in include.lstrip("/").split("/"):
            stored = stored / name
            if stored.is_symlink():
                # It comes as that.
                link = target / stored.relative_to(self.place / backup)
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(os.readlink(stored))
                return
        if not stored.is_dir():
            return
        shutil.copytree(stored, target / include.lstrip("/"), symlinks=True, dirs_exist_ok=True)

    def forget(self, owner: Owner, keep: store.Keep, spared: str = "") -> None:
        """All are kept."""

    def drop_part(self, backup: str) -> None:
        self.forget_these([backup])

    def mend(self) -> None:
        self.mended += 1

    def damage(self, backup: str) -> None:
        """The image in the backup is not what was stored."""
        self.file(backup, "image.tar").write_bytes(b"other")

    def forget_these(self, backups: Sequence[str]) -> None:
        self.made = [one for one in self.made if one.id not in backups]

    def file(self, backup: str, name: str) -> Path:
        """The only file of that name in a backup."""
        (found,) = (self.place / backup).rglob(name)
        return found


class AppBackupCase(ChangeCase):
    """The app shop, v3 of which is live, with the volume `data`; `self.take()` makes a backup of it."""

    def setUp(self) -> None:
        super().setUp()
        self.fake.mounts = self.paths.root.parent / "volumes"
        self.fake.mounts.mkdir()
        self.tree(self.paths.backups, {"destination": "/mnt/backups", "passphrase": "pass", "host": "web-1"})
        place = self.paths.root.parent / "destination"
        place.mkdir()
        self.repository = FakeRepository(store.need_destination(self.paths), self.reporter, place)
        self.state_of_host()
        self.tree(self.app, {"created": "2020-01-01T00:00:00Z"})
        self.bundle = self.live(3, {"settings/volumes": "data\t/app/data", "settings/env/A": "b"})
        self.image = values.need(self.bundle / "image")
        document = {"Id": self.image, "RepoTags": ["pocketpaas-app-shop:x3"], "Config": {}}
        self.fake.images.append(document)
        self.fake.saved[self.image] = ARCHIVE
        self.fake.loads[ARCHIVE] = dict(document)
        self.mount = self.fake.mounts / "pocketpaas-shop.data" / "_data"
        self.mount.mkdir(parents=True)
        self.fake.volumes["pocketpaas-shop.data"] = {"Name": "pocketpaas-shop.data", "Mountpoint": str(self.mount)}
        self.tree(self.mount, {"photos/1.jpg": "a photo", "2.txt": "text"})
        (self.mount / "link").symlink_to("2.txt")
        self.fake.add("c1", "blue", release="3")
        #: The apps that somebody would take over.
        self.heirs: list[str] = []
        for name, do in (
            ("appoint", lambda operation, app: self.heirs.extend({app} - {*self.heirs})),
            ("dismiss", lambda operation, app: self.heirs.clear()),
        ):
            patcher = mock.patch.object(heir, name, do)
            patcher.start()
            self.addCleanup(patcher.stop)

    def state_of_host(self) -> None:
        """What `init host` has written."""
        self.tree(self.paths.host, {"domain": "203-0-113-1.sslip.io", "address": "203.0.113.1", "keep-releases": "7"})

    def operation_of(self, kind: str = "backup") -> Operation:
        return self.operate(kind)

    def take(self) -> str:
        """A backup of the app; its id."""
        return app_taking.take(self.operation_of(), self.repository, subject.of_app(self.paths, "shop"))

    def told(self) -> str:
        """All that was told."""
        return "\n".join(self.reporter.lines)

    def raises(self, text: str) -> Any:
        """Of `Failed` with that text."""
        return self.assertRaisesRegex(Failed, text)
