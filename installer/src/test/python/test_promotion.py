"""A release of one app as a release of another, by the very image."""

from __future__ import annotations

from typing import Any
from unittest import mock

from pocketpaas.build import image, ready_image
from pocketpaas.change import deploy, promotion
from pocketpaas.engine import images
from pocketpaas.entry import promote
from pocketpaas.failure import Failure, Refused
from pocketpaas.machine.request import Request
from pocketpaas.operation import apps, work
from pocketpaas.state import previews, values
from test_change_deploy import DeployCase
from test_entry import PUBLIC

IMAGE = f"sha256:{7:064x}"


class PromotionCase(DeployCase):
    """`staging` v3 is live; `shop` is what it is promoted to."""

    def setUp(self) -> None:
        super().setUp()
        self.there = True
        values.make_directory(self.paths.programs / "stack")
        self.tagged: list[tuple[str, str, str]] = []
        self.patch(images, "exists", lambda _engine, _image: self.there)
        self.patch(images, "tag", lambda _engine, *words: self.tagged.append(words))
        self.patch(image, "build", lambda *_: self.fail("something is built"))
        self.patch(ready_image, "resolve", lambda *_: self.fail("a registry is asked"))
        self.bundle = self.tree(
            self.paths.release("staging", 3),
            {
                "image": IMAGE,
                "base": "slug",
                "builder": "buildpacks",
                "inputs": "i",
                "port": "5000",
                "release": "migrate --new",
                "processes/web/command": "serve --new",
                "processes/web/memory": "1",
                "processes/worker/command": "work",
                "commit": "e" * 40,
                "tree": "t3",
                "subject": "Sell tea",
                "author": "Ada",
                "settings/processes/web/command": "serve --new",
                "settings/processes/web/memory": "1",
                "settings/processes/web/scale": "9",
                "settings/processes/web/stop-timeout": "5",
                "settings/processes/worker/command": "work",
                "settings/release": "migrate --new",
                "settings/check/path": "/new",
                "settings/cron/nightly/command": "x",
                "settings/cron/nightly/calendar": "*-*-* 00:00:00 UTC",
                "settings/domains": "staging.example.com",
                "settings/http/redirects": "www.staging.example.com\tstaging.example.com",
                "settings/env/STAGE": "staging",
                "settings/env.json/STAGE": '"STAGE=staging"',
                "settings/secrets": "ONLY_STAGING",
                "settings/volumes": "other\t/other",
                "settings/services/db": "postgres",
                "settings/blobs/pocketpaas.yml": "b" * 40,
                "settings/previews/max": "9",
            },
        )
        self.tree(self.paths.app("staging"), {"roots": "root"})
        values.remove_tree(self.work / "values")
        for name in ("tree", "commit", "subject", "roots"):
            values.remove(self.work / name)
        self.patch(deploy.release_command, "run", lambda *_: None)
        self.patch(deploy.activate, "clear_slot", lambda _operation, running, _slot: running)
        self.patch(deploy.deploy_services, "provide", lambda *_: None)

    def promote(self) -> int:
        if not (self.work / "promoted-from").exists():
            promotion.take_along(self.paths, "staging", 3, self.operation.work)
        return self.deploy()


class PromotionTest(PromotionCase):
    def own(self) -> None:
        self.live(
            1,
            {
                "tree": "t1",
                "settings/processes/web/command": "serve --old",
                "settings/processes/web/memory": "20000000",
                "settings/processes/web/scale": "4",
                "settings/processes/clock/command": "gone",
                "settings/release": "migrate --old",
                "settings/domains": "a.example.com",
                "settings/env/STAGE": "production",
                "settings/env.json/STAGE": '"STAGE=production"',
                "settings/volumes": "data\t/data",
                "settings/http/max-body": "5",
                "settings/blobs/pocketpaas.yml": "a" * 40,
            },
        )

    def test_the_very_image_with_the_other_apps_place(self) -> None:
        self.own()
        self.operator(SECRET="production")
        self.assertEqual(self.promote(), 0)
        made = self.paths.release("shop", 2)
        self.assertEqual(values.need(made / "image"), IMAGE)
        self.assertEqual([words[:2] for words in self.tagged], [(IMAGE, "pocketpaas-app-shop")])
        for path, text in {
            "kind": "promote",
            "change": "staging v3",
            "commit": "e" * 40,
            "builder": "buildpacks",
            "release": "migrate --new",
            "processes/web/command": "serve --new",
            "processes/web/memory": "20000000",
            "processes/web/stop-timeout": "5",
            "processes/worker/command": "work",
            "settings/check/path": "/new",
            "settings/cron/nightly/command": "x",
            "settings/processes/web/scale": "4",
            "settings/domains": "a.example.com",
            "settings/http/max-body": "5",
            "settings/volumes": "data\t/data",
            "settings/blobs/pocketpaas.yml": "a" * 40,
            "env/STAGE": "production",
            "env/SECRET": "production",
        }.items():
            self.assertEqual(values.need(made / path), text, path)
        for path in ("processes/clock", "settings/services", "settings/secrets", "settings/http/redirects"):
            self.assertFalse((made / path).exists(), path)
        self.assertEqual(values.need(self.app / "roots"), "root")

    def test_a_second_time_there_is_nothing_to_do(self) -> None:
        self.own()
        self.promote()
        self.assertEqual(self.promote(), 0)
        self.assertEqual(self.activated, [2])
        self.assertIn("+result\tunchanged\tyes", self.reporter.lines)

    def test_what_was_killed_right_behind_its_switch_has_set_what_the_app_has(self) -> None:
        self.own()
        for left in (None, {"settings/domains": "before.example.com"}):
            with self.subTest(left):
                values.remove_tree(self.app / "settings")
                self.tree(self.app, left or {})
                promotion.take_along(self.paths, "staging", 3, self.operation.work)
                promotion.settle(self.operation, self.work / "values" / "settings")
                self.assertEqual(values.need(self.work / "values" / "settings" / "domains"), "a.example.com")

    def test_the_same_source_built_elsewhere_is_another_image(self) -> None:
        self.own()
        self.promote()
        values.write(self.work / "promoted" / "image", f"sha256:{8:064x}")
        self.promote()
        self.assertEqual(self.activated, [2, 3])

    def test_an_app_without_a_release_starts_with_all_but_what_is_the_others(self) -> None:
        self.operator(ONLY_STAGING="x")
        self.assertEqual(self.promote(), 0)
        settings = self.paths.release("shop", 1) / "settings"
        for path in ("domains", "http/redirects", "blobs"):
            self.assertFalse((settings / path).exists(), path)
        self.assertEqual(values.need(settings / "env" / "STAGE"), "staging")
        self.assertEqual(values.need(settings / "services" / "db"), "postgres")

    def test_an_image_that_is_gone(self) -> None:
        self.own()
        self.there = False
        with self.assertRaisesRegex(Refused, "the image of staging v3 is not on the host any more"):
            self.promote()
        self.assertEqual(self.activated, [])

    def test_a_secret_of_the_other_app_that_has_no_value(self) -> None:
        with self.assertRaisesRegex(Refused, "needs ONLY_STAGING"):
            self.promote()


class VerbTest(PromotionCase):
    def setUp(self) -> None:
        super().setUp()
        self.tree(self.paths.keys / "ada", {"role": "admin", "public": PUBLIC})
        self.tree(self.paths.keys / "ci", {"role": "deploy", "apps": "shop", "public": PUBLIC + "B"})
        self.live(1)
        self.patch(promote.slots, "live_release", lambda _paths, app: 3 if app == "staging" else None)
        self.patch(apps, "make_repository", lambda _repository: None)
        self.started: list[str] = []
        self.patch(work, "start", lambda _paths, spool, _program: self.started.append(spool.app))
        self.patch(promote, "follow", lambda *_: 0)
        self.patch(promote.tree, "receive", lambda _stdin, target, _most: values.make_directory(target))

    def ask(self, *words: str, key: str = "ada") -> int:
        return promote.serve(Request(self.paths, self.reporter, key, "promote", words, mock.Mock()))

    def cause(self, *words: str, key: str = "ada") -> Any:
        with self.assertRaises(Failure) as caught:
            self.ask(*words, key=key)
        return caught.exception.cause

    def test_what_it_needs_comes_along_before_the_work_begins(self) -> None:
        self.assertEqual(self.ask("shop", "staging"), 0)
        made = work.all_works(self.paths, "shop")[-1]
        self.assertEqual(values.need(made.directory / "promoted" / "image"), IMAGE)
        self.assertEqual(values.need(made.directory / "promoted-from"), "staging v3")
        self.assertEqual(self.started, ["shop"])

    def test_what_is_refused(self) -> None:
        self.tree(
            self.paths.app("shop-pr-1"),
            {f"preview/{name}": text for name, text in previews.first_values("shop", "pr-1", 60, 0).items()},
        )
        for words, cause in (
            (("shop", "shop"), "not-live"),
            (("staging", "staging"), "same-app"),
            (("shop", "nosuch"), "no-app"),
            (("nosuch", "staging"), "no-app"),
            (("shop", "../x"), "bad-request"),
            (("shop", "staging", "now"), "bad-request"),
            (("shop-pr-1", "staging"), "is-preview"),
        ):
            with self.subTest(words):
                self.assertEqual(self.cause(*words), cause)
        self.assertEqual(self.cause("shop", "staging", key="ci"), "not-allowed")
        self.assertEqual(self.started, [])

    def test_only_an_admin_makes_the_app(self) -> None:
        self.tree(self.paths.keys / "ci", {"apps": "shop\nstaging\nnew"})
        self.assertEqual(self.cause("new", "staging", "create", key="ci"), "not-allowed")
        self.assertEqual(self.ask("new", "staging", "create"), 0)
        self.assertTrue(self.paths.app("new").is_dir())
