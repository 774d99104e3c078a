"""Backups that somebody who has the passphrase has stored, and that none of these programs would make."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from host_fixture import HostCase
from pocketpaas.backup import app_content, app_drill, content, fetched, host_content
from pocketpaas.failure import Failed
from pocketpaas.state import deep, values
from test_backup_restores import RestoreCase


class CraftedCase(RestoreCase):
    def setUp(self) -> None:
        super().setUp()
        self.backup = self.take()
        self.stored = self.repository.place / self.backup
        self.secret = self.paths.root.parent / "etc"
        self.secret.mkdir()
        (self.secret / "2.txt").write_text("text")

    def document(self, change: Callable[[dict[str, Any]], Any]) -> None:
        """Another `backup.json`."""
        file = self.repository.file(self.backup, "backup.json")
        told = json.loads(file.read_text())
        change(told)
        file.write_text(json.dumps(told))

    def restores_nothing(self, text: str = "the backup is damaged") -> None:
        before = sorted(str(one) for one in self.mount.rglob("*"))
        with self.raises(text):
            self.back()
        self.assertEqual(sorted(str(one) for one in self.mount.rglob("*")), before)
        self.assertFalse(self.mount.is_symlink())
        self.assertFalse((self.mount.parent / ".pocketpaas-new").exists())
        self.assertEqual((self.secret / "2.txt").read_text(), "text")

    def proves_nothing(self, text: str = "is not in the backup") -> None:
        found = self.repository.find(self.backup)
        try:
            wrong = app_drill.prove(self.operation_of(), self.repository, found)
        except Failed as failed:
            wrong = failed.text
        self.assertIn(text, wrong)


class PlaceTest(CraftedCase):
    def test_a_place_that_is_a_link(self) -> None:
        (self.stored / "x").symlink_to(self.secret)
        self.document(lambda told: told["volumes"]["data"].update(place="/x"))
        self.restores_nothing()
        self.proves_nothing()

    def test_a_link_on_the_way_to_it(self) -> None:
        (self.stored / "x").symlink_to(self.secret.parent)
        self.document(lambda told: told["volumes"]["data"].update(place="/x/etc"))
        self.restores_nothing()
        self.proves_nothing()

    def test_a_place_that_is_a_file(self) -> None:
        (self.stored / "x").write_text("x")
        self.document(lambda told: told["volumes"]["data"].update(place="/x"))
        self.restores_nothing()

    def test_places_that_are_none(self) -> None:
        for place in ("x", "/", "//x", "/x/", "/../x", "/x/./y", "/*", "/x[a]", "/a\nb", "/a\\b", "/" + "x" * 5000, ""):
            with self.subTest(place=place):
                self.document(lambda told, place=place: told["volumes"]["data"].update(place=place))
                self.restores_nothing("backup.json cannot be read")

    def test_fields_that_are_none(self) -> None:
        for name, value in (("at", "now\n+ok"), ("mode", "a b"), ("release", 10**9), ("image", "x"), ("app", "../x")):
            with self.subTest(name=name):
                shutil.copy(self.repository.file(self.backup, "backup.json"), self.secret / "before")
                self.document(lambda told, name=name, value=value: told.update({name: value}))
                self.restores_nothing()
                shutil.copy(self.secret / "before", self.repository.file(self.backup, "backup.json"))
        self.document(lambda told: told["volumes"]["data"].update(sums="x"))
        self.restores_nothing()

    def test_notes_of_something_else(self) -> None:
        self.repository.file(self.backup, "data.sums").write_bytes(b"")
        self.restores_nothing("data.sums is not what was stored")

    def test_an_image_that_it_does_not_say(self) -> None:
        self.document(lambda told: told.update(image=f"sha256:{'9' * 64}"))
        self.restores_nothing("is of another image than it says")

    def test_a_name_for_the_image_that_is_no_tag_of_it(self) -> None:
        self.document(lambda told: told.update(reference="host:5000/x"))
        self.back(confirmed=True)
        self.assertNotIn("5000/x", json.dumps(self.fake.images))


class StateTest(CraftedCase):
    def state(self) -> Path:
        return self.stored / "app.shop" / "state"

    def test_links_that_lead_elsewhere(self) -> None:
        for goal in (str(self.secret / "2.txt"), "../../../../../../etc/passwd", "/", "../../backup.json/../../.."):
            with self.subTest(goal=goal):
                link = self.state() / "operator" / "linked"
                link.parent.mkdir(exist_ok=True)
                link.symlink_to(goal)
                self.restores_nothing("is no file, or a link elsewhere")
                self.proves_nothing("is no file, or a link elsewhere")
                link.unlink()

    def test_what_cannot_be_looked_at(self) -> None:
        broken = OSError(errno.EIO, "Input/output error")
        with fetched_tree(self.paths.root / "t") as tree, mock.patch.object(deep.os, "scandir", side_effect=broken):
            with self.assertRaisesRegex(Failed, "damaged: Input/output error"):
                fetched.refuse_odd(tree)

    def test_what_root_would_wait_for(self) -> None:
        with fetched_tree(self.paths.root / "t") as tree:
            os.mkfifo(tree / "pipe")
            self.assertRaises(Failed, fetched.refuse_odd, tree)
            for read in (app_content.read, content.read, host_content.read):
                with self.subTest(read=read), self.raises("is no file"):
                    read(tree)

    def test_notes_of_our_own_programs_are_not_taken_over(self) -> None:
        shutil.rmtree(self.app)
        shutil.rmtree(self.mount.parent)
        self.fake.volumes.clear()
        for name in ("restoring", "renaming", "lock", "backup"):
            (self.state() / name).write_text("1\n/etc")
        (self.state() / "releases" / "9").mkdir()
        self.back(confirmed=True)
        self.assertTrue((self.app / "created").exists())
        for name in ("restoring", "renaming"):
            self.assertFalse((self.app / name).exists(), name)


class fetched_tree:
    """A directory for the block."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __enter__(self) -> Path:
        values.make_directory(self.place)
        return self.place

    def __exit__(self, *_: object) -> None:
        values.remove_tree(self.place)


class FetchedTest(HostCase):
    def test_links_inside_are_what_an_app_has(self) -> None:
        tree = self.tree(self.paths.root / "t", {"slots/blue/x": "1", "releases/3/image": "y"})
        (tree / "live").symlink_to("slots/blue")
        (tree / "slots/blue/release").symlink_to("../../releases/3")
        (tree / "gone").symlink_to("slots/green")
        fetched.refuse_odd(tree)
        (tree / "up").symlink_to("releases/3")
        # By its words it is inside, and by the kernel's way it is not.
        (tree / "releases/out").symlink_to("../slots/blue/release/../../../x")
        self.assertRaises(Failed, fetched.refuse_odd, tree)
        (tree / "releases/out").unlink()
        (tree / "around").symlink_to("around")
        with self.assertRaises(Failed):
            (tree / "itself").symlink_to(".")
            fetched.refuse_odd(tree)

    def test_a_directory_that_is_a_link(self) -> None:
        tree = self.tree(self.paths.root / "t", {"a": "1"})
        (self.paths.root / "u").symlink_to(tree)
        self.assertRaises(Failed, fetched.refuse_odd, self.paths.root / "u")
        self.assertRaises(Failed, fetched.refuse_odd, self.paths.root / "none")

    def test_an_admins_own_links_are_left_out(self) -> None:
        tree = self.tree(self.paths.root / "t", {"own/redis.conf": "1"})
        (tree / "own/a").symlink_to("/etc/passwd")
        (tree / "own/b").symlink_to("redis.conf")
        self.assertEqual(host_content.drop_links(tree), ["a"])
        fetched.refuse_odd(tree)
        self.assertEqual(values.names(tree / "own"), ["b", "redis.conf"])

    def test_what_no_host_has(self) -> None:
        key = {"keys/ada/role": "admin", "keys/ada/public": f"ssh-ed25519 {'A' * 68}"}
        document = {"format": 1, "at": "x", "apps": [], "services": {}, "schedule": "", "keep": "7 4 6"}
        good = {**key, "host.json": json.dumps(document)}
        host_content.read(self.tree(self.paths.root / "good", good))
        for name, more in enumerate(
            (
                {"keys/ada/public": f"ssh-ed25519 {'A' * 68}\nssh-ed25519 {'B' * 68}"},
                {"host/keep-releases": "many"},
                {"host/public-port": "99999"},
                {"registries/a b/user": "x"},
                {"shared/env/a=b": "x"},
            )
        ):
            with self.subTest(more=more), self.assertRaises(Failed):
                host_content.read(self.tree(self.paths.root / str(name), {**good, **more}))
