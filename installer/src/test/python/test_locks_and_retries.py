"""Deploys that are locked, and sources that are deployed again."""

from __future__ import annotations

import unittest

from pocketpaas.entry import deploy, push, retry
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.operation import deploys
from pocketpaas.operation.work import all_works
from pocketpaas.query import apps, hello, info, lock
from pocketpaas.release import slots
from pocketpaas.state import tree, values
from program_fixture import Repository
from test_entry_verbs import OperationsCase


class LockTest(OperationsCase):
    def turn(self, word: str, reason: str = "") -> list[str]:
        """What it tells."""
        given = tree.text({"reason": reason} if reason else {})
        self.assertEqual(lock.serve(self.request("lock", "shop", word, given=given)), 0)
        return self.told()

    def test_every_deploy_is_refused_until_it_is_unlocked(self) -> None:
        self.assertEqual(self.turn("on", "sale\tuntil\nMonday"), ["+result\tlocked\ton"])
        for serve, words in (
            (deploy.serve, ("shop", "c" * 40)),
            (push.serve, ("shop", "c" * 40, "d" * 40, "-", "-", "main")),
            (retry.serve, ("shop", "-")),
        ):
            with self.subTest(serve=serve), self.assertRaises(Refused) as raised:
                serve(self.request("deploy", *words))
            self.assertRegex(raised.exception.text, "^deploys of shop are locked by boss, . s ago: sale until Monday$")
        self.assertEqual(all_works(self.paths), [])
        self.assertIn("sale until Monday", self.asked(hello.serve, "hello", "shop")["app/locked"])
        self.assertEqual(self.turn("off"), ["+result\tlocked\toff"])
        self.assertIn("are not locked", self.turn("off")[0])
        deploys.refuse_locked(self.paths, "shop")
        self.assertNotIn("app/locked", self.asked(hello.serve, "hello", "shop"))
        with self.assertRaises(BadRequest):
            self.turn("maybe")


class InfoTest(OperationsCase):
    def test_at_a_glance(self) -> None:
        self.patch(apps, "running", lambda _paths, _engine: {"shop": "running"})
        shop = self.paths.app("shop")
        self.tree(shop, {"created": "then", "releases/1/status": "failed"})
        found = info.of_app(self.request("show", "shop", "info"))
        self.assertEqual((found["state"], found["releases"], "live" in found), ("new", "1", False))
        bundle = {"status": "good", "who": "ann", "processes/web/command": "x", "settings/volumes": "data\t/data"}
        job = {"calendar": "*-*-* 03:00:00 UTC", "command": "x"}
        self.tree(shop / "releases" / "2", {**bundle, **{f"settings/cron/j/{key}": text for key, text in job.items()}})
        self.file("host/domain", "example.org")
        slots.prepare(self.paths, "shop", "blue", 2)
        slots.switch(self.paths, "shop", "blue")
        lock.serve(self.request("lock", "shop", "on", given=tree.text({})))
        self.tree(shop, {"maintenance": ""})
        found = info.of_app(self.request("show", "shop", "info"))
        self.assertEqual(
            [
                found[name]
                for name in ("state", "live", "who", "scale/web", "volumes", "cron", "variables", "maintenance")
            ],
            ["running", "2", "ann", "1", "data", "j", "0", "yes"],
        )
        self.assertIn("shop.example.org", found["url"])
        self.assertIn("by boss", found["locked"])


class RetryTest(OperationsCase):
    def setUp(self) -> None:
        super().setUp()
        self.as_somebody()
        repository = Repository(self.paths.app("shop") / "repo.git")
        repository.write("app.pl", "print 1")
        self.commit = repository.commit("Fix the cart")

    def test_the_source_with_the_settings_of_then(self) -> None:
        bundle = {"status": "failed", "commit": self.commit, "settings/env/A": "1", "settings/env.json/A": '"A=1"'}
        self.tree(self.paths.release("shop", 1), bundle)
        code, _ = self.serve(retry.serve, "retry", "shop", "-", given=tree.text({"options": "now"}))
        self.assertEqual(code, 0)
        (work,) = all_works(self.paths)
        self.assertEqual(work.kind, "deploy")
        self.assertEqual(values.need(work.directory / "commit"), self.commit)
        self.assertEqual(values.need(work.directory / "values/settings/env/A"), "1")
        self.assertTrue((work.directory / "source.tar").is_file())
        self.assertIn("+note\tdeploying the source of v1 again", self.told())

    def test_what_is_refused(self) -> None:
        for files, word, given in (
            ({}, "-", {}),
            ({"1/status": "good", "1/commit": self.commit}, "-", {}),
            ({"1/status": "failed"}, "-", {}),
            ({"1/status": "failed", "1/commit": "c" * 40}, "1", {}),
            ({"1/status": "failed", "1/commit": self.commit}, "../1", {}),
            ({"1/status": "failed", "1/commit": self.commit}, "v2", {}),
            ({"1/status": "failed", "1/commit": self.commit}, "1", {"settings/domains": "x.example.com"}),
            ({"1/status": "failed", "1/commit": self.commit}, "1", {"options": "wait"}),
        ):
            values.remove_tree(self.paths.app("shop") / "releases")
            self.tree(self.paths.app("shop") / "releases", files)
            with self.subTest(files=files, word=word, given=given), self.assertRaises((Refused, BadRequest)):
                retry.serve(self.request("retry", "shop", word, given=tree.text(given)))
        self.assertEqual(all_works(self.paths), [])


if __name__ == "__main__":
    unittest.main()
