"""Answers about a host and its apps, and the verbs that change without an operation."""

from __future__ import annotations

import os
import unittest
from typing import Any
from unittest import mock

from fake_engine import FakeEngine
from pocketpaas import rules
from pocketpaas.engine.client import Engine
from pocketpaas.entry import admit
from pocketpaas.failure import BadRequest, CannotWrite, Failure, NoEngine, Refused
from pocketpaas.notice import disks
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Holder
from pocketpaas.query import (
    apps,
    auth,
    digests,
    environment,
    hello,
    maintenance,
    processes,
    prune,
    shared,
    show,
)
from pocketpaas.release import slots
from pocketpaas.routing import automatic, visitors
from pocketpaas.state import tree, values
from program_fixture import HOSTILE, ProgramCase

IMAGE = "sha256:" + "1" * 64


class QueryCase(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        self.file("host/domain", "example.com")
        self.fake = FakeEngine(self.paths.root)
        self.fake.begin()
        self.addCleanup(self.fake.end)
        self.engine = Engine(self.paths, self.fake.socket, self.fake.pid_file)
        for module in (apps, show, prune):
            self.patch(module, "Engine", lambda paths: self.engine)
        self.patch(automatic, "ready", lambda paths: False)

    def live(self, number: int, app: str = "shop", **files: str) -> None:
        """A release that is live."""
        directory = self.paths.release(app, number)
        self.tree(directory, {"image": IMAGE, "status": "good", "processes/web/command": "run"})
        self.tree(directory, {path.replace("__", "/"): text for path, text in files.items()})
        slot = slots.idle_slot(self.paths, app)
        slots.prepare(self.paths, app, slot, number)
        slots.switch(self.paths, app, slot)

    def show(self, *words: str, key: str = "boss") -> dict[str, str]:
        return self.asked(show.serve, "show", "shop", *words, key=key)


class HelloTest(QueryCase):
    def test_who_is_asking_and_what_it_runs(self) -> None:
        self.file("host/disk-needed", "17")
        for key, role in (("boss", "admin"), ("ci", "deploy")):
            answer = self.asked(hello.serve, "hello", key=key)
            self.assertEqual((answer["key"], answer["role"], answer["disk/needed"]), (key, role, "17"))
            self.assertEqual(answer["protocol"], str(rules.protocol()))
            self.assertEqual(answer["programs"], self.paths.programs.name)
            self.assertRegex(answer["disk/free"], r"^\d+$")
            self.assertTrue(answer["disk/where"].startswith("/"))
            self.assertFalse([path for path in answer if path.startswith("app/")])

    def test_a_setting_of_the_host_that_nobody_knows_is_ignored(self) -> None:
        before = self.asked(hello.serve, "hello", "shop")
        # As a newer version leaves it, and somebody's editor.
        for name in ("from-a-newer-version", "disk-needed~", ".disk-needed.swp"):
            self.file(f"host/{name}", "nonsense\n\u20ac")
        (self.paths.host / "a-directory").mkdir()
        after = self.asked(hello.serve, "hello", "shop")
        self.assertEqual({**after, "disk/free": ""}, {**before, "disk/free": ""})

    def test_with_an_app_all_that_a_deploy_has_to_know(self) -> None:
        self.assertEqual(self.asked(hello.serve, "hello", "new")["app/exists"], "no")
        answer = self.asked(hello.serve, "hello", "shop")
        self.assertEqual((answer["app/exists"], answer["app/repo"], answer["app/env"]), ("yes", "no", ""))
        self.live(7, commit="c" * 40)
        self.tree(
            self.paths.app("shop"),
            {
                **{"operator/env/A": "1", "operator/env/EMPTY": "", "operator/pending/env/B": "1", "branch": "main"},
                **{"settings/blobs/app.json": "b" * 40, "repo.git/refs/heads/main": "x"},
            },
        )
        self.file("shared/env/C", "secret")
        answer = self.asked(hello.serve, "hello", "shop")
        expected = {"live": "7", "commit": "c" * 40, "env": "A\nB\nC", "repo": "yes", "branch": "main"}
        expected |= {"exists": "yes", "blobs/app.json": "b" * 40}
        found = {path.removeprefix("app/"): value for path, value in answer.items() if path.startswith("app/")}
        self.assertEqual(found, expected)

    def test_a_deploy_that_is_at_work(self) -> None:
        from pocketpaas.operation import work

        spool = work.create(self.paths, "deploy", "shop", "ann")
        lock = locks.take(spool.directory / "alive", Holder("x", "y"))
        build = locks.build_lock(self.paths, "shop", Holder("ann", "deploy", spool.id))
        assert lock is not None
        self.assertRegex(self.asked(hello.serve, "hello", "shop")["app/busy"], r"^deploy by ann, begun \d s ago$")
        lock.release()
        build.release()


class AdmitTest(QueryCase):
    def test_a_push_is_refused_before_git_stores_anything_and_a_fetch_is_not(self) -> None:
        self.file("host/disk-needed", "999999999999")
        for app in ("shop", "new"):
            with self.assertRaisesRegex(Refused, "a deploy needs 999999999999 MB") as caught:
                admit.serve(self.request("admit", app, "push"))
            self.assertEqual(caught.exception.cure, "make room first: pocketpaas prune")
        self.assertEqual(self.asked(admit.serve, "admit", "shop", "fetch"), {})
        self.assertFalse(self.paths.app("new").exists())

    def test_the_first_push_to_a_new_name_makes_the_app_for_an_admin(self) -> None:
        self.as_somebody()
        self.file("host/disk-needed", "0")
        for key, way in (("ci", "push"), ("boss", "fetch")):
            with self.assertRaisesRegex(Refused, "there is no app new"):
                admit.serve(self.request("admit", "new", way, key=key))
        self.asked(admit.serve, "admit", "new", "push")
        repository = self.paths.app("new") / "repo.git"
        self.assertEqual((repository / "HEAD").read_text(), "ref: refs/heads/main\n")
        self.assertIn("-export-ignore", (repository / "info" / "attributes").read_text())
        self.assertFalse((repository / "hooks").exists())

    def test_what_is_known(self) -> None:
        self.live(7, commit="c" * 40)
        self.file("apps/shop/branch", "main")
        found = self.asked(admit.serve, "admit", "shop", "fetch", key="ci")
        self.assertEqual(found, {"fingerprint": "SHA256:x", "branch": "main", "live": "7", "commit": "c" * 40})


class EnvironmentTest(QueryCase):
    def variables(self, path: str, **pairs: str) -> None:
        self.tree(self.paths.root, {f"{path}/env/{name}": value for name, value in pairs.items()})

    def test_only_an_admin_sees_values(self) -> None:
        self.variables("apps/shop/operator", TOKEN="s3cret\n")
        self.variables("apps/shop/settings", MODE="production")
        found = self.show("env")
        self.assertEqual((found["value/TOKEN"], found["source/MODE"]), ("s3cret\n", "manifest"))
        self.assertEqual(sorted(self.show("env", key="ci")), ["source/MODE", "source/TOKEN"])

    def test_layers_over_one_another_and_what_is_pending(self) -> None:
        self.live(1, shared__env__OLD="1", shared__env__BOTH="live")
        self.variables("shared", NEW="2", BOTH="now")
        self.variables("apps/shop/settings", MODE="m", OVER="m")
        self.variables("apps/shop/operator", OVER="o", GONE="o", KEPT="o")
        self.variables("apps/shop/operator/pending", ADDED="p", KEPT="p")
        self.tree(self.paths.app("shop") / "operator/pending/unset", {"OVER": "", "GONE": "", "MODE": "", "X": ""})
        self.assertEqual(
            self.show("env"),
            {
                **{"source/BOTH": "shared", "value/BOTH": "live", "source/GONE": "operator", "value/GONE": "o"},
                **{"source/KEPT": "operator", "value/KEPT": "o", "source/MODE": "manifest", "value/MODE": "m"},
                **{"source/OLD": "shared", "value/OLD": "1", "source/OVER": "operator", "value/OVER": "o"},
                **{"pending/ADDED": "operator", "pending-value/ADDED": "p", "pending/BOTH": "shared"},
                **{"pending-value/BOTH": "now", "pending/GONE": "unset", "pending/KEPT": "operator"},
                **{"pending-value/KEPT": "p", "pending/NEW": "shared", "pending-value/NEW": "2"},
                **{"pending/OLD": "unset", "pending/OVER": "manifest", "pending-value/OVER": "m"},
            },
        )
        self.assertFalse(
            [path for path in self.show("env", key="ci") if path.split("/")[0] in ("value", "pending-value")]
        )

    def test_without_anything(self) -> None:
        self.assertEqual(self.show("env"), {})
        self.assertEqual(environment.of_app(self.paths, "shop", None), ({}, {}))

    def test_hostile_values(self) -> None:
        for number, text in enumerate(HOSTILE):
            self.variables("apps/shop/operator", **{f"V{number}": text})
        found = self.show("env")
        self.assertEqual([found[f"value/V{number}"] for number in range(len(HOSTILE))], list(HOSTILE))


class ShowTest(QueryCase):
    def test_a_release_is_shown_whole_but_its_values_only_to_an_admin(self) -> None:
        self.tree(
            self.paths.release("shop", 3),
            {
                **{"status": "good", "commit": "0" * 40, "image": "sha256:nosuch", "settings/limits/pids": "100"},
                **{"processes/web/command": "node server.js", "processes/web/memory": "1048576"},
                **{"settings/check/path": "/healthz", "settings/volumes": "data\t/data", "env/TOKEN": "s3cret"},
                **{"operator/env/TOKEN": "s3cret", "env/MODE": "production", "settings/env/MODE": "production"},
                **{"env/REGION": "eu"},
            },
        )
        self.assertEqual(self.show("release", "3")["value/TOKEN"], "s3cret")
        found = self.show("release", "v3", key="ci")
        self.assertEqual(
            sorted(found),
            [
                *("check/path", "commit", "image", "image-there", "limits/pids", "log", "number"),
                *("processes/web/command", "processes/web/memory", "processes/web/type"),
                *("source/MODE", "source/REGION", "source/TOKEN", "status", "volumes"),
            ],
        )
        sources = {name: found[f"source/{name}"] for name in ("TOKEN", "MODE", "REGION")}
        self.assertEqual(sources, {"TOKEN": "operator", "MODE": "manifest", "REGION": "shared"})
        self.assertEqual(found["image-there"], "no")

    def test_whether_its_image_is_there(self) -> None:
        self.live(3)
        self.assertEqual(self.show("release", "3")["image-there"], "no")
        self.fake.images.append({"Id": IMAGE})
        self.assertEqual(self.show("release", "3")["image-there"], "yes")
        self.fake.end()
        # The rest is told all the same.
        found = self.show("release", "3")
        self.assertEqual((found["image-there"], found["status"]), ("unknown", "good"))

    def test_nonsense_is_refused(self) -> None:
        for failure, words in (
            (Refused, ["release", "9"]),
            *((BadRequest, ["release", word]) for word in ("latest", "0", "../3", "-", "v", "\u0661")),
            *((BadRequest, words) for words in (["release"], ["releases", "9"], ["nothing"], ["../x"], ["serve"])),
        ):
            with self.subTest(words), self.assertRaises(failure):
                show.serve(self.request("show", "shop", *words))

    def test_the_newest_releases(self) -> None:
        self.assertEqual(self.show("releases"), {})
        self.live(1, who="ann", change="Fix\tit", subject="x")
        self.tree(self.paths.release("shop", 2), {"status": "failed", "failure": "no"})
        found = self.show("releases")
        self.assertEqual((found["live"], found["1/who"], found["2/failure"]), ("1", "ann", "no"))
        self.patch(show, "_NEWEST", 1)
        self.assertNotIn("1/who", self.show("releases"))

    def test_domains_scale_and_ssl(self) -> None:
        self.live(1, settings__domains="shop.example.net")
        self.tree(self.paths.app("shop"), {"settings/domains": "shop.example.net", "operator/domains": "x.example.net"})
        self.tree(self.paths.app("shop"), {"operator/scale/web": "3"})
        found = self.show("domains")
        self.assertEqual((found["manifest"], found["operator"]), ("shop.example.net", "x.example.net"))
        self.assertEqual(
            found["url"].split("\n"), ["http://shop.example.net", "http://x.example.net", "http://shop.example.com"]
        )
        self.assertEqual(self.show("scale"), {"scale/web": "3", "source/web": "operator"})
        self.patch(automatic, "ready", lambda paths: True)
        self.tree(automatic.remembered(self.paths, "shop", "x.example.net"), {"error": "no", "next": "7"})
        directory = self.paths.app("shop") / "certificates" / "shop.example.net"
        self.tree(
            directory / ("a" * 64), {"info/source": "own", "info/not-after": "7", "fullchain.pem": "x", "key.pem": "x"}
        )
        (directory / "current").symlink_to("a" * 64)
        found = self.show("ssl")
        self.assertEqual(found["certificate/shop.example.net/info/source"], "own")
        self.assertIn("domains", found)

    def test_what_a_plan_compares_with_holds_no_secret(self) -> None:
        self.assertEqual(self.show("bundle"), {})
        self.live(1, settings__env__TOKEN="s3cret", settings__build__args__A="s3cret", settings__drain="5")
        self.tree(self.paths.release("shop", 1), {"settings/env.json/TOKEN": '"TOKEN=s3cret"'})
        self.tree(
            self.paths.app("shop"), {"operator/env/X": "s3cret", "operator/stopped": "", "operator/domains": "d.e"}
        )
        found = self.show("bundle", key="ci")
        self.assertNotIn("s3cret", "".join(found.values()))
        self.assertEqual((found["settings/drain"], found["stopped"], found["operator/env"]), ("5", "yes", "X"))
        self.assertRegex(found["digest/env/TOKEN"], "^[0-9a-f]{64}$")


class ProcessesTest(QueryCase):
    def test_those_that_there_are_and_those_that_should(self) -> None:
        self.live(1, processes__worker__command="work")
        self.tree(self.paths.app("shop"), {"operator/scale/worker": "2"})
        self.fake.add("a" * 64, "blue")
        self.fake.add("b" * 64, "green", release="2")
        for one in self.fake.containers.values():
            one["State"]["StartedAt"] = "2026-01-31T12:00:00Z"
        found = self.show("ps")
        self.assertEqual(found["process/web.1/release"], "2")
        self.assertEqual(found["process/web.1.v1/release"], "1")
        self.assertEqual(found["process/worker.2/state"], "missing")
        self.file("apps/shop/operator/stopped", "")
        self.assertEqual(self.show("ps")["process/worker.1/state"], "stopped")

    def test_one_that_keeps_ending_or_has_ended(self) -> None:
        self.fake.add("a" * 64, "blue", "restarting")
        self.fake.add("b" * 64, "blue", "exited", instance="2")
        for one in self.fake.containers.values():
            one["State"].update(StartedAt="2026-01-31T12:00:00Z", ExitCode=7)
            one["RestartCount"] = 4
            one["HostConfig"].update(Memory=1024, NanoCpus=5)
        found = self.show("ps")
        self.assertEqual((found["process/web.1/state"], found["process/web.1/exit"]), ("crash-loop", "7"))
        self.assertEqual(found["process/web.2/exit"], "7")
        self.assertEqual((found["process/web.1/limit"], found["process/web.1/restarts"]), ("1024", "4"))

    def test_without_an_engine_nothing_is_known(self) -> None:
        self.fake.end()
        with self.assertRaises(NoEngine):
            processes.of_app(self.paths, "shop", self.engine)


class AppsTest(QueryCase):
    def test_each_state(self) -> None:
        self.assertEqual(self.asked(apps.serve, "apps"), {"blog/state": "new", "shop/state": "new"})
        self.file("apps/shop/created", "2026")
        self.live(3)
        self.assertEqual(
            self.asked(apps.serve, "apps", key="ci"),
            {"shop/state": "down", "shop/created": "2026", "shop/live": "3", "shop/url": "http://shop.example.com"},
        )
        self.tree(self.paths.app("shop"), {"operator/scale/web": "0"})
        self.assertEqual(self.asked(apps.serve, "apps")["shop/state"], "idle")
        self.fake.add("a" * 64, "blue")
        self.fake.containers["a" * 64]["State"]["StartedAt"] = "x"
        self.assertEqual(self.asked(apps.serve, "apps")["shop/state"], "running")
        self.fake.add("b" * 64, "blue", "restarting", instance="2")
        self.fake.containers["b" * 64].update(RestartCount=5)
        self.fake.containers["b" * 64]["State"]["StartedAt"] = "x"
        self.assertEqual(self.asked(apps.serve, "apps")["shop/state"], "crash-loop")
        self.file("apps/shop/operator/stopped", "")
        self.assertEqual(self.asked(apps.serve, "apps")["shop/state"], "stopped")
        self.fake.end()
        with self.assertRaises(NoEngine):
            apps.serve(self.request("apps"))


class DigestsTest(QueryCase):
    def test_how_two_releases_differ_without_a_value(self) -> None:
        self.live(1, env__SAME="s3cret", env__A="s3cret", env__OLD="x")
        self.live(2, env__SAME="s3cret", env__A="s3cret2", env__NEW="x", env__B="s3cret2")
        found = self.asked(digests.serve, "digests", "shop", "1", "-")
        self.assertEqual(sorted(found), ["from/A", "from/OLD", "releases", "to/A", "to/B", "to/NEW"])
        self.assertEqual(found["releases"], "1\n2")
        self.assertNotIn("s3cret", "".join(found.values()))
        # That two variables have one value is nobody's business.
        self.assertEqual(len({found[path] for path in ("from/OLD", "to/NEW", "to/A", "to/B")}), 4)
        self.assertEqual(found, self.asked(digests.serve, "digests", "shop", "v1", "v2"))
        self.assertEqual((self.paths.root / "digest-key").stat().st_mode & 0o777, 0o600)

    def test_refusals(self) -> None:
        with self.assertRaisesRegex(Refused, "nothing of shop is live"):
            digests.serve(self.request("digests", "shop", "-", "-"))
        with self.assertRaises(BadRequest):
            digests.serve(self.request("digests", "shop", "x", "-"))


class MaintenanceTest(QueryCase):
    def ask(self, word: str) -> list[str]:
        maintenance.serve(self.request("maintenance", "shop", word))
        return self.told()

    def test_on_and_off_at_once(self) -> None:
        self.assertEqual(self.ask("off"), ["+result\tunchanged\tmaintenance is already off"])
        self.assertEqual(self.ask("on"), ["+result\tmaintenance\ton"])
        self.assertEqual(self.ask("on"), ["+result\tunchanged\tmaintenance is already on"])
        self.assertEqual(self.asked(maintenance.serve, "maintenance", "shop", "state"), {"maintenance": "on"})
        self.assertEqual(self.ask("off"), ["+result\tmaintenance\toff"])
        with self.assertRaises(BadRequest):
            self.ask("x")


class VisitorsTest(QueryCase):
    def change(self, **sent: str) -> list[str]:
        given = tree.text({path.replace("__", "/"): value for path, value in sent.items()})
        self.assertEqual(auth.serve(self.request("auth", "shop", "change", given=given)), 0)
        return self.told()

    def names(self) -> list[str]:
        return [name for name in self.asked(auth.serve, "auth", "shop", "list")["names"].split("\n") if name]

    def test_passwords_are_kept_as_salted_digests_only(self) -> None:
        passwords = {"ann": "s3cret", "bob": "s3cret", "eve": "$(touch canary) '\"\\ \u00e9", "me@x": "x" * 200}
        self.change(**{f"set__{name}": password for name, password in passwords.items()})
        text = values.need(self.paths.app("shop") / "visitors")
        self.assertNotIn("s3cret", text)
        digests_by_name = dict(line.split(":") for line in text.splitlines())
        self.assertEqual(sorted(digests_by_name), sorted(passwords))
        self.assertNotEqual(digests_by_name["ann"], digests_by_name["bob"])
        for digest in digests_by_name.values():
            self.assertRegex(digest, r"^\$6\$rounds=1000\$[./0-9A-Za-z]{12}\$[./0-9A-Za-z]{86}$")
        from pocketpaas.machine.process import run

        salt = digests_by_name["ann"].rpartition("$")[0].removeprefix("$6$")
        told = run(["/usr/bin/openssl", "passwd", "-6", "-salt", salt, "-stdin"], stdin=b"s3cret")
        self.assertEqual(told.text, digests_by_name["ann"])

    def test_changes(self) -> None:
        self.assertEqual(
            self.change(unset="x"),
            ["+note\tx is not in the list", "+note\tnobody is in the list: everybody may see shop"],
        )
        self.assertEqual(self.change(set__bob="1", set__ann="2"), ["+result\tvisitor\tann", "+result\tvisitor\tbob"])
        self.assertEqual(self.names(), ["ann", "bob"])
        self.change(unset="ann")
        self.assertEqual(self.names(), ["bob"])
        self.change(unset="bob")
        self.assertFalse((self.paths.app("shop") / "visitors").exists())

    def test_what_is_refused_changes_nothing(self) -> None:
        self.change(set__bob="1")
        before = values.need(self.paths.app("shop") / "visitors")
        for sent in ({"set/ann": ""}, {"set/" + "a" * 65: "x"}, {"set/a/b": "x"}, {"set/a.": "x", "set/b/c": "x"}):
            with self.subTest(sent), self.assertRaises(BadRequest):
                auth.serve(self.request("auth", "shop", "change", given=tree.text(sent)))
        with self.assertRaises(BadRequest):
            auth.serve(self.request("auth", "shop", "x"))
        self.patch(os, "replace", mock.Mock(side_effect=OSError(28, "full")))
        with self.assertRaises((CannotWrite, OSError)):
            self.change(set__ann="1")
        self.assertEqual(values.need(self.paths.app("shop") / "visitors"), before)

    def test_who_may_read_the_list(self) -> None:
        for group, mode in ((None, 0o644), (0, 0o640)):
            self.patch(visitors, "nginx_group", lambda: group)
            self.change(set__bob="1")
            self.assertEqual((self.paths.app("shop") / "visitors").stat().st_mode & 0o777, mode)

    def test_openssl_that_fails(self) -> None:
        from pocketpaas.machine.process import Ended

        self.patch(auth, "run", lambda *_a, **_o: Ended(1, b"", b"no"))
        with self.assertRaisesRegex(Failure, "could not be stored: no"):
            self.change(set__bob="1")


class SharedTest(QueryCase):
    def change(self, **sent: str) -> list[str]:
        given = tree.text({path.replace("__", "/").replace("json/", ".json/"): value for path, value in sent.items()})
        self.assertEqual(shared.serve(self.request("shared", "change", given=given)), 0)
        return self.told()

    def put(self, name: str, value: str) -> list[str]:
        return self.change(**{f"set__{name}": value, f"setjson__{name}": f'"{name}={value}"'})

    def test_they_are_stored_and_apps_told_of(self) -> None:
        self.assertEqual(self.put("A", "1"), ["+result\tchanged\tA"])
        self.live(1)
        told = self.put("B", "2")
        self.assertEqual(told[0], "+result\tchanged\tB")
        self.assertIn("+hint\tshop: with the next release; at once with: pocketpaas restart", told[1])
        self.assertEqual(self.put("B", "2"), ["+note\tNothing to do: already set.", "+result\tunchanged\tyes"])
        self.assertEqual(self.asked(shared.serve, "shared", "list"), {"value/A": "1", "value/B": "2"})
        self.assertEqual(self.change(unset="A\nX")[:2], ["+note\tX is not set", "+result\tchanged\tA"])
        self.assertEqual(self.asked(shared.serve, "shared", "list"), {"value/B": "2"})
        self.assertEqual(values.read(self.paths.root / "shared/env.json/B"), '"B=2"')
        self.assertEqual([name for name in os.listdir(self.paths.root) if "shared" in name], ["shared"])

    def test_what_is_refused(self) -> None:
        for sent in (
            *({"set/A": "1"}, {"set/PORT": "1", "set.json/PORT": '"PORT=1"'}, {"set/A": "1", "set.json/A": '"B=1"'}),
            *({"unset": "../x"}, {"unset": "$(id)"}, {"set.json/A": '"A=1"'}),
        ):
            with self.subTest(sent), self.assertRaises(BadRequest):
                shared.serve(self.request("shared", "change", given=tree.text(sent)))
        with self.assertRaises(BadRequest):
            shared.serve(self.request("shared", "x"))
        self.assertFalse((self.paths.root / "shared").exists())


class PruneTest(QueryCase):
    def setUp(self) -> None:
        super().setUp()
        self.patch(disks, "look", lambda paths, store, engine: None)
        self.usage: dict[str, Any] = {"Images": [], "BuildCache": []}
        self.fake.refusals["GET /system/df"] = (200, self.usage)

    def prune(self, *options: str) -> dict[str, str]:
        found = self.asked(prune.serve, "prune", *options)
        return {path: value for path, value in found.items() if not path.startswith("disk/")}

    def test_sizes(self) -> None:
        def image(id_: str, size: int, shared_size: int, parent: str = "") -> dict[str, Any]:
            return {"Id": id_, "Size": size, "SharedSize": shared_size, "ParentId": parent}

        found = prune.sizes_of([image("a", 100, 100), image("b", 130, 100, "a"), image("c", 50, -1), image("d", 9, 2)])
        self.assertEqual(found, {"a": 0, "b": 30, "c": 0, "d": 7})
        file = self.file("a/b", "x" * 10_000)
        (file.parent / "link").symlink_to("/usr")
        self.assertGreaterEqual(prune.size_on_disk(file.parent), 10_000)
        self.assertLess(prune.size_on_disk(file.parent), 100_000)

    def test_nothing_to_do(self) -> None:
        self.assertEqual(self.prune(), {})

    def test_what_it_is_asked(self) -> None:
        with self.assertRaises(BadRequest):
            prune.serve(self.request("prune", "everything"))
        self.fake.end()
        with self.assertRaises(NoEngine):
            prune.serve(self.request("prune"))

    def test_strays_containers_works_and_caches(self) -> None:
        from pocketpaas.operation import work

        self.fake.images.append(
            {"Id": IMAGE, "RepoTags": ["pocketpaas-app-gone:1"], "Labels": {"pocketpaas.app": "gone"}, "Created": 1}
        )
        self.usage["Images"] = [{"Id": IMAGE, "Size": 7, "SharedSize": 2}]
        self.usage["BuildCache"] = [{"Size": 5}, {"Size": 50, "InUse": True}, {"Size": 500, "Shared": True}]
        self.file("apps/shop/releases/1/builder", "dockerfile")
        self.file("apps/shop/cache/current/x", "y")
        for label, state in (("build", "exited"), ("run", "running")):
            self.fake.containers[label * 8] = {
                "Id": label * 8,
                "Config": {"Labels": {"pocketpaas.build": "shop"}},
                "State": {"Status": state},
            }
        ended, running, gone = (work.create(self.paths, "deploy", app, "ci") for app in ("shop", "shop", "gone"))
        for one in (ended, running, gone):
            self.tree(one.directory, {"values/x": "y"})
        for one in (ended, gone):
            values.put(one.directory / "result", "0")
        lock = locks.build_lock(self.paths, "blog", Holder("x", "y"))
        dry = self.prune("dry-run", "caches")
        self.assertTrue(ended.directory.exists() and gone.directory.exists() and len(self.fake.containers) == 2)
        self.assertEqual(self.prune("caches"), dry)
        lock.release()
        self.assertEqual(dry["busy"], "blog")
        counts = {path.split("/")[1]: value for path, value in dry.items() if path.endswith("/count")}
        self.assertEqual(counts, {"images": "1", "containers": "1", "works": "2", "caches": "2"})
        self.assertEqual(dry["kind/images/bytes"], "5")
        self.assertFalse((ended.directory / "values").exists() or gone.directory.exists())
        self.assertTrue((running.directory / "values").exists())
        self.assertEqual(list(self.fake.containers), ["run" * 8])
        self.assertTrue(self.fake.asked("POST /build/prune"))

    def test_a_disk_that_cannot_be_looked_at_again(self) -> None:
        self.patch(disks, "look", mock.Mock(side_effect=OSError("x")))
        self.prune()
        self.assertIn("could not be looked at again", self.told()[0])


if __name__ == "__main__":
    unittest.main()
