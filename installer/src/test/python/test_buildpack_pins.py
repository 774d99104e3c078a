"""The buildpacks of a host: listed, looked at, moved to where their branch is now."""

from __future__ import annotations

import io
import os
import unittest
from dataclasses import replace
from typing import Any
from unittest import mock

from fake_engine import EngineCase
from pocketpaas.build.buildpack_name import Buildpack
from pocketpaas.build.buildpacks import BuildpackStore
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.request import Request
from pocketpaas.query import buildpacks as verb
from pocketpaas.state import tree
from program_fixture import HOSTILE, Repository


class BuildpacksTest(EngineCase):
    def setUp(self) -> None:
        super().setUp()
        self.audited: list[str] = []
        self.patch(os, "geteuid", lambda: 1000)
        self.patch(verb, "audit", lambda *a: self.audited.append(a[3]))
        self.paths = replace(self.paths, programs=self.tree(self.paths.root / "programs", {"buildpacks/static/x": ""}))
        self.repository = Repository(self.paths.root / "pack")
        self.repository.write("bin/detect", "one")
        self.first = self.repository.commit("First")
        self.repository.git("branch", "topic/x", self.first)
        self.url = f"file://{self.repository.directory}"
        self.state("host/buildpacks", f"own\t{self.url}\nunused\thttps://example.com/unused#v2")
        self.store = BuildpackStore(self.paths, self.reporter)

    def patch(self, where: Any, name: str, value: Any) -> None:
        patched = mock.patch.object(where, name, value)
        patched.start()
        self.addCleanup(patched.stop)

    def ask(self, action: str, *items: str) -> list[dict[str, str]]:
        sent = io.BytesIO(tree.text((str(number), item) for number, item in enumerate(items, 1)))
        told: list[dict[str, str]] = []
        with mock.patch.object(verb, "answer", lambda pairs: told.extend(rows(pairs)) or 0):
            request = Request(self.paths, self.reporter, "ada", "buildpacks", (action,), sent)
            self.assertEqual(verb.serve(request), 0)
        return told

    def pin(self, ref: str = "") -> str:
        return self.store.pin(Buildpack("own", self.url, ref)).commit

    def test_the_list(self) -> None:
        self.pin()
        self.pin("topic/x")
        own, unused, of_an_app, static = self.ask("list")
        self.assertEqual((own["name"], own["commit"], own["from"]), ("own", self.first, "list"))
        self.assertRegex(own["since"], "^20..-..-..T..:..:..Z$")
        self.assertEqual((unused["ref"], unused["commit"], unused["since"]), ("v2", "", ""))
        self.assertEqual((of_an_app["name"], of_an_app["ref"]), (f"{self.url}#topic/x", "topic/x"))
        self.assertEqual((of_an_app["from"], of_an_app["commit"]), ("address", self.first))
        self.assertEqual(static, {"name": "static", "from": "programs"})

    def test_moved_to_where_the_branch_is_now(self) -> None:
        self.pin()
        self.repository.write("bin/detect", "two")
        second = self.repository.commit("Second")
        self.assertEqual(self.pin(), self.first)
        own, unused = self.ask("check")
        self.assertEqual(own, {"name": "own", "before": self.first, "commit": second})
        self.assertEqual(self.pin(), self.first, "looking moves nothing")
        self.assertEqual(unused, {"name": "unused", "before": "", "commit": ""})
        self.assertEqual(self.ask("update", "own"), [own])
        self.assertEqual(self.pin(), second)
        self.assertEqual(self.audited, ["buildpacks update 1"])
        self.assertEqual(self.ask("update", self.url), [{"name": "own", "before": second, "commit": second}])

    def test_one_that_is_named_by_its_commit_stays(self) -> None:
        self.pin(self.first)
        os.rename(self.repository.directory, self.paths.root / "moved")
        found = self.ask("update", f"{self.url}#{self.first}")
        self.assertEqual([one["commit"] for one in found], [self.first])

    def test_one_that_cannot_be_reached_stays_where_it_is_and_the_others_go_on(self) -> None:
        self.pin()
        other = Repository(self.paths.root / "other")
        other.write("x", "1")
        other.commit("x")
        address = f"file://{other.directory}"
        self.store.pin(Buildpack("other", address))
        other.write("x", "2")
        moved = other.commit("y")
        os.rename(self.repository.directory, self.paths.root / "moved")
        own, _, found = self.ask("update")
        self.assertEqual(found["commit"], moved)
        self.assertIn("the buildpack own cannot be fetched", own["trouble"])
        self.assertEqual(own["before"], self.first)
        self.assertEqual(self.pin(), self.first)

    def test_what_is_refused_changes_nothing(self) -> None:
        self.pin()
        for item in (*(one for one in HOSTILE if len(one) < 60_000), "", "nosuch", "own#v9"):
            with self.subTest(item), self.assertRaises(Refused):
                self.ask("update", "own", item)
        with self.assertRaises(BadRequest):
            self.ask("remove")
        self.assertEqual(self.audited, [])

    def test_a_password_in_the_hosts_own_list_is_not_told(self) -> None:
        self.state("host/buildpacks", "own\thttps://me:hunter2@example.com/own")
        self.assertNotIn("hunter2", repr(self.ask("list")))


def rows(pairs: dict[str, str]) -> list[dict[str, str]]:
    """A tree of N/KEY as a list."""
    found: dict[str, dict[str, str]] = {}
    for path, value in pairs.items():
        number, _, key = path.partition("/")
        found.setdefault(number, {})[key] = value
    return list(found.values())


if __name__ == "__main__":
    unittest.main()
