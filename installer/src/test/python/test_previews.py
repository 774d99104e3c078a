"""Previews: their names, what they take over from their parent, who may make them, and that nothing of them stays."""

from __future__ import annotations

import time
import unittest
import unittest.mock
from typing import Any

from change_fixture import ChangeCase
from host_fixture import HostCase
from pocketpaas.backup import subject
from pocketpaas.change import destroy, preview_services, preview_settings
from pocketpaas.engine import volumes
from pocketpaas.engine.client import Engine
from pocketpaas.entry import enter, preview as verb
from pocketpaas.failure import BadRequest, Failure, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Holder
from pocketpaas.machine.request import Request
from pocketpaas.notice import previews as sweep
from pocketpaas.operation import apps, preview, work
from pocketpaas.operation.work import Work
from pocketpaas.query import apps as query_apps
from pocketpaas.query import hello
from pocketpaas.query import previews as query
from pocketpaas.release import cron, drain
from pocketpaas.routing import front
from pocketpaas.service import access, container, copying, creating, links, store
from pocketpaas.service.links import Link
from pocketpaas.state import clock, keys, names, previews, values
from pocketpaas.state.previews import Policy
from test_entry import PUBLIC
from test_service_change import ServiceChangeCase

DAY = 86_400


class PreviewCase(HostCase):
    """The app `shop`, of which `ada` (an admin), `ci` (deploy), `pr` (previews) and `eye` (read) have keys."""

    def setUp(self) -> None:
        super().setUp()
        self.shop = self.tree(self.paths.app("shop"), {"created": "2026-01-01T00:00:00Z", "settings/release": "x"})
        self.tree(self.paths.app("blog"), {"created": "2026-01-01T00:00:00Z"})
        self.tree(self.paths.keys / "ada", {"role": "admin", "public": PUBLIC})
        for name, role in (("ci", "deploy"), ("pr", "preview"), ("eye", "read")):
            self.tree(self.paths.keys / name, {"role": role, "apps": "shop", "public": PUBLIC + name})
        self.volumes: dict[str, tuple[str, ...]] = {}
        self.answers: list[dict[str, str]] = []
        for module, name, new in (
            (apps, "make_repository", lambda _repository: None),
            (volumes, "of_app", lambda _engine, app: self.volumes.get(app, ())),
            (verb, "answer", self.answer),
            (query, "answer", self.answer),
        ):
            patcher = unittest.mock.patch.object(module, name, new)
            patcher.start()
            self.addCleanup(patcher.stop)

    def answer(self, pairs: dict[str, str]) -> int:
        self.answers.append(pairs)
        return 0

    def policy(self, **files: str) -> None:
        self.tree(self.shop / "settings" / "previews", {name.replace("__", "/"): text for name, text in files.items()})

    def operator(self, **variables: str) -> None:
        for name, value in variables.items():
            self.tree(self.shop / "operator", {f"env/{name}": value, f"env.json/{name}": f'"{name}={value}"'})

    def ask(self, *words: str, key: str = "ci") -> dict[str, str]:
        verb.serve(Request(self.paths, self.reporter, key, "preview", ("shop", *words), unittest.mock.Mock()))
        return self.answers[-1]

    def make(self, label: str = "pr-12", parent: str = "shop") -> str:
        return preview.make(self.paths, parent, label, DAY, "ci").preview.app


class NameTest(PreviewCase):
    def test_every_label_gives_a_name_that_an_app_can_have(self) -> None:
        for label in ("pr-12", "feature/Cart", "1", "---", "a" * 200, "é/ü", "x_y.z", "-", "UPPER"):
            for parent in ("shop", "s", "a" * 40, "a-" * 19 + "b"):
                with self.subTest(f"{parent} {label}"):
                    plain, marked = previews.app_names(parent, label)
                    self.assertTrue(names.is_app(plain), plain)
                    self.assertTrue(names.is_app(marked), marked)
                    self.assertNotIn(parent, (plain, marked))

    def test_usual_ones_can_be_read(self) -> None:
        self.assertEqual(previews.app_names("shop", "pr-12")[0], "shop-pr-12")
        self.assertEqual(previews.app_names("shop", "feature/Cart_2")[0], "shop-feature-cart-2")

    def test_two_labels_of_one_name_are_two_previews(self) -> None:
        first, second = self.make("a/b"), self.make("a-b")
        self.assertEqual(first, "shop-a-b")
        self.assertRegex(second, "shop-a-b-[0-9a-f]{6}")
        self.assertEqual([self.ask("open", label)["app"] for label in ("a/b", "a-b")], [first, second])

    def test_no_other_app_and_nothing_that_one_has_left_is_hit(self) -> None:
        values.make_directory(self.paths.app("shop-pr-1") / "settings")
        self.volumes["shop-pr-2"] = ("pocketpaas-shop-pr-2.data",)
        values.make_directory(self.paths.service("db") / "apps" / "shop-pr-3")
        for label in ("pr-1", "pr-2", "pr-3"):
            with self.subTest(label):
                self.assertRegex(self.make(label), f"shop-{label}-[0-9a-f]{{6}}")

    def test_a_name_that_is_known_before_it_is_there(self) -> None:
        self.assertEqual(self.ask("name", "pr-12"), {"app": "shop-pr-12", "exists": "no"})
        self.make()
        self.assertEqual(self.ask("name", "pr-12")["exists"], "yes")
        self.assertEqual(self.ask("name", "shop-pr-12")["app"], "shop-pr-12")


class MakeTest(PreviewCase):
    def test_it_has_the_environment_without_secrets(self) -> None:
        self.tree(self.shop / "settings", {"secrets": "DECLARED\nWANTED"})
        self.policy(secrets="WANTED\nS3_KEY", env__COLOR="blue")
        self.operator(PLAIN="x", DECLARED="1", WANTED="2", S3_KEY="3", STRIPE_KEY="4", COLOR="red", MONKEY="ape")
        self.operator(CACHE="redis://:pw@host/0", SITE="https://example.org/a:b@c", DB_PASSWORD="5", apiToken_x="6")
        self.assertEqual(
            self.ask("open", "pr-12")["left-out"].split("\n"), ["CACHE", "DB_PASSWORD", "DECLARED", "STRIPE_KEY"]
        )
        own = self.paths.app("shop-pr-12") / "operator"
        self.assertEqual(values.names(own / "env"), ["MONKEY", "PLAIN", "S3_KEY", "SITE", "WANTED", "apiToken_x"])
        self.assertEqual(values.need(own / "env.json" / "PLAIN"), '"PLAIN=x"')

    def test_it_lasts_its_time_again_with_each_opening(self) -> None:
        self.policy(ttl="3600")
        first = self.ask("open", "pr-12")
        self.assertEqual(first["new"], "yes")
        place = previews.directory(self.paths, "shop-pr-12")
        values.write(place / "ends", "2026-01-01T00:00:00Z")
        again = self.ask("open", "pr-12")
        self.assertNotIn("new", again)
        self.assertAlmostEqual(clock.seconds_of(again["ends"]) or 0, time.time() + 3600, delta=5)
        longer = self.ask("extend", "pr-12", str(2 * DAY))
        self.assertAlmostEqual(clock.seconds_of(longer["ends"]) or 0, time.time() + 2 * DAY, delta=5)
        self.assertEqual(values.need(place / "ttl"), str(2 * DAY))

    def test_what_it_would_be_before_it_is(self) -> None:
        self.policy(ttl="3600", max="1", env__COLOR="blue", secrets="S3_KEY")
        self.operator(PLAIN="x", S3_KEY="1", STRIPE_KEY="2")
        planned = self.ask("plan", "pr-12", key="pr")
        self.assertEqual((planned["app"], planned["exists"], planned["ttl"]), ("shop-pr-12", "no", "3600"))
        self.assertEqual(planned["env"].split("\n"), ["PLAIN", "S3_KEY", "COLOR"])
        self.assertEqual((planned["left-out"], planned["variables"]), ("STRIPE_KEY", "COLOR"))
        self.assertNotIn("blocked", planned)
        self.assertFalse(self.paths.app("shop-pr-12").exists())
        self.make("other")
        self.assertIn("as many previews as it may have (1): other", self.ask("plan", "pr-12")["blocked"])
        there = self.ask("plan", "other")
        self.assertEqual((there["app"], there["exists"]), ("shop-other", "yes"))
        self.assertIn("ends", there)

    def test_there_are_not_more_than_there_may_be(self) -> None:
        self.policy(max="2")
        self.make("a"), self.make("b")
        with self.assertRaisesRegex(
            Refused, r"shop has as many previews as it may have \(2\): a \(ends .*\), b"
        ) as caught:
            self.make("c")
        self.assertIn("pocketpaas previews remove a --app shop", caught.exception.cure)
        self.make("c", "blog")
        self.assertIn("app", self.ask("open", "a"))

        with self.assertRaisesRegex(Refused, "may have no previews"):
            preview.refuse_full(self.paths, "shop-b", 0)

    def test_what_is_refused(self) -> None:
        for words, cause in (
            (("open", "a b"), "bad-request"),
            (("open", "../x"), "bad-request"),
            (("open", "x", "1"), "bad-request"),
            (("open", "x", "99999999"), "bad-request"),
            (("extend", "nosuch"), "no-preview"),
            (("remove", "nosuch"), "no-preview"),
            (("remove", "shop"), "no-preview"),
            (("nonsense", "x"), "bad-request"),
        ):
            with self.subTest(words), self.assertRaises(Failure) as caught:
                self.ask(*words)
            self.assertEqual(caught.exception.cause, cause)
        app = self.make()
        with self.assertRaisesRegex(Refused, "is a preview itself"):
            verb.serve(Request(self.paths, self.reporter, "ada", "preview", (app, "open", "x"), unittest.mock.Mock()))

    def test_who_may_see_the_app_may_see_its_previews(self) -> None:
        values.write(self.shop / "visitors", "ada:$6$x\n", 0o640)
        app = self.make()
        self.assertEqual(values.need(self.paths.app(app) / "visitors"), "ada:$6$x\n")
        self.assertEqual((self.paths.app(app) / "visitors").stat().st_mode & 0o777, 0o640)

    def test_a_list(self) -> None:
        self.make()
        query.serve(Request(self.paths, self.reporter, "pr", "previews", ("shop",), unittest.mock.Mock()))
        found = self.answers[-1]
        self.assertEqual((found["most"], found["preview/shop-pr-12/label"]), ("5", "pr-12"))
        self.assertEqual(found["preview/shop-pr-12/state"], "new")
        self.assertEqual(query_apps.preview(self.paths, "shop-pr-12")["preview-of"], "shop")
        self.assertEqual(query_apps.preview(self.paths, "shop"), {})

    def test_a_greeting_tells_whose_it_is_and_which_variables_it_will_have(self) -> None:
        self.policy(env__COLOR="blue")
        app = self.make()
        found = hello._app(Request(self.paths, self.reporter, "pr", "hello", (app,), unittest.mock.Mock()))
        self.assertEqual((found["app/preview-of"], found["app/env"]), ("shop", "COLOR"))

    def test_search_engines_find_none(self) -> None:
        app = self.make()
        settings = self.shop / "settings"
        self.assertIn("X-Robots-Tag", front.text(front.read(self.paths, app, settings), "add_header A b;"))
        self.assertIn("add_header A b;", front.text(front.read(self.paths, app, settings), "add_header A b;"))
        self.assertNotIn("X-Robots-Tag", front.text(front.read(self.paths, "shop", settings)))


class RightsTest(PreviewCase):
    def setUp(self) -> None:
        super().setUp()
        self.app = self.make()
        self.others = self.make("pr-1", "blog")

    def may(self, key: str, *words: str) -> bool:
        try:
            enter.checked(self.paths, self.reporter, (key, *words))
        except Refused as refused:
            self.assertEqual(refused.cause, "not-allowed", words)
            return False
        return True

    def test_a_key_for_previews_deploys_them_and_nothing_else(self) -> None:
        commit = "c" * 40
        for words in (
            ("preview", "shop", "open", "x"),
            ("preview", "shop", "remove", "x"),
            ("previews", "shop"),
            ("deploy", self.app, commit),
            ("upload", self.app),
            ("attach", self.app),
            ("cancel", self.app),
            ("retry", self.app, "-"),
            ("admit", self.app, "push"),
            ("logs", self.app),
            ("show", self.app, "env"),
            ("hello", self.app),
            ("hello",),
            ("apps",),
        ):
            with self.subTest(words):
                self.assertTrue(self.may("pr", *words))
        for app in ("shop", "blog", self.others, "shop-pr-99"):
            for words in (
                ("deploy", app, commit),
                ("upload", app),
                ("attach", app),
                ("cancel", app),
                ("retry", app, "-"),
                ("admit", app, "push"),
                ("admit", app, "fetch"),
                ("push", app, commit, commit, "-", "-", "main"),
                ("logs", app),
                ("log", app, "1"),
                ("show", app, "env"),
                ("show", app, "bundle"),
                ("digests", app, "1", "2"),
                ("status", app),
                ("checkup", app),
                ("hello", app),
            ):
                with self.subTest(words):
                    self.assertFalse(self.may("pr", *words))
        for app in ("blog", self.app, self.others):
            with self.subTest(app):
                self.assertFalse(self.may("pr", "preview", app, "open", "x"))
                self.assertFalse(self.may("pr", "preview", app, "remove", "x"))

    def test_no_key_but_an_admins_uses_an_admins_verb(self) -> None:
        from pocketpaas import rules

        words = {"1": ("x",), "2": ("x", "y"), "3": ("x", "y", "z"), "4": ("a", "b", "c", "d"), "0": ()}
        admins = [name for name in _verbs() if (rules.verb(name) or {})["rights"] == "admin"]
        self.assertGreater(len(admins), 20)
        for name in admins:
            for key in ("ci", "pr", "eye"):
                with self.subTest(f"{key} {name}"):
                    least = (rules.verb(name) or {})["least"]
                    self.assertFalse(self.may(key, name, *(self.app, *words[str(max(0, least - 1))])[:least]))

    def test_a_key_that_reads_changes_nothing(self) -> None:
        commit = "c" * 40
        for words in (
            ("show", "shop", "env"),
            ("logs", "shop"),
            ("log", "shop", "1"),
            ("digests", "shop", "1", "2"),
            ("attach", "shop"),
            ("status", "shop"),
            ("previews", "shop"),
            ("show", self.app, "env"),
        ):
            with self.subTest(words):
                self.assertTrue(self.may("eye", *words))
        for words in (
            ("deploy", "shop", commit),
            ("upload", "shop"),
            ("cancel", "shop"),
            ("retry", "shop", "-"),
            ("admit", "shop", "push"),
            ("admit", "shop", "fetch"),
            ("push", "shop", commit, commit, "-", "-", "main"),
            ("preview", "shop", "open", "x"),
            ("preview", "shop", "remove", "pr-12"),
            ("deploy", self.app, commit),
            ("show", "blog", "env"),
        ):
            with self.subTest(words):
                self.assertFalse(self.may("eye", *words))

    def test_a_deploy_key_also_has_the_previews_of_its_apps(self) -> None:
        self.assertTrue(self.may("ci", "deploy", self.app, "c" * 40))
        self.assertTrue(self.may("ci", "preview", "shop", "remove", "pr-12"))
        self.assertFalse(self.may("ci", "deploy", self.others, "c" * 40))
        self.assertFalse(self.may("ci", "preview", "blog", "open", "x"))

    def test_a_key_without_a_role_of_ours_may_nothing(self) -> None:
        self.tree(self.paths.keys / "odd", {"role": "nobody", "apps": "shop", "public": PUBLIC + "odd"})
        with self.assertRaises(Failure):
            enter.checked(self.paths, self.reporter, ("odd", "show", "shop", "env"))

    def test_keys_of_each_role_are_stored(self) -> None:
        for role in ("preview", "read"):
            keys.add(self.paths, keys.NewKey.of(self.paths, f"k-{role}", role, "shop", PUBLIC + role), "SHA256:x")
            self.assertEqual(keys.apps(self.paths, f"k-{role}"), ("shop",))
            with self.assertRaises(BadRequest):
                keys.NewKey.of(self.paths, "x", role, "", PUBLIC + "C")


def _verbs() -> list[str]:
    from pocketpaas.entry import verbs

    return list(verbs.MODULES)


class SettingsTest(ChangeCase):
    """What a deploy of a preview takes of the settings that come with it."""

    def setUp(self) -> None:
        super().setUp()
        self.tree(self.app, {"settings/previews/env/COLOR": "blue", "settings/previews/env.json/COLOR": '"COLOR=blue"'})
        self.tree(
            self.paths.app("shop-pr-12"),
            {f"preview/{name}": text for name, text in previews.first_values("shop", "pr-12", DAY, 0).items()},
        )
        self.operation = self.operate("deploy", "shop-pr-12")

    def adapt(self, files: dict[str, str]) -> Any:
        sent = self.operation.work.directory / "values" / "settings"
        self.tree(sent, files)
        return preview_settings.adapt(self.operation, sent), sent

    def test_nothing_of_the_parents_and_one_of_each_type(self) -> None:
        found, sent = self.adapt(
            {
                "domains": "shop.example.com",
                "http/redirects": "www.shop.example.com\tshop.example.com",
                "http/max-body": "1",
                "branch": "main",
                "services/db": "postgres",
                "previews/max": "99",
                "previews/secrets": "DATABASE_PASSWORD",
                "processes/web/scale": "3",
                "processes/worker/scale": "0",
                "env/COLOR": "red",
                "env.json/COLOR": '"COLOR=red"',
            }
        )
        self.assertEqual(found.parent, "shop")
        for path in ("domains", "http/redirects", "branch", "services", "previews"):
            self.assertFalse((sent / path).exists(), path)
        self.assertEqual(values.need(sent / "http/max-body"), "1")
        self.assertEqual(values.need(sent / "env" / "COLOR"), "blue")
        self.assertEqual([values.need(sent / f"processes/{one}/scale") for one in ("web", "worker")], ["1", "0"])
        self.assertIn("shop is not linked to db", "\n".join(self.reporter.lines))
        self.assertAlmostEqual(previews_end(self.paths, "shop-pr-12"), time.time() + DAY, delta=5)

    def test_an_app_that_is_none_is_left_as_it_is(self) -> None:
        self.operation = self.operate("deploy")
        found, sent = self.adapt({"domains": "a.example.com"})
        self.assertIsNone(found)
        self.assertTrue((sent / "domains").exists())

    def test_cron_jobs_run_only_where_the_parent_says_so(self) -> None:
        job = {f"settings/cron/nightly/{name}": "x" for name in ("schedule", "command", "calendar")}
        directory = self.tree(self.paths.app("shop-pr-12") / "releases" / "1", {"status": "good", **job})
        self.patch(cron.slots, "live_release", lambda *_: 1)
        self.patch(cron.jobs, "is_paused", lambda *_: False)
        self.patch(cron.jobs, "of", lambda _settings: {"nightly": unittest.mock.Mock()})
        self.assertEqual(cron.scheduled(self.paths, "shop-pr-12"), [])
        self.tree(self.app, {"settings/previews/cron": "true"})
        self.assertEqual(len(cron.scheduled(self.paths, "shop-pr-12")), 1)
        self.assertTrue(directory.is_dir())


def previews_end(paths: Any, app: str) -> float:
    found = previews.find(paths, app)
    assert found is not None
    return found.ends


class ServicesTest(ServiceChangeCase):
    """`shop` is linked to `db`."""

    def setUp(self) -> None:
        super().setUp()
        self.parent = Link(self.db, "shop")
        self.parent.keep(links.Login("shop_1", "pw"), ("DATABASE_URL",))
        self.tree(
            self.paths.app("shop-pr-12"),
            {f"preview/{name}": text for name, text in previews.first_values("shop", "pr-12", DAY, 0).items()},
        )
        self.operation = self.operate("deploy", "shop-pr-12")
        self.found = previews.find(self.paths, "shop-pr-12")
        self.own = Link(self.db, "shop-pr-12")
        self.copied: list[tuple[str, str]] = []
        self.patch(container, "connect", lambda *_: None)
        self.patch(container, "disconnect", lambda *_: None)
        self.patch(container, "address_for", lambda *_: "10.0.0.2")
        self.patch(preview_services.service_link.network, "ensure", lambda _: None)
        self.patch(copying, "copy", lambda _e, source, _r, target, _t: self.copied.append((source.app, target.app)))

    def provide(self, mode: str = "") -> None:
        if mode:
            self.tree(self.app, {"settings/previews/services/db": mode})
        assert self.found is not None
        preview_services.provide(self.operation, self.found)
        for lock in self.locks:
            lock.release()

    def test_an_empty_database_of_its_own(self) -> None:
        self.provide()
        self.assertTrue(self.own.is_linked)
        self.assertEqual((self.own.database, self.own.variables), ("app_shop_pr_12", ("DATABASE_URL",)))
        self.assertEqual((self.copied, self.operation.undo), ([], []))
        self.assertEqual(self.db.apps(), ("shop", "shop-pr-12"))

    def test_a_copy_is_made_once(self) -> None:
        self.provide("copy")
        self.provide()
        self.assertEqual(self.copied, [("shop", "shop-pr-12")])

    def test_a_copy_that_was_cut_off_is_made_again(self) -> None:
        def fail(*_: object) -> None:
            raise Refused("x", "cut off")

        self.patch(copying, "copy", fail)
        with self.assertRaises(Refused):
            self.provide("copy")
        self.patch(copying, "copy", lambda _e, source, _r, target, _t: self.copied.append((source.app, target.app)))
        for lock in self.locks:
            lock.release()
        self.provide()
        self.assertEqual(self.copied, [("shop", "shop-pr-12")])

    def test_the_parents_very_database_is_never_dropped_with_the_preview(self) -> None:
        self.provide("share")
        self.assertEqual((self.own.database, self.own.shares), ("app_shop", "shop"))
        # Whatever that is called, or is while it gets another name.
        links.Link(self.db, "shop").rename("store")
        self.assertEqual(self.own.database, "app_shop")
        links.Link(self.db, "store").rename("shop")
        self.assertEqual(self.db.apps(), ("shop",))
        self.assertEqual([link.app for link in links.of_service(self.db)], ["shop", "shop-pr-12"])
        self.asked.clear()
        access.leave(self.operation.engine, self.own, "c0ffee", remove=True)
        self.assertEqual([script for script, *_ in self.asked], ["drop-login"])

    def test_nothing_of_it_is_backed_up(self) -> None:
        self.provide()
        self.service("own-1", preview="shop-pr-12")
        self.assertEqual(subject.kept_in(self.paths, self.db), ("shop",))
        self.assertEqual([service.name for service in subject.kept_services(self.paths)], ["db"])
        self.assertEqual(subject.apps(self.paths), ["shop"])

    def test_none(self) -> None:
        self.provide("none")
        self.assertFalse(self.own.directory.exists())

    def test_what_a_killed_program_has_left_goes_with_the_timer(self) -> None:
        self.provide()
        values.remove_tree(self.paths.app("shop-pr-12"))
        self.asked.clear()
        self.assertTrue(sweep.sweep(self.paths, self.operation.engine))
        self.assertEqual([script for script, *_ in self.asked], ["drop-login", "drop-database"])
        self.assertFalse(self.own.directory.exists())
        self.assertTrue(self.parent.is_linked)

    def test_a_login_that_a_killed_program_has_made_is_known(self) -> None:
        self.fails["query"] = "not yet"
        self.patch(access, "await_query", mock_killed)
        with self.assertRaises(KeyboardInterrupt):
            self.provide()
        (login,) = self.own.old_logins()
        self.assertIn(("login", "app_shop_pr_12", login.name), self.asked)
        for lock in self.locks:
            lock.release()
        values.remove_tree(self.paths.app("shop-pr-12"))
        sweep.sweep(self.paths, self.operation.engine)
        self.assertIn(("drop-login", "app_shop_pr_12", login.name), self.asked)

    def test_a_kind_that_keeps_no_two_apart_gives_each_preview_a_service(self) -> None:
        cache = self.service("cache", type="redis", major="8")
        Link(cache, "shop").keep(links.Login("shop_1", "pw"), ("REDIS_URL",))
        made: list[str] = []

        def make(_operation: object, wanted: Any) -> store.Service:
            made.append(wanted.name)
            return self.service(wanted.name, type="redis", major="8")

        self.patch(preview_services.creating, "make", make)
        self.patch(container, "running", lambda *_: "c0ffee")
        self.provide()
        name = creating.own_name("cache", "shop-pr-12")
        self.assertEqual(made, [name])
        self.assertTrue(names.is_service(name))
        self.assertEqual(Link(store.need(self.paths, name), "shop-pr-12").variables, ("REDIS_URL",))
        gone: list[str] = []
        self.patch(preview_services.making, "remove", lambda _paths, _engine, one: gone.append(one))
        preview_services.remove_own(self.operation, "shop-pr-12")
        self.assertEqual(gone, [name])
        self.patch(sweep.making, "remove", lambda _paths, _engine, one: gone.append(one))
        values.remove_tree(self.paths.app("shop-pr-12"))
        self.assertTrue(sweep.sweep(self.paths, self.operation.engine))
        self.assertEqual(gone, [name, name])
        busy = locks.take(self.paths.service(name) / "lock", Holder("ann", "dumping"))
        self.assertFalse(sweep.sweep(self.paths, self.operation.engine))
        self.assertEqual(gone, [name, name])
        assert busy is not None
        busy.release()


def mock_killed(*_: object) -> None:
    raise KeyboardInterrupt


class EndTest(PreviewCase):
    def setUp(self) -> None:
        super().setUp()
        self.started: list[str] = []
        for name, new in (("start", lambda _paths, spool, _program: self.started.append(spool.app)),):
            patcher = unittest.mock.patch.object(work, name, new)
            patcher.start()
            self.addCleanup(patcher.stop)

    def sweep(self) -> list[str]:
        self.started.clear()
        sweep.sweep(self.paths, Engine(self.paths))
        return self.started

    def test_it_goes_when_its_time_has_come(self) -> None:
        app = self.make()
        self.assertEqual(self.sweep(), [])
        values.write(previews.directory(self.paths, app) / "ends", "2026-01-01T00:00:00Z")
        self.assertEqual(self.sweep(), [app])
        self.assertEqual(values.lines(work.all_works(self.paths, app)[-1].directory / "args"), ("volumes",))

    def test_it_goes_after_its_app(self) -> None:
        app = self.make()
        values.remove_tree(self.shop)
        self.assertEqual(self.sweep(), [app])

    def test_one_that_is_being_deployed_stays_until_the_next_time(self) -> None:
        from pocketpaas.machine import locks

        app = self.make()
        values.write(previews.directory(self.paths, app) / "ends", "2026-01-01T00:00:00Z")
        lock = locks.build_lock(self.paths, app, locks.Holder("ci", "deploy"))
        self.assertEqual(self.sweep(), [])
        lock.release()
        self.assertEqual(self.sweep(), [app])

    def test_its_records_go_too(self) -> None:
        for number, (who, app, result) in enumerate(
            (("host", "gone", "0"), ("host", "shop", "0"), ("ann", "gone", "0"), ("host", "gone", ""))
        ):
            one = Work(
                f"2026010{number + 1}T000000Z-00000001", self.paths.works / f"2026010{number + 1}T000000Z-00000001"
            )
            self.tree(
                one.directory, {"app": app, "kind": "destroy", "who": who, **({"result": result} if result else {})}
            )
        left = Work("20260105T000000Z-00000001", self.paths.works / "20260105T000000Z-00000001")
        self.tree(left.directory, {"app": "gone", "kind": "deploy", "who": "ci", "filling": "", "log": ""})
        values.make_directory(self.paths.apps / ".gone.12")
        patcher = unittest.mock.patch.object(work.units, "is_known", lambda _unit: False)
        patcher.start()
        self.addCleanup(patcher.stop)
        sweep.forget_ended(self.paths)
        self.assertEqual([name[:8] for name in values.names(self.paths.works)], ["20260102", "20260103", "20260104"])
        self.assertFalse((self.paths.apps / ".gone.12").exists())


class ParentTest(ChangeCase):
    def test_previews_go_with_their_app_and_keep_nothing(self) -> None:
        self.live(1)
        self.patch(drain, "end", lambda *_: None)
        self.tree(
            self.paths.app("shop-pr-12"),
            {"created": ""}
            | {f"preview/{name}": text for name, text in previews.first_values("shop", "pr-12", DAY, 0).items()},
        )
        removed: list[str] = []
        self.patch(destroy.volumes, "of_app", lambda _engine, app: (f"pocketpaas-{app}.data",))
        self.patch(destroy.volumes, "remove", lambda _engine, name: removed.append(name))
        self.assertEqual(destroy.change(self.operate("destroy"), []), 0)
        self.assertEqual(values.names(self.paths.apps), [])
        self.assertEqual(removed, ["pocketpaas-shop-pr-12.data"])


class PolicyTest(HostCase):
    def test_what_holds_where_nobody_says(self) -> None:
        found = Policy.of(self.paths, "shop")
        self.assertEqual((found.ttl, found.most, found.runs_jobs), (7 * DAY, 5, False))
        self.assertEqual((found.service("db"), found.secrets, found.variables), ("new", (), []))

    def test_what_is_damaged_is_named(self) -> None:
        self.tree(self.paths.app("shop") / "settings" / "previews", {"services/db": "steal", "ttl": "x"})
        found = Policy.of(self.paths, "shop")
        with self.assertRaises(Failure):
            found.service("db")
        with self.assertRaises(Failure):
            print(found.ttl)
