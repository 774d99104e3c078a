"""A new app that is as another one: what it gets of it, and that the same command goes on with what was killed."""

from __future__ import annotations

import os
from typing import Any
from unittest import mock

from pocketpaas.change import cloning, deploy
from pocketpaas.engine import volumes
from pocketpaas.entry import clone as entry
from pocketpaas.entry import promote
from pocketpaas.failure import BadRequest, Failed, Failure, Refused
from pocketpaas.machine.request import Request
from pocketpaas.operation import apps, preview
from pocketpaas.operation import clone as clones
from pocketpaas.operation.clone import Clone
from pocketpaas.service import container, copying, links, store
from pocketpaas.service.links import Link
from pocketpaas.state import values
from test_entry import PUBLIC
from test_previews import PreviewCase
from test_promotion import PromotionCase
from test_service_change import ServiceChangeCase


class MadeTest(PreviewCase):
    """`shop` v3 is live; `ada` clones it."""

    def setUp(self) -> None:
        super().setUp()
        self.put: list[tuple[str, str, int]] = []
        for module, name, new in (
            (promote, "live_of", lambda _request, _source: 3),
            (promote, "put_live", lambda _request, app, source, live: self.put.append((app, source, live)) or 0),
            (preview.volumes, "of_app", lambda _engine, app: self.volumes.get(app, ())),
        ):
            patcher = mock.patch.object(module, name, new)
            patcher.start()
            self.addCleanup(patcher.stop)
        self.tree(
            self.shop,
            {
                "releases/3/processes/web/command": "serve",
                "releases/3/processes/worker/command": "work",
                "releases/3/processes/clock/default-scale": "0",
                "operator/scale/worker": "3",
                "operator/domains": "shop.example.com",
                "operator/nginx": "add_header X-A b;",
                "operator/stopped": "",
                "operator/pending/env/LATER": "x",
                "certificates/shop.example.com/current": "x",
                "registries/registry.example.com/password": "secret",
                "paused/nightly": "ada\t2026-01-01T00:00:00Z",
                "drains/1/target": "syslog+tls://user-of-shop.example.com",
                "settings/secrets": "STRIPE_KEY",
                "visitors": "ada:x",
            },
        )

    def clone(self, *words: str, app: str = "shop2") -> int:
        return entry.serve(Request(self.paths, self.reporter, "ada", "clone", (app, "shop", *words), mock.Mock()))

    def refused(self, text: str, *words: str, app: str = "shop2") -> None:
        with self.assertRaisesRegex(Refused, text):
            self.clone(*words, app=app)

    def test_settings_of_the_operator_without_what_is_the_others(self) -> None:
        self.operator(PLAIN="x", DB_PASSWORD="y")
        self.assertEqual(self.clone(), 0)
        made = self.paths.app("shop2")
        self.assertEqual(self.put, [("shop2", "shop", 3)])
        self.assertEqual(values.names(made / "operator" / "env"), ["PLAIN"])
        self.assertEqual(values.need(made / "operator" / "env.json" / "PLAIN"), '"PLAIN=x"')
        self.assertEqual(
            {name: values.need(made / "operator" / "scale" / name) for name in values.names(made / "operator/scale")},
            {"web": "1", "worker": "3", "clock": "0"},
        )
        for path in ("operator/nginx", "paused/nightly", "visitors"):
            self.assertTrue((made / path).exists(), path)
        for path in (
            "operator/domains",
            "operator/stopped",
            "operator/pending",
            "certificates",
            "registries",
            "drains",
        ):
            self.assertFalse((made / path).exists(), path)
        self.assertIn("DB_PASSWORD", "\n".join(self.reporter.lines))
        self.assertEqual(clones.find(self.paths, "shop2"), Clone("shop2", "shop", False))

    def test_secrets_only_where_they_are_asked_for(self) -> None:
        self.operator(STRIPE_KEY="x", PLAIN="y")
        self.refused("shop needs the secrets STRIPE_KEY")
        self.assertFalse(self.paths.app("shop2").exists())
        self.clone("env")
        made = self.paths.app("shop2")
        self.assertEqual(values.names(made / "operator" / "env"), ["PLAIN", "STRIPE_KEY"])
        self.assertEqual(values.need(made / "registries/registry.example.com/password"), "secret")
        self.assertIn("all variables of shop are copied, secrets", "\n".join(self.reporter.lines))

    def test_a_secret_that_comes_from_elsewhere_is_not_missed(self) -> None:
        self.operator(STRIPE_KEY="x")
        self.tree(self.paths.root / "shared", {"env/STRIPE_KEY": "of all"})
        self.assertEqual(self.clone(), 0)

    def test_the_same_command_goes_on_and_another_one_does_not(self) -> None:
        self.clone("data")
        self.assertEqual(self.clone("data"), 0)
        self.assertEqual(len(self.put), 2)
        self.refused("shop2 is a clone of shop that was not finished, with its data")
        # Another app has the name of the one that it was to be a clone of.
        mark = values.need(self.shop / "mark")
        values.write(self.shop / "mark", "0" * 16)
        self.refused("the app shop that shop2 was to be a clone of is gone", "data")
        values.write(self.shop / "mark", mark)
        self.assertEqual(self.clone("data"), 0)
        clones.ended(self.paths, "shop2")
        self.refused("there is an app shop2 on this host already")
        # It went live, and its work was killed before it said so: the same command has nothing to do.
        self.tree(self.paths.app("shop2"), {"releases/1/kind": "clone"})
        died = self.paths.work("20261129T154227Z-1b047a11")
        self.tree(died, {"app": "shop2", "kind": "deploy", "pid": "1", "promoted-from": "shop v3"})
        with mock.patch.object(entry.slots, "live_release", return_value=1):
            before = len(self.put)
            self.assertEqual(self.clone("data"), 0)
            self.assertEqual(len(self.put), before)
            self.assertIn("+result\tunchanged\tshop2 is a clone of shop already", self.reporter.lines)
            self.tree(died, {"promoted-from": "blog v3"})
            self.refused("there is an app shop2", "data")
            self.tree(died, {"promoted-from": "shop v3", "result": "0"})
            self.refused("there is an app shop2", "data")
        self.refused("there is an app shop2", "data")

    def test_what_is_refused(self) -> None:
        self.refused("cannot be a clone of itself", app="shop")
        self.refused("there is an app blog", app="blog")
        self.volumes["shop3"] = ("pocketpaas-shop3.data",)
        self.refused("an earlier app shop3 has left data", app="shop3")
        with self.assertRaises(BadRequest):
            self.clone("data", "data")
        self.tree(self.shop, {"move/passed": "", "move/peer": "web2"})
        self.refused("shop was moved to web2")


class ReleaseTest(PromotionCase):
    """The first release of a clone: `shop` is one of `staging`."""

    def setUp(self) -> None:
        super().setUp()
        self.patch(apps, "make_repository", lambda _repository: None)
        self.tree(self.app, {"clone/source": "staging", "clone/data": "no"})
        self.operator(ONLY_STAGING="x")

    def test_it_is_told_from_a_promotion_and_ends_the_clone(self) -> None:
        self.assertEqual(self.promote(), 0)
        made = self.paths.release("shop", 1)
        self.assertEqual((values.need(made / "kind"), values.need(made / "change")), ("clone", "staging v3"))
        self.assertFalse((self.app / "clone").exists())

    def test_one_that_fails_can_go_on(self) -> None:
        self.patch(deploy.activate, "activate", mock.Mock(side_effect=Failed("check-failed", "no")))
        with self.assertRaises(Failed):
            self.promote()
        self.assertEqual(clones.find(self.paths, "shop"), Clone("shop", "staging", False))


class DataTest(ServiceChangeCase):
    """`shop` is linked to `db` and `cache`, and has a volume; `shop2` is its clone."""

    def setUp(self) -> None:
        super().setUp()
        self.copied: list[tuple[str, str]] = []
        self.patch(container, "connect", lambda *_: None)
        self.patch(container, "disconnect", lambda *_: None)
        self.patch(container, "address_for", lambda *_: "10.0.0.2")
        self.patch(cloning.preview_services.service_link.network, "ensure", lambda _: None)
        self.patch(copying, "copy", lambda _e, source, _r, target, _t: self.copied.append((source.app, target.app)))
        Link(self.db, "shop").keep(links.Login("shop_1", "pw"), ("DATABASE_URL", "READ_URL"))
        self.fake.mounts = self.paths.root / "volumes"
        self.live(1, {"settings/volumes": "data\t/data"})
        self.place = self.fake.mounts / "pocketpaas-shop.data" / "_data"
        self.tree(self.place, {"in/file": "kept"})
        document = {"Name": "pocketpaas-shop.data", "Labels": {"pocketpaas.app": "shop"}, "Driver": "local"}
        self.fake.volumes["pocketpaas-shop.data"] = {**document, "Mountpoint": str(self.place)}

    def provide(self, data: str) -> Any:
        self.tree(self.paths.app("shop2"), {"clone/source": "shop", "clone/data": data})
        self.operation = self.operate("deploy", "shop2")
        settings = self.tree(self.operation.work.directory / "values" / "settings", {"services/db": "postgres"})
        try:
            cloning.provide(self.operation, settings)
        finally:
            for lock in self.locks:
                lock.release()
            self.locks.clear()
        return settings

    def test_empty_services_without_the_data(self) -> None:
        self.provide("no")
        own = Link(self.db, "shop2")
        self.assertEqual((own.is_linked, own.variables), (True, ("DATABASE_URL", "READ_URL")))
        self.assertFalse((own.directory / store.OF_PREVIEW).exists())
        self.assertEqual(self.copied, [])
        self.assertEqual(volumes.of_app(self.operation.engine, "shop2"), ())

    def test_nothing_of_another_app_that_has_the_name_now(self) -> None:
        self.tree(self.paths.app("shop2"), {"clone/mark": "0" * 16})
        with self.assertRaisesRegex(Refused, "another one has its name now"):
            self.provide("yes")
        self.assertEqual((self.copied, Link(self.db, "shop2").directory.exists()), ([], False))

    def test_a_copy_of_the_data_once(self) -> None:
        self.provide("yes")
        self.assertEqual(self.copied, [("shop", "shop2")])
        place = volumes.mount_of(self.operation.engine, "pocketpaas-shop2.data")
        assert place is not None
        self.assertEqual(values.need(place / "in" / "file"), "kept")
        self.assertEqual(os.stat(place).st_mode, os.stat(self.place).st_mode)
        values.write(self.place / "in" / "file", "changed")
        self.provide("yes")
        self.assertEqual(self.copied, [("shop", "shop2")])
        self.assertEqual(values.need(place / "in" / "file"), "kept")

    def test_the_files_of_the_copy_are_on_the_disk_before_it_counts(self) -> None:
        self.patch(cloning.durable, "flush", mock.Mock(side_effect=OSError(5, "Input/output error")))
        with self.assertRaisesRegex(Failure, "Input/output error"):
            self.provide("yes")
        self.patch(cloning.durable, "flush", flushed := mock.Mock())
        self.provide("yes")
        place = volumes.mount_of(self.operation.engine, "pocketpaas-shop2.data")
        flushed.assert_called_once_with(place)

    def test_a_copy_that_was_killed_is_made_again(self) -> None:
        copy = cloning.app_taking.copy_volumes
        self.patch(cloning.app_taking, "copy_volumes", mock.Mock(side_effect=KeyboardInterrupt))
        with self.assertRaises(KeyboardInterrupt):
            self.provide("yes")
        self.patch(cloning.app_taking, "copy_volumes", copy)
        self.provide("yes")
        place = volumes.mount_of(self.operation.engine, "pocketpaas-shop2.data")
        self.assertEqual(values.names(place / "in") if place else None, ["file"])

    def test_an_app_that_is_no_clone_gets_nothing(self) -> None:
        self.operation = self.operate("deploy", "blog")
        cloning.provide(self.operation, self.paths.root / "settings")
        self.assertEqual(self.copied, [])


class AdminTest(PreviewCase):
    def test_it_is_for_admins(self) -> None:
        from pocketpaas.entry import enter

        self.tree(self.paths.keys / "both", {"role": "deploy", "apps": "shop\nshop2", "public": PUBLIC + "both"})
        for key in ("both", "pr", "eye"):
            with self.assertRaises(Refused):
                enter.checked(self.paths, self.reporter, (key, "clone", "shop2", "shop"))
