"""Services: what is kept of them, what their containers are made of, which variables of an app hold whose address."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import signal
import subprocess
import tarfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

from change_fixture import ChangeCase
from fake_engine import FakeEngine
from host_fixture import HostCase
from pocketpaas import rules
from pocketpaas.change import deploy_services, env, environment, rollback, service_link, service_release
from pocketpaas.engine import containers, execs, networks, volumes
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.containers import Container
from pocketpaas.engine.execs import Ended, Overtime
from pocketpaas.entry import service as entry
from pocketpaas.failure import BadRequest, Busy, Cancelled, Failed, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Holder
from pocketpaas.machine.request import Request
from pocketpaas.query import checkup_services
from pocketpaas.query import environment as shown
from pocketpaas.query import service_states
from pocketpaas.query.findings import Findings
from pocketpaas.release import layers
from pocketpaas.release import spec as processes
from pocketpaas.service import (
    access,
    container,
    copying,
    creating,
    data,
    images,
    incoming,
    kinds,
    links,
    making,
    own_settings,
    processor,
    reader,
    reading,
    retiring,
    scripts,
    settling,
    spec,
    store,
)
from pocketpaas.service.links import Link, Login
from pocketpaas.service.making import Wanted
from pocketpaas.service.restarts import sweep
from pocketpaas.state import names, values

IMAGE = "sha256:" + "1" * 64


class ServiceCase(HostCase):
    """`self.service("db")` is a service of the host."""

    def service(self, name: str, **facts: str) -> store.Service:
        usual = {"type": "postgres", "major": "17", "image": IMAGE, "digest": "postgres@sha256:1", "generation": "1"}
        self.tree(self.paths.service(name), {**usual, "password": "secret", **facts})
        return store.need(self.paths, name)

    def link(self, name: str, app: str = "shop", *variables: str) -> Link:
        found = Link(self.service(name), app)
        found.keep(Login(f"{app}_1", f"pw{name}"), variables or ("DATABASE_URL",))
        return found


def run_calls(words: Sequence[str], run: Callable[..., Ended]) -> Ended:
    """As the shell of a service's container does it: `run` is called with each script's name and its arguments."""
    if words[3] != "in-turn":
        return run(*words[3:])
    calls: list[list[str]] = []
    for word in words[4:]:
        # The text of a script, and what follows until the next one.
        if word.startswith("#!"):
            calls.append([])
        else:
            calls[-1].append(word)
    ended = Ended(0, b"", b"")
    for number, call in enumerate(calls):
        ended = run(*call)
        if not ended.ok:
            return replace(ended, code=100 + number)
    return ended


class KindsTest(HostCase):
    def test_every_kind_has_all_that_a_service_needs(self) -> None:
        for name in rules.services():
            kind = kinds.named(self.paths, name)
            needed = ("ready", "database", "login", "drop-login", "drop-database", "query", "dump", "check", "restore")
            for script in (*needed, "swap", "facts", "count", "console"):
                self.assertTrue(kind.script(script).startswith("#!/bin/sh\n# "), f"{name}/{script}")
            self.assertTrue(kind.majors and kind.variables)
            for variable in kind.variables:
                self.assertTrue(names.is_variable(variable))

    def test_what_the_scripts_of_a_kind_share_stands_before_each(self) -> None:
        for name in ("mariadb", "mysql"):
            kind = kinds.named(self.paths, name)
            self.assertIn("as_root() {", kind.script("ready"))
            self.assertTrue(kind.script("ready").endswith("= 0 ]\n"))
        postgres = kinds.named(self.paths, "postgres").script("ready")
        self.assertIn("statement_timeout=0", postgres)
        self.assertNotIn("as_root", postgres)

    def test_no_script_takes_a_password_as_an_argument_or_a_variable(self) -> None:
        for name in rules.services():
            for file in kinds.named(self.paths, name).scripts.iterdir():
                with self.subTest(f"{name}/{file.name}"):
                    self.assertNotRegex(file.read_text(), r"--password|MYSQL_PWD|PGPASSWORD=| -p[\"$]")

    def test_one_that_there_is_not(self) -> None:
        for name in ("oracle", "", "../postgres", "postgres:17"):
            with self.subTest(name), self.assertRaises(Refused):
                kinds.named(self.paths, name)

    def test_settings_follow_the_memory_and_an_admins_own_win(self) -> None:
        kind = kinds.named(self.paths, "postgres")
        self.assertEqual(kind.settings(512 << 20, {})["shared_buffers"], "128MB")
        words = kind.command(256 << 20, {"shared_buffers": "1GB", "work_mem": "8MB"})
        self.assertEqual(words[0], "postgres")
        self.assertIn("shared_buffers=1GB", words)
        self.assertIn("work_mem=8MB", words)
        self.assertNotIn("shared_buffers=64MB", words)

    def test_a_setting_with_digits_is_rounded_down_and_never_less_than_the_server_takes(self) -> None:
        kind, name = kinds.named(self.paths, "mongodb"), "wiredTigerCacheSizeGB"
        for megabytes, cache in ((256, "0.25"), (768, "0.25"), (1024, "0.33"), (2048, "0.66"), (4096, "1.33")):
            with self.subTest(megabytes):
                self.assertEqual(kind.settings(megabytes << 20, {}), {name: cache})
        self.assertEqual(kind.command(1 << 30, {name: "1"}), ("mongod", f"--{name}", "1"))
        # An admin's words are arguments, whatever is in them.
        self.assertEqual(kind.command(1 << 30, {"x": "$(id); --y"})[-2:], ("--x", "$(id); --y"))

    def test_a_kind_says_how_much_memory_it_has_at_least(self) -> None:
        self.assertEqual(kinds.named(self.paths, "mongodb").memory, 768 << 20)
        self.assertEqual(kinds.named(self.paths, "postgres").memory, int(rules.default("service-memory")))


class ProcessorTest(HostCase):
    """MongoDB 5 and later end with SIGILL where the processor lacks AVX."""

    def refusal(self, cpuinfo: str, kind: str = "mongodb") -> str:
        file = self.paths.root / "cpuinfo"
        file.write_text(cpuinfo)
        with patch.object(processor, "_CPUINFO", file):
            try:
                processor.refuse_without(kinds.named(self.paths, kind))
            except Refused as refused:
                return refused.text
        return ""

    def test_one_that_has_it(self) -> None:
        self.assertEqual(
            self.refusal("processor\t: 0\nflags\t\t: fpu avx sse\n\nprocessor\t: 1\nflags\t\t: avx fpu\n"), ""
        )
        self.assertEqual(self.refusal("processor\t: 0\nFeatures\t: fp asimd atomics\n"), "")

    def test_one_that_lacks_it(self) -> None:
        for text in ("flags\t: fpu sse avx2x\n", "flags: avx\n\nflags: sse\n", "Features\t: fp asimd\n"):
            with self.subTest(text):
                self.assertIn("its processor lacks AVX", self.refusal(text))
        self.assertEqual(self.refusal("flags\t: fpu sse\n", "postgres"), "")

    def test_a_kernel_that_does_not_tell(self) -> None:
        for text in ("", "\x00:\n::\n", "model name: flags avx\n"):
            with self.subTest(text):
                self.assertEqual(self.refusal(text), "")

    def test_nothing_is_begun_without_it(self) -> None:
        file = self.paths.root / "cpuinfo"
        file.write_text("flags: sse\n")
        operation = Mock(paths=self.paths, undo=[])
        with patch.object(processor, "_CPUINFO", file), self.assertRaisesRegex(Refused, "AVX"):
            creating.make(operation, Wanted("db", "mongodb"))
        self.assertFalse(self.paths.service("db").exists())
        self.assertEqual(operation.method_calls, [])


class ImagesTest(HostCase):
    def test_the_official_one_a_mirror_or_one_of_the_host(self) -> None:
        kind = kinds.named(self.paths, "postgres")
        self.assertEqual(images.reference(self.paths, kind, "17"), "postgres:17")
        self.assertEqual(images.default_major(self.paths, kind), kind.majors[0])
        self.tree(self.paths.host, {"service-images": "postgres:15=own/postgres:15\n*=mirror.example.com/library/"})
        self.assertEqual(images.reference(self.paths, kind, "15"), "own/postgres:15")
        self.assertEqual(images.reference(self.paths, kind, "17"), "mirror.example.com/library/postgres:17")
        self.assertEqual(images.default_major(self.paths, kind), "15")

    def test_a_setting_that_leads_to_no_image(self) -> None:
        self.tree(self.paths.host, {"service-images": "*=-v /:/"})
        with self.assertRaisesRegex(Refused, "service-images"):
            images.reference(self.paths, kinds.named(self.paths, "postgres"), "17")


class SpecTest(ServiceCase):
    def test_its_container(self) -> None:
        document = spec.container(self.service("db", memory=str(512 << 20))).document()
        host = document["HostConfig"]
        self.assertEqual(document["Image"], IMAGE)
        self.assertIn("PGDATA=/var/lib/postgresql/17/docker", document["Env"])
        self.assertNotIn("secret", json.dumps(document))
        self.assertNotIn("PortBindings", host)
        self.assertEqual((host["Memory"], host["ShmSize"]), (512 << 20, 128 << 20))
        self.assertEqual(
            [mount["Target"] for mount in host["Mounts"]], ["/var/lib/postgresql", "/run/pocketpaas/password"]
        )
        self.assertEqual(host["CapDrop"], ["ALL"])
        self.assertTrue(host["Init"], "a server takes what an ended command leaves behind for its own")
        networks_of_it = document["NetworkingConfig"]["EndpointsConfig"]
        self.assertEqual(list(networks_of_it), ["pocketpaas.service.db"])
        self.assertEqual(networks_of_it["pocketpaas.service.db"]["Aliases"], ["db"])

    def test_a_container_of_mongodb(self) -> None:
        service = self.service("db", type="mongodb", major="8")
        document = spec.container(service).document()
        self.assertEqual(document["Cmd"], ["mongod", "--wiredTigerCacheSizeGB", "0.25"])
        self.assertEqual(document["HostConfig"]["Memory"], 768 << 20)
        # The official image has a volume at each of two places: at another one the data would be in a nameless one.
        self.assertEqual(
            [mount["Target"] for mount in document["HostConfig"]["Mounts"]], ["/data/db", "/run/pocketpaas/password"]
        )
        self.assertNotIn("secret", json.dumps(document))
        link = Link(service, "shop-2")
        self.assertEqual(
            link.url(Login("shop_2_0123abcd", "feed")), "mongodb://shop_2_0123abcd:feed@db:27017/app_shop_2"
        )
        # What MongoDB allows: fewer than 64 bytes, none of these characters.
        longest = links.database_of("a" * 40) + "_012345"
        self.assertLess(len(longest), 64)
        self.assertNotRegex(longest, r'[/\\. "$]')

    def test_an_apps_container_is_never_a_services(self) -> None:
        fake = FakeEngine(self.paths.root)
        fake.begin()
        self.addCleanup(fake.end)
        ours = {"service": "db", "service-generation": "1"}
        for one, app in (("evil", "shop"), ("real", "")):
            labels = {f"pocketpaas.{name}": value for name, value in {**ours, **({"app": app} if app else {})}.items()}
            fake.containers[one] = {"Id": one, "Config": {"Labels": labels}, "State": {"Status": "running"}}
        engine = Engine(self.paths, fake.socket, fake.pid_file)
        self.assertEqual([found.id for found in container.all_of(engine, "db")], ["real"])

    def test_other_settings_are_another_container(self) -> None:
        made_from = [
            spec.container(self.service("db", memory=str(size << 20))).labels[spec.MADE_FROM]
            for size in (256, 256, 512)
        ]
        self.assertEqual(made_from[0], made_from[1])
        self.assertNotEqual(made_from[0], made_from[2])

    def test_own_settings(self) -> None:
        self.tree(self.paths.root / "own", {"db.conf": "# mine\n  # too = x\nwork_mem = 8MB\nempty=\n\na = b = c"})
        with patch.object(own_settings, "PLACE", self.paths.root / "own"):
            self.assertEqual(own_settings.of(self.service("db")), {"work_mem": "8MB", "empty": "", "a": "b = c"})
            self.assertEqual(own_settings.of(self.service("other")), {})
            self.tree(self.paths.root / "own", {"db.conf": "= 8MB"})
            with self.assertRaisesRegex(Refused, "line 1 of"):
                own_settings.of(self.service("db"))

    def test_what_is_ours_is_in_no_own_settings(self) -> None:
        for kind, major, names_of_it in (
            ("postgres", "17", ("port", "data_directory", "LISTEN_ADDRESSES", "hba_file")),
            ("mariadb", "11.8", ("datadir", "socket", "bind_address")),
            ("mysql", "8.4", ("port", "skip-networking")),
            ("mongodb", "8", ("dbpath", "bind_ip", "keyFile", "--port")),
            ("redis", "8", ("dir", "aclfile", "requirepass", "appendonly")),
            ("valkey", "8", ("port", "dbfilename")),
        ):
            service = self.service("db", type=kind, major=major)
            for name in names_of_it:
                self.tree(self.paths.root / "own", {"db.conf": f"{name} = x\n"})
                with patch.object(own_settings, "PLACE", self.paths.root / "own"):
                    with self.subTest(kind, name=name), self.assertRaisesRegex(Refused, f"sets {name}, which"):
                        own_settings.of(service)
            # What we set for the server's memory is theirs to change.
            for name in service.kind.data["settings"]:
                self.tree(self.paths.root / "own", {"db.conf": f"{name} = x\n"})
                with patch.object(own_settings, "PLACE", self.paths.root / "own"):
                    own_settings.of(service)

    def test_no_name_of_ours_is_an_apps(self) -> None:
        service = self.service("db")
        for own in (spec.network("db"), service.volume, spec.container(service).name):
            self.assertFalse(own.startswith("pocketpaas-"), own)


class StoreTest(ServiceCase):
    def test_what_is_no_service(self) -> None:
        self.tree(self.paths.service("half"), {"major": "17"})
        for name in ("half", "none", "../apps", "", "DB", "a" * 31):
            with self.subTest(name):
                self.assertIsNone(store.find(self.paths, name))
        self.service("db")
        self.assertEqual([service.name for service in store.all_of(self.paths)], ["db"])

    def test_a_name_that_is_taken_or_is_none(self) -> None:
        holder = Holder("ann", "creating")
        self.service("db")
        with self.assertRaisesRegex(Refused, "there is a service db"):
            making.claim(self.paths, Wanted("db", "postgres"), holder)
        for name in ("", "-x", "x-", "a b", "a/b", "a;b", "$(id)", "Ä", "a\n"):
            with self.subTest(name), self.assertRaises(BadRequest):
                making.claim(self.paths, Wanted(name, "postgres"), holder)
        lock = making.claim(self.paths, Wanted("new", "postgres"), holder)
        with self.assertRaises(Busy):
            making.claim(self.paths, Wanted("new", "postgres"), holder)
        lock.release()

    def test_what_it_is_made_of_must_be_an_image(self) -> None:
        for image in ("-v", "a b", "x;y", "../x"):
            with self.subTest(image), self.assertRaises(BadRequest):
                wanted = Wanted("db", "postgres", "17", "", image)
                making.describe(self.paths, None, self.reporter, wanted, "ann")  # type: ignore[arg-type]
        old = Wanted("db", "postgres", "9.6")
        with self.assertRaisesRegex(Refused, "9.6 is not a version"):
            making.describe(self.paths, None, self.reporter, old, "ann")  # type: ignore[arg-type]

    def test_a_subnet_of_a_service_is_not_free(self) -> None:
        self.service("db", network="10.213.7.0/24")
        self.assertFalse(networks.is_free(self.paths, "10.213.7", []))
        self.assertTrue(networks.is_free(self.paths, "10.213.8", []))

    def test_names_from_outside_are_looked_at_before_anything_else(self) -> None:
        for name in ("a/b", "..", "A", "x" * 40):
            request = Request(self.paths, self.reporter, "ann", "service", ("stop", name), io.BytesIO())
            with self.subTest(name), self.assertRaises(BadRequest):
                entry.serve(request)


class LinksTest(ServiceCase):
    def test_databases_and_logins(self) -> None:
        self.assertEqual(links.database_of("my-shop"), "app_my_shop")
        # The server's own names are no app's.
        self.assertEqual(links.database_of("postgres"), "app_postgres")
        one, other = links.new_login("a" * 40), links.new_login("a" * 40)
        self.assertNotEqual(one, other)
        self.assertRegex(one.name, "a{20}_[0-9a-f]{8}")
        self.assertRegex(one.password, "[0-9a-f]{48}")

    def test_the_address_is_what_it_is_now(self) -> None:
        link = self.link("db")
        self.assertEqual(links.resolve(self.paths, "shop", "db"), "postgres://shop_1:pwdb@db:5432/app_shop")
        link.keep(Login("shop_2", "new"), ("DATABASE_URL",))
        self.assertEqual(links.resolve(self.paths, "shop", "db"), "postgres://shop_2:new@db:5432/app_shop")
        link.unlink()
        for app, service in (("shop", "db"), ("blog", "db"), ("shop", "nosuch"), ("shop", "../db")):
            with self.subTest((app, service)), self.assertRaisesRegex(Refused, "not linked"):
                links.resolve(self.paths, app, service)
        self.assertEqual(link.service.apps(), ("shop",))

    def test_the_layer_names_services_and_no_password(self) -> None:
        self.link("db")
        self.link("further", "shop", "FURTHER_URL")
        directory = self.paths.root / "layer"
        links.write_layer(self.paths, "shop", directory)
        self.assertEqual(values.read(directory / "env" / "DATABASE_URL"), "db")
        self.assertEqual(values.read(directory / "env.json" / "FURTHER_URL"), '"FURTHER_URL=further"')
        changed = links.layer(self.paths, "shop", {"db": ()})
        self.assertEqual(changed, {"FURTHER_URL": "further"})
        self.assertEqual(links.layer(self.paths, "blog"), {})


class GoneTest(ServiceCase):
    def test_an_app_that_is_gone_is_linked_to_nothing(self) -> None:
        link = self.link("db")
        self.assertEqual(links.of_service(link.service), [])
        values.make_directory(self.paths.app("shop") / "settings")
        self.assertEqual(links.of_service(link.service), [link])


class AppTest(ChangeCase, ServiceCase):
    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.paths.programs)
        (self.paths.programs / "services").symlink_to(Path(values.__file__).parents[2] / "services")

    def change(self) -> service_release.AppChange:
        changing = self.changing()
        return service_release.AppChange(self.operation, self.running, changing.lock, 1)

    def test_a_bundle_holds_the_reference_and_its_containers_the_address(self) -> None:
        self.link("db")
        self.live(1)
        self.changing()
        staged = environment.stage(self.operation)
        self.assertEqual(environment.changed(self.operation, staged), ("DATABASE_URL",))
        bundle = self.paths.release("shop", 2)
        self.tree(bundle, {"settings/env/A": "1", "settings/env.json/A": '"A=1"'})
        layers.assemble(bundle, staged.given)
        self.assertEqual(values.read(bundle / "environment"), '"A=1","DATABASE_URL=db"')
        found = layers.resolved(bundle, lambda name: links.resolve(self.paths, "shop", name))
        self.assertEqual(found, ("A=1", "DATABASE_URL=postgres://shop_1:pwdb@db:5432/app_shop"))
        held = [path for path in bundle.rglob("*") if path.is_file() and "pwdb" in path.read_text()]
        self.assertEqual(held, [])

    def test_a_value_that_wins_over_a_service_is_no_reference(self) -> None:
        bundle = self.paths.release("shop", 2)
        files = {"service/env/DATABASE_URL": "db", "service/env.json/DATABASE_URL": '"DATABASE_URL=db"'}
        files |= {"operator/env/DATABASE_URL": "own", "operator/env.json/DATABASE_URL": '"DATABASE_URL=own"'}
        self.tree(bundle, files)
        layers.assemble(bundle, {})
        self.assertEqual(layers.resolved(bundle, lambda name: self.fail(name)), ("DATABASE_URL=own",))

    def test_a_process_gets_the_address(self) -> None:
        self.link("db")
        self.live(1, {"environment": '"DATABASE_URL=db"', "service/env/DATABASE_URL": "db"})
        self.tree(self.app, {"network": "10.213.4.0/24"})
        found = processes.process(self.paths, "shop", 1, "web", "blue", 1)
        self.assertIn("DATABASE_URL=postgres://shop_1:pwdb@db:5432/app_shop", found.environment)

    def test_where_a_variable_comes_from(self) -> None:
        self.link("db")
        self.live(1)
        now, coming = shown.of_app(self.paths, "shop", self.paths.release("shop", 1))
        self.assertEqual((now, coming), ({}, {"DATABASE_URL": ("service", "db")}))
        self.assertEqual(shown.source("service", "db"), "service db")
        self.assertIn("pwdb", shown.shown(self.paths, "shop", "service", "db"))
        self.assertEqual(shown.shown(self.paths, "blog", "service", "db"), "")

    def test_no_rollback_to_a_service_that_the_app_has_no_more(self) -> None:
        self.release(1, {"service/env/DATABASE_URL": "db", "image": IMAGE})
        self.live(2)
        self.fake.images = [{"Id": IMAGE, "RepoTags": [], "Labels": {}}]
        self.operate("rollback")
        with self.assertRaisesRegex(Refused, "not linked to the service db"):
            rollback.change(self.operation, ("v1",))
        self.assertFalse(self.paths.release("shop", 3).exists())

    def test_the_variables_of_a_link(self) -> None:
        self.live(1)
        change, first = self.change(), Link(self.service("my-db"), "shop")
        self.assertEqual(service_link._variables(change, first, ()), ("DATABASE_URL",))
        self.link("db")
        self.assertEqual(service_link._variables(change, first, ()), ("MY_DB_URL",))
        self.assertEqual(service_link._variables(change, first, ("A", "B", "A")), ("A", "B"))
        with self.assertRaisesRegex(Refused, "holds the address of the service db"):
            service_link._variables(change, first, ("DATABASE_URL",))
        for name in ("PORT", "a b", "POCKETPAAS_X", "1A", "A=B", ""):
            with self.subTest(name), self.assertRaises(BadRequest):
                service_link._variables(change, first, (name,))

    def test_what_wins_over_a_service_stands_against_it(self) -> None:
        self.live(1, {"settings/env/FROM_MANIFEST": "x"})
        self.operator(DATABASE_URL="postgres://elsewhere")
        change = self.change()
        for variable in ("DATABASE_URL", "FROM_MANIFEST"):
            with self.subTest(variable), self.assertRaises(Refused):
                service_link.refuse_hidden(change.operation, (variable,))
        service_link.refuse_hidden(change.operation, ("FREE",))

    def test_what_is_set_over_a_service_is_told(self) -> None:
        self.link("db")
        self.live(1)
        for number, options in enumerate(("", "no-restart"), 1):
            with self.subTest(options):
                self.send_env(DATABASE_URL="own", OTHER="x")
                self.send({"options": options})
                self.assertEqual(env.change(self.changing(), []), 0)
                told = "+warn\tshop gets this DATABASE_URL, and not the address of the service db"
                self.assertEqual(self.reporter.lines.count(told), number)
                self.assertFalse([line for line in self.reporter.lines if "this OTHER" in line])

    def test_before_the_first_release_it_is_only_kept(self) -> None:
        self.link("db")
        changing = self.changing()
        change = service_release.AppChange(self.operation, self.running, changing.lock, None)
        self.operation.undo.append(lambda: self.fail("taken back"))
        self.assertIsNone(service_release.make(change, "service db linked", {}))
        self.assertEqual(self.operation.undo, [])

    def test_a_release_with_the_link(self) -> None:
        self.link("db")
        self.live(1)
        self.assertEqual(service_release.make(self.change(), "service db linked", {}), 2)
        self.assertEqual(self.activated, [2])
        self.assertEqual(values.read(self.paths.release("shop", 2) / "service" / "env" / "DATABASE_URL"), "db")
        self.assertEqual(values.read(self.paths.release("shop", 2) / "change"), "service db linked")


class DeployTest(ChangeCase, ServiceCase):
    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.paths.programs)
        (self.paths.programs / "services").symlink_to(Path(values.__file__).parents[2] / "services")
        self.settings = self.tree(self.paths.root / "sent", {"services/db": "postgres:17"})

    def key(self, role: str) -> None:
        self.tree(self.paths.keys / self.operation.who, {"role": role, "apps": "shop"})

    def test_a_key_that_may_only_deploy_is_told_what_an_admin_has_to_run(self) -> None:
        self.key("deploy")
        with self.assertRaisesRegex(
            Refused, "db of pocketpaas.yml does not exist for shop, and the key .* only deploy"
        ) as no:
            deploy_services.provide(self.operation, self.settings)
        self.assertIn("services create postgres:17 db && pocketpaas services link db --app shop", no.exception.cure)
        self.service("db")
        with self.assertRaisesRegex(Refused, "is not linked to shop") as no:
            deploy_services.provide(self.operation, self.settings)
        self.assertNotIn("create", no.exception.cure)
        self.assertFalse(self.fake.calls)

    def test_what_is_linked_is_nothing_to_do_for_any_key(self) -> None:
        self.key("deploy")
        self.link("db")
        deploy_services.provide(self.operation, self.settings)
        deploy_services.provide(self.operation, self.paths.root / "none")
        self.assertFalse(self.fake.calls)

    def test_what_wins_over_a_service_is_refused_before_anything_is_made(self) -> None:
        self.key("admin")
        self.link("db")
        self.tree(self.settings, {"services/new": "postgres", "services/zoo": "redis:7", "env/REDIS_URL": "redis://a"})
        with self.assertRaisesRegex(Refused, "REDIS_URL is set in pocketpaas.yml .*, which wins over a service"):
            deploy_services.provide(self.operation, self.settings)
        self.assertEqual((self.fake.calls, values.names(self.paths.services)), ([], ["db"]))
        # A second one of its kind is in another variable.
        (self.settings / "env" / "REDIS_URL").rename(self.settings / "env" / "NEW_URL")
        with self.assertRaisesRegex(Refused, "NEW_URL is set in pocketpaas.yml"):
            deploy_services.provide(self.operation, self.settings)
        self.operator(NEW_URL="own")
        with self.assertRaisesRegex(Refused, "NEW_URL of shop was set by env set"):
            deploy_services.provide(self.operation, self.settings)

    def test_what_was_sent_as_a_secret_wins_over_a_service_too(self) -> None:
        self.key("admin")
        sent = self.tree(self.operation.work.directory / "values" / "set", {"DATABASE_URL": "postgres://laptop"})
        with self.assertRaisesRegex(Refused, "DATABASE_URL was sent as one of the secrets of pocketpaas.yml"):
            deploy_services.provide(self.operation, self.settings)
        self.assertEqual((self.fake.calls, values.names(self.paths.services)), ([], []))
        values.remove(sent / "DATABASE_URL")
        self.link("db")
        self.tree(sent, {"DATABASE_URL": "postgres://laptop"})
        deploy_services.provide(self.operation, self.settings)
        self.assertIn("DATABASE_URL was sent as one of the secrets: the app gets that", self.reporter.lines[-1])

    def test_what_the_manifest_does_not_set_any_more_stands_against_nothing(self) -> None:
        self.tree(self.app / "settings", {"env/DATABASE_URL": "old"})
        service_link.refuse_hidden(self.operation, ("DATABASE_URL",), self.settings)
        with self.assertRaises(Refused):
            service_link.refuse_hidden(self.operation, ("DATABASE_URL",))

    def test_what_wins_over_one_that_is_linked_is_told(self) -> None:
        self.link("db")
        self.tree(self.settings, {"env/DATABASE_URL": "own"})
        deploy_services.provide(self.operation, self.settings)
        self.assertIn("the app gets that, and not the address of db", self.reporter.lines[-1])

    def test_another_version_is_told_and_another_kind_refused(self) -> None:
        self.key("admin")
        self.link("db")
        self.tree(self.paths.service("db"), {"major": "15"})
        deploy_services.provide(self.operation, self.settings)
        self.assertIn("a deploy upgrades nothing; pocketpaas services upgrade db --to 17", self.reporter.lines[-1])
        self.tree(self.settings, {"services/db": "postgres:14"})
        deploy_services.provide(self.operation, self.settings)
        self.assertIn("pocketpaas.yml says 14: a deploy changes nothing; write postgres:15", self.reporter.lines[-1])
        self.tree(self.settings, {"services/db": "redis"})
        with self.assertRaisesRegex(Refused, "is of the kind postgres, and pocketpaas.yml says redis"):
            deploy_services.provide(self.operation, self.settings)


class CopyTest(ServiceCase):
    """`self.restored` is what reached the other service."""

    def copied(self, pieces: list[bytes], failure: Exception | None = None, enough: bool = True) -> None:
        def dump(_engine: object, _link: Link, _running: str, out: Callable[[bytes], None], _: object) -> None:
            for piece in pieces:
                out(piece)
            if failure is not None:
                raise failure

        def restore(_engine: object, _link: Link, _running: str, given: reader.Reader, *_: object) -> None:
            if not enough:
                raise Failed("restore-failed", "no room")
            self.restored = given.read()

        source, target = Link(self.service("db"), "shop"), Link(self.service("other"), "shop")
        with patch.object(data, "dump", dump), patch.object(data, "restore", restore):
            copying.copy(None, source, "1", target, "2")  # type: ignore[arg-type]

    def test_all_of_it_comes_through(self) -> None:
        self.copied([b"x" * 100_000, b"end"])
        self.assertEqual(len(self.restored), 100_003)

    def test_a_dump_that_fails_has_no_end(self) -> None:
        with self.assertRaisesRegex(Failed, "it was killed"):
            self.copied([b"half"], Failed("dump-failed", "it was killed"))
        self.assertFalse(hasattr(self, "restored"))

    def test_what_cannot_restore_ends_the_dump_too(self) -> None:
        with self.assertRaisesRegex(Failed, "no room"):
            self.copied([b"x" * 65536] * 100, enough=False)

    def test_only_into_another_place_of_the_same_kind(self) -> None:
        db, other, cache = self.service("db"), self.service("other"), self.service("cache", type="redis")
        copying.refuse(Link(db, "shop"), Link(other, "shop"))
        copying.refuse(Link(db, "shop"), Link(db, "blog"))
        with self.assertRaisesRegex(Refused, "of the kind redis"):
            copying.refuse(Link(db, "shop"), Link(cache, "shop"))
        with self.assertRaisesRegex(Refused, "to itself"):
            copying.refuse(Link(db, "shop"), Link(db, "shop"))


class NetworksTest(ServiceCase):
    """An app has a network on its home, and one over all machines of a cluster."""

    def calls(self, answers: dict[str, int], do: Callable[[Engine], None]) -> list[str]:
        engine, asked = Mock(), []

        def call(_method: str, path: str, document: object) -> None:
            asked.append(path)
            if answers.get(path):
                raise EngineError(answers[path], "no")

        engine.call = call
        do(engine)
        return asked

    def test_a_service_is_in_both_or_says_why_not(self) -> None:
        service, both = self.service("db"), [f"/networks/pocketpaas{mark}shop/connect" for mark in "-_"]
        for answers in ({}, {both[0]: 403, both[1]: 409}, {both[1]: 404}, {both[0]: 404}):
            with self.subTest(answers):
                self.assertEqual(both, self.calls(answers, lambda one: container.connect(one, service, "c", "shop")))
        for code in (400, 500):
            with self.subTest(code), self.assertRaises(EngineError):
                self.calls({both[1]: code}, lambda one: container.connect(one, service, "c", "shop"))

    def test_a_network_that_does_not_exist_is_left_out(self) -> None:
        service, engine = self.service("db"), Mock()
        engine.get.side_effect = lambda path: {} if path == "/networks/pocketpaas-shop" else self.fail_with(404)
        container.connect(engine, service, "c", "shop")
        self.assertEqual(["/networks/pocketpaas-shop/connect"], [one.args[1] for one in engine.call.call_args_list])
        engine.get.side_effect = lambda path: self.fail_with(500)
        with self.assertRaises(EngineError):
            container.connect(engine, service, "c", "shop")

    @staticmethod
    def fail_with(status: int) -> None:
        raise EngineError(status, "no")

    def test_an_app_that_is_unlinked_reaches_it_by_neither(self) -> None:
        both = [f"/networks/pocketpaas{mark}shop/disconnect" for mark in "-_"]
        for answers in ({}, {both[0]: 500, both[1]: 404}):
            with self.subTest(answers):
                self.assertEqual(both, self.calls(answers, lambda one: container.disconnect(one, "c", "shop")))


class RetiringTest(ServiceCase):
    """`self.beside`: id and slot of what runs of the app; `self.dropped` is filled."""

    def setUp(self) -> None:
        super().setUp()
        self.beside: list[tuple[str, str]] = []
        self.dropped: list[str] = []
        self.tree(self.paths.app("shop"), {"created": "now"})
        self.of_db = self.link("db")
        self.old = Login("shop_0", "pw0")
        self.of_db.set_aside(self.old)
        for target, name, stand_in in (
            (
                containers,
                "listed",
                lambda *_: tuple(Container(i, "shop", 1, "x", s, 1, "running") for i, s in self.beside),
            ),
            (access, "drop", lambda _engine, _link, _running, login: self.dropped.append(login.name)),
            (container, "running", lambda *_: "c"),
        ):
            patched = patch.object(target, name, stand_in)
            patched.start()
            self.addCleanup(patched.stop)

    def retire(self) -> int:
        return retiring.retire(None, self.of_db, "c", self.old)  # type: ignore[arg-type]

    def sweep(self) -> bool:
        return retiring.sweep(self.paths, None)  # type: ignore[arg-type]

    def test_one_that_only_processes_have_used_goes(self) -> None:
        self.beside = [("1", "green"), ("2", "blue")]
        self.assertEqual(self.retire(), 0)
        self.assertEqual(self.dropped, ["shop_0"])
        self.assertEqual(self.of_db.old_logins(), [])

    def test_one_that_a_job_has_begun_with_stays_until_that_has_ended(self) -> None:
        self.beside = [("1", "green"), ("2", "cron"), ("3", "run")]
        self.assertEqual(self.retire(), 2)
        self.beside = [("1", "green"), ("3", "run"), ("4", "cron")]
        self.assertTrue(self.sweep())
        self.assertEqual(self.dropped, [])
        self.assertEqual(self.of_db.users(self.old), ("3",))
        # What began later has the new one.
        self.beside = [("1", "green"), ("4", "cron")]
        self.assertTrue(self.sweep())
        self.assertEqual(self.dropped, ["shop_0"])
        self.assertEqual((self.of_db.old_logins(), self.of_db.users(self.old)), ([], ()))

    def test_one_of_an_app_that_is_not_linked_any_more_goes(self) -> None:
        self.of_db.unlink()
        # It may be one that is just being made.
        self.assertTrue(self.sweep())
        self.assertEqual(self.dropped, [])
        os.utime(self.of_db.directory / "old" / "shop_0", (0, 0))
        (self.paths.service("db") / "stopped").touch()
        self.assertTrue(self.sweep())
        self.assertEqual(self.dropped, [])
        (self.paths.service("db") / "stopped").unlink()
        self.assertTrue(self.sweep())
        self.assertEqual((self.dropped, self.of_db.old_logins()), (["shop_0"], []))

    def test_one_of_a_rotation_that_was_killed_is_the_next_ones(self) -> None:
        self.assertTrue(self.sweep())
        self.assertEqual(self.dropped, [])


class StatesTest(ServiceCase):
    """`self.containers`: service, generation and state of what the engine has; `self.volumes`."""

    def setUp(self) -> None:
        super().setUp()
        self.tree(self.paths.app("shop"), {"created": "now"})
        self.containers = {"db": "running"}
        self.volumes = ["pocketpaas_service_db_1"]

    def list(self, path: str, _filters: object, **_more: str) -> object:
        if path == "/volumes":
            return {"Volumes": [{"Name": name} for name in self.volumes]}
        return [
            {"Labels": {spec.SERVICE: name, spec.GENERATION: "1"}, "State": state}
            for name, state in self.containers.items()
        ]

    def found(self, apps: tuple[str, ...] | None = None) -> list[tuple[str, str, str]]:
        findings = Findings()
        checkup_services.look(self.paths, findings, self, apps)  # type: ignore[arg-type]
        return [(one.state, one.text, one.cure) for one in findings.all]

    def test_how_they_are(self) -> None:
        self.link("db")
        self.service("gone")
        self.service("off", stopped="")
        self.tree(self.paths.service("odd"), {"type": "oracle"})
        self.containers |= {"loop": "restarting", "off": "exited", "gone": "exited"}
        self.service("loop")
        seen = service_states.look(self.paths, self)  # type: ignore[arg-type]
        self.assertEqual(
            [(one.name, one.state, one.apps) for one in seen],
            [
                ("db", "running", ("shop",)),
                ("gone", "down", ()),
                ("loop", "crash-loop", ()),
                ("odd", "damaged", ()),
                ("off", "stopped", ()),
            ],
        )
        of_shop = service_states.look(self.paths, self, ("shop",))  # type: ignore[arg-type]
        self.assertEqual([one.name for one in of_shop], ["db"])

    def test_what_is_wrong_has_a_cure(self) -> None:
        self.assertEqual(self.found(), [])
        self.link("db")
        self.assertEqual(self.found(), [("ok", "services that run: db", "")])
        for state, words, cure in (
            ("restarting", "the service db keeps ending: shop cannot query", "services logs db"),
            ("exited", "the service db does not run: shop cannot query", "services start db"),
        ):
            with self.subTest(state):
                self.containers = {"db": state}
                (found,) = self.found(("shop",))
                self.assertEqual(found[:2], ("problem", words))
                self.assertIn(cure, found[2])
        self.volumes = []
        self.assertIn("there is no volume pocketpaas_service_db_1", self.found()[0][1])

    def test_one_that_is_stopped_matters_where_an_app_needs_it(self) -> None:
        self.containers = {}
        self.service("db", stopped="")
        self.assertEqual(self.found()[0][:2], ("note", "the service db is stopped"))
        self.link("db")
        self.assertEqual(self.found()[0][0], "problem")
        self.assertEqual(self.found(("blog",)), [])


class DataTest(ServiceCase):
    def test_whose_data(self) -> None:
        service = self.service("db")
        with self.assertRaisesRegex(Refused, "no app has data"):
            data.of(service, "-")
        self.link("db")
        self.assertEqual(data.of(service, "-").app, "shop")
        self.link("db", "blog")
        self.assertEqual(data.of(service, "blog").app, "blog")
        for app in ("-", "other", "../blog"):
            with self.subTest(app), self.assertRaises(Refused):
                data.of(service, app)

    def test_a_dump_is_read_as_it_is_or_unzipped(self) -> None:
        text = bytes(range(256)) * 2000
        for given in (
            io.BytesIO(text),
            io.BytesIO(gzip.compress(text)),
            io.BytesIO(gzip.compress(text[:9]) + gzip.compress(text[9:])),
        ):
            plain = incoming.Peeked(given)
            if plain.head.startswith(b"\x1f\x8b"):
                plain = incoming.Peeked(incoming.Unzipped(plain))
            found = b""
            while piece := plain.read1(1000):
                found += piece
            self.assertEqual(found, text)

    def test_a_part_never_counts_as_the_whole(self) -> None:
        text = gzip.compress(bytes(range(256)) * 2000)
        for cut in (text[:-1], text[:-9], text[: len(text) // 2], text[:12]):
            with self.subTest(len(cut)), self.assertRaisesRegex(Failed, "cut off"):
                found = incoming.Unzipped(incoming.Peeked(io.BytesIO(cut)))
                while found.read1():
                    pass

    def test_in_pieces_it_has_an_end(self) -> None:
        text = bytes(range(256)) * 400
        sent = b"".join(len(one).to_bytes(4, "big") + one for one in (text, b"a", text[:9]))
        for size in (1, 7, 65536, 1 << 30):
            found, pieces = b"", incoming.Pieces(io.BytesIO(sent + b"\0\0\0\0 and more"))
            while piece := pieces.read1(size):
                found += piece
            self.assertEqual((found, pieces.read1()), (text + b"a" + text[:9], b""))
        for cut in (0, 1, 3, 4, 5, len(text), len(sent) - 1, len(sent), len(sent) + 3):
            with self.subTest(cut), self.assertRaisesRegex(Failed, "the connection ended before all of it had come"):
                pieces = incoming.Pieces(io.BytesIO((sent + b"\0\0\0\0")[:cut]))
                while pieces.read1():
                    pass

    def test_what_is_no_text_is_no_sql(self) -> None:
        for given in (bytes(9000), "CREATE TABLE t (n int);".encode("utf-16"), gzip.compress(bytes(9000))):
            with self.assertRaisesRegex(Refused, "neither a dump of postgres nor SQL"):
                data.restore(Mock(), Link(self.service("db"), "shop"), "c0ffee", io.BytesIO(given))

    def test_an_archive_of_tar_is_named(self) -> None:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            archive.addfile(tarfile.TarInfo("toc.dat"), io.BytesIO())
        for given in (packed.getvalue(), gzip.compress(packed.getvalue())):
            with self.assertRaisesRegex(Refused, "is a tar archive") as refused:
                data.restore(Mock(), Link(self.service("db"), "shop"), "c0ffee", io.BytesIO(given))
            self.assertIn("custom format is taken (-Fc)", refused.exception.cure)

    def test_a_dump_leaves_room_on_the_disk(self) -> None:
        free = [300 << 10]
        given = reader.WithRoom(Mock(), incoming.Peeked(io.BytesIO(bytes(4 << 20))))
        given._place = self.paths.root
        with patch.object(reader.disk, "free_kilobytes", lambda _: free[0]):
            given.refuse_short()
            self.assertTrue(given.read1())
            free[0] = 200 << 10
            with self.assertRaisesRegex(Failed, "nearly full .200 MB free."):
                while given.read1():
                    pass
            self.assertLessEqual(given._read, 1 << 20)

    def test_what_is_short_of_room_is_refused_before_the_server_is_touched(self) -> None:
        with patch.object(reader, "engine_directory", lambda _: self.paths.root), patch.object(
            reader.disk, "free_kilobytes", lambda _: 1
        ), patch.object(scripts, "must") as ran, self.assertRaisesRegex(Failed, "nearly full"):
            data.restore(Mock(), Link(self.service("db"), "shop"), "c0ffee", io.BytesIO(b"PGDMP" * 200))
        ran.assert_not_called()

    def test_a_damaged_one(self) -> None:
        text = bytearray(gzip.compress(b"x" * 5000))
        text[14] ^= 255
        with self.assertRaises(Failed):
            found = incoming.Unzipped(incoming.Peeked(io.BytesIO(bytes(text))))
            while found.read1():
                pass


class ScriptsTest(HostCase):
    def test_no_password_is_an_argument_or_a_variable(self) -> None:
        """It comes on standard input; what is given on as an argument are names."""
        for name in rules.services():
            for script in sorted(kinds.named(self.paths, name).scripts.iterdir()):
                text = script.read_text(encoding="utf-8")
                if script.name == "console":
                    # A prompt of Redis takes its password from nowhere else; the process is inside the container.
                    continue
                self.assertNotRegex(text, r"(PGPASSWORD|MYSQL_PWD|REDISCLI_AUTH)=", script)
                if "$password" in text:
                    self.assertIn("read -r password", text, script)


class InTurnTest(ServiceCase):
    """With a real shell, and scripts that say what they were given."""

    def in_turn(self, *calls: tuple[str, ...], given: str = "pass") -> tuple[int, Ended]:
        def run(_engine: object, _inside: str, words: Sequence[str], _user: str, line: bytes, _seconds: float) -> Ended:
            ended = subprocess.run(words, input=line, capture_output=True, timeout=30)
            return Ended(ended.returncode, ended.stdout, ended.stderr)

        texts = {
            "say": "#!/bin/sh\nread -r line\nprintf '%s\\n' \"$0 $# $line\"\nprintf '<%s>' \"$@\"\n",
            "ignore": "#!/bin/sh\nexit 0\n",
            "fail": '#!/bin/sh\ncat >/dev/null\necho "no: $1" >&2\nexit 3\n',
            "die": "#!/bin/sh\nkill -9 $PPID\nexit 0\n",
        }
        with patch.object(kinds.Kind, "script", lambda _kind, name: texts[name]), patch.object(execs, "run", run):
            return scripts.in_turn(Mock(), self.service("db"), "c0ffee", calls, given)

    def test_each_gets_its_arguments_and_the_same_line(self) -> None:
        odd = ("a b", "$(exit 9)", "'\"\\", "", "#!/bin/sh", "-x", "ü\n2")
        done, ended = self.in_turn(("ignore",), ("say", *odd), ("say", *map(str, range(12))), given="p'$(x)\\n")
        self.assertEqual((done, ended.code, ended.err), (3, 0, b""))
        first = "say 7 p'$(x)\\n\n" + "".join(f"<{one}>" for one in odd)
        self.assertEqual(ended.out.decode(), first + "say 12 p'$(x)\\n\n" + "".join(f"<{one}>" for one in range(12)))

    def test_the_one_that_fails_is_known_and_none_runs_after_it(self) -> None:
        for calls, done in (([("fail", "x"), ("say",)], 0), ([("say",), ("ignore",), ("fail", "x"), ("say",)], 2)):
            with self.subTest(done):
                counted, ended = self.in_turn(*calls)
                self.assertEqual((counted, ended.ok, ended.complaint), (done, False, "no: x"))
                self.assertEqual(ended.out.count(b"say"), 1 if done else 0)

    def test_of_one_that_was_killed_nothing_counts(self) -> None:
        counted, ended = self.in_turn(("ignore",), ("die",), ("say",))
        self.assertEqual((counted, ended.ok), (0, False))


class SettlingTest(ServiceCase):
    """What a cut restore of data has left is ended when it shows, by the timer where nobody starts the service."""

    def asked(self, left: str, *, held: bool = False, code: int = 0, kind: str = "mariadb") -> tuple[list[str], bool]:
        volume = self.paths.root / "volume"
        if volume.exists():
            shutil.rmtree(volume)
        self.tree(volume, {left: ""})
        self.link("db")
        self.tree(self.paths.service("db"), {"type": kind, "major": "10.11"})
        names: list[str] = []

        def inside(engine: object, service: object, running: object, name: str, *words: str, **more: object) -> Ended:
            names.append(name)
            return Ended(code if name == "settle" else 0, b"lost\n" if name == "settle" else b"", b"no")

        found = container.Found("c0ffee", "running", "1", "")
        self.reporter = Mock()
        with patch.object(volumes, "mount_of", return_value=volume), patch.object(
            scripts, "inside", inside
        ), patch.object(container, "find", return_value=found), patch.object(
            container, "is_kept_up", return_value=True
        ), patch.object(
            locks, "take", return_value=None if held else Mock()
        ):
            good = sweep(self.paths, Mock(), self.reporter)
        return names, good

    def test_only_what_was_cut_is_ended(self) -> None:
        self.assertEqual(self.asked("ibdata1"), ([], True))
        self.assertEqual(self.asked("pocketpaas-swap-app_shop", held=True), ([], True))
        self.assertEqual(self.asked("pocketpaas-swap-app_shop"), (["ready", "settle"], True))
        self.reporter.output.assert_called_once_with(b"lost")
        self.reporter.warn.assert_not_called()
        self.asked("pocketpaas-swap-app_shop", code=1)
        self.assertIn("stays locked", self.reporter.warn.call_args[0][0])

    def test_what_was_brought_and_not_taken_is_removed_when_nobody_restores(self) -> None:
        for kind, left in (
            ("mariadb", "app_shop@0024new/db.opt"),
            ("mysql", "app_shop@0024new@0024old/t.ibd"),
            ("postgres", "17/docker/pocketpaas-new-app_shop.new"),
        ):
            with self.subTest(kind):
                self.assertEqual(self.asked(left, kind=kind, held=True), ([], True))
                self.assertEqual(self.asked(left, kind=kind), (["ready", "settle"], True))
        for kind, own in (("mariadb", "app_shop/t.ibd"), ("postgres", "17/docker/PG_VERSION")):
            with self.subTest(own):
                self.assertEqual(self.asked(own, kind=kind), ([], True))

    def test_what_cannot_go_yet_does_not_hide_why_a_dump_is_not_taken(self) -> None:
        self.link("db")
        with patch.object(scripts, "inside", side_effect=Overtime(60)) as inside:
            settling.clear(Mock(), store.need(self.paths, "db"), "c0ffee", "app_shop.new")
        self.assertEqual(inside.call_args[0][3:], ("drop-database", "app_shop.new"))


class MariaDbSwapTest(HostCase):
    """The script with a client that says what it is told to: a question that fails is no "nothing there"."""

    client = """#!/bin/sh
text=$(cat)
printf '%s\\n' "$text" >>"$ASKED"
case $text in
*"$FAILS"*) [ -z "$SAYS" ] || echo "$SAYS" >&2; exit 1 ;;
*information_schema.columns*) ;;
*"concat('"*information_schema.tables*)
  quoted=", [^)]*), '"
  printf '%s\\n' "$text" | sed -n "s/.*concat('\\([^']*\\)'$quoted\\([^']*\\)'$quoted\\(.,\\)').*/\\1t\\2t\\3/p" ;;
*information_schema.tables*'$old'*) if grep -q "$MOVED" "$ASKED"; then echo t; fi ;;
*information_schema.tables*) echo t ;;
*information_schema.schemata*) echo CHARACTER SET utf8mb4 ;;
esac
"""

    says = ""

    def swap(self, fails: str, dump: int = 0, script: str = "swap", moved: str = "^SET .*RENAME") -> tuple[int, str]:
        tools, asked = self.paths.root / "tools", self.paths.root / "asked"
        self.tree(tools, {"mariadb": self.client, "mariadb-dump": f"#!/bin/sh\nexit {dump}\n"})
        for name in ("mariadb", "mariadb-dump"):
            (tools / name).chmod(0o755)
        asked.write_text("")
        scripts = Path(values.__file__).parents[2] / "services" / "mariadb"
        text = (scripts / "common").read_text() + (scripts / script).read_text()
        ended = subprocess.run(
            ["/bin/sh", "-c", text.replace("/var/lib/mysql", str(tools)), script, "app", "app.new"],
            env={
                "PATH": f"{tools}:/usr/bin:/bin",
                "ASKED": str(asked),
                "FAILS": fails,
                "MOVED": moved,
                "SAYS": self.says,
            },
            stderr=subprocess.DEVNULL,
            timeout=30,
        )
        return ended.returncode, asked.read_text()

    def plan(self) -> list[str]:
        return sorted(one.name for one in (self.paths.root / "tools").glob("pocketpaas-swap*"))

    def test_the_tables_change_places(self) -> None:
        code, asked = self.swap("no such text")
        self.assertEqual(code, 0)
        self.assertIn("RENAME TABLE `app`.`t` TO `app$new$old`.`t`,\n`app$new`.`t` TO `app`.`t`;", asked)
        self.assertEqual(self.plan(), [])

    def test_what_a_killed_one_has_dropped_is_made_again(self) -> None:
        for moved, made in (("no such text", "the old view"), (".", "the new view")):
            with self.subTest(moved):
                plan = {"": "1 0\ntables\n", ".old": "the old view\n", ".new": "the new view\n"}
                self.tree(
                    self.paths.root / "tools", {f"pocketpaas-swap-app{name}": text for name, text in plan.items()}
                )
                code, asked = self.swap("no such text", script="database", moved=moved)
                self.assertEqual(code, 0)
                self.assertEqual([line for line in asked.splitlines() if line.startswith("the ")], [made])
                self.assertIn("DROP DATABASE IF EXISTS `app$new$old`; DROP DATABASE IF EXISTS `app$new`;", asked)
                self.assertEqual(self.plan(), [])

    def test_definitions_that_cannot_be_made_are_kept(self) -> None:
        plan = {"": "1 0\ntables\n", ".old": "the old view\n", ".new": "the new view\n"}
        self.tree(self.paths.root / "tools", {f"pocketpaas-swap-app{name}": text for name, text in plan.items()})
        for self.says in ("", "ERROR 1205 (HY000) at line 1: Lock wait timeout exceeded", "ERROR 2013 (HY000): Lost"):
            with self.subTest(self.says):
                code, asked = self.swap("the old view", script="database", moved="no such text")
                self.assertNotEqual(code, 0)
                self.assertNotIn("DROP DATABASE", asked)
                self.assertEqual(len(self.plan()), 3)

    def test_definitions_that_can_never_be_made_are_told_and_no_more_in_the_way(self) -> None:
        self.says = "ERROR 1146 (42S02) at line 1: Table 'app.t' doesn't exist"
        for script in ("database", "settle"):
            with self.subTest(script):
                plan = {"": "1 0\ntables\n", ".old": "the old view\n", ".new": "the new view\n", ".logins": "app_1\n"}
                self.tree(
                    self.paths.root / "tools", {f"pocketpaas-swap-app{name}": text for name, text in plan.items()}
                )
                code, asked = self.swap("the old view", script=script, moved="no such text")
                self.assertEqual(code, 0)
                self.assertIn("ALTER USER IF EXISTS 'app_1'@'%' ACCOUNT UNLOCK;", asked)
                self.assertIn("DROP DATABASE IF EXISTS `app$new`", asked)
                self.assertEqual(self.plan(), [])
                lost = (self.paths.root / "tools" / "pocketpaas-lost-app.sql").read_text()
                self.assertEqual((lost.splitlines()[0], lost.splitlines()[-1]), ("the old view", f"-- {self.says}"))

    def test_tables_that_cannot_be_listed_are_no_empty_database(self) -> None:
        code, asked = self.swap("information_schema.tables")
        self.assertNotEqual(code, 0)
        self.assertNotIn("RENAME", asked)

    def test_nothing_is_dropped_whose_definition_could_not_be_read(self) -> None:
        for fails, dump in (("no such text", 2), ("information_schema.views", 0), ("information_schema.triggers", 0)):
            with self.subTest(fails=fails, dump=dump):
                code, asked = self.swap(fails, dump)
                self.assertNotEqual(code, 0)
                self.assertNotIn("RENAME", asked)


class MariaDbRestoreTest(HostCase):
    """What the script gives the client, by this machine's awk. The client keeps what it gets as the account of the
    restore, and answers the end's question."""

    client = """#!/bin/sh
case "$*" in
*'--user=app_$new '*)
  cat >"$GOT"
  sed -n "s/^SELECT '\\(whole .*\\)';$/\\1/p" "$GOT"
  ;;
*)
  case $(cat) in
  *schemata*) echo CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ;;
  *max_allowed_packet) echo 16777216 ;;
  *'count(*)'*' OR db IN '*) echo 0 ;;
  *) echo 1 ;;
  esac
  ;;
esac
"""

    def restore(self, text: bytes) -> tuple[int, str, bytes]:
        tools, got = self.paths.root / "tools", self.paths.root / "got"
        self.tree(tools, {"mariadb": self.client, "mariadb-dump": "#!/bin/sh\n"})
        for tool in tools.iterdir():
            tool.chmod(0o755)
        self.tree(self.paths.root, {"password": "secret"})
        scripts = Path(values.__file__).parents[2] / "services" / "mariadb"
        script = (scripts / "common").read_text() + (scripts / "restore").read_text()
        for place, ours in (("/tmp/pocketpaas-restore", "work"), ("/run/pocketpaas/password", "password")):
            script = script.replace(place, str(self.paths.root / ours))
        ended = subprocess.run(
            ["/bin/sh", "-c", script, "restore", "plain", "app", "app.new"],
            env={"PATH": f"{tools}:/usr/bin:/bin", "GOT": str(got)},
            input=text,
            capture_output=True,
            timeout=30,
        )
        said, end = ended.stderr.decode("utf-8", "replace").strip(), b"\nSET TRANSACTION READ WRITE;\n"
        return ended.returncode, said, got.read_bytes().partition(end)[0]

    def test_what_is_inside_a_value_stays(self) -> None:
        for value in (
            b"'first\nuse shop;\nCREATE DATABASE of flowers\nit''s \\' done\r\nDEFINER=`a`@`b`'",
            b"\"two\nUSE 'three';\n/*!40101 DEFINER=`a`@`b` */\nDELIMITER $$\n\"",
            b"'\\\\', '\nSET @@GLOBAL.x = 1;\n', `use`, '--', '/*', '#'",
            b"/* it's\nuse four;\n*/ 1 -- don't",
            b"1--'\nuse five;\n'",
        ):
            text = b"INSERT INTO t VALUES (" + value + b"\n);\nSELECT 1;\n"
            for head in (b"", b"-- MariaDB dump 10.19\n"):
                with self.subTest(value=value, head=head):
                    whole = head + text + (b"-- Dump completed\n" if head else b"")
                    self.assertEqual(self.restore(whole), (0, "", whole))

    def test_what_names_another_database_goes(self) -> None:
        code, said, got = self.restore(
            b"/*!40000 DROP DATABASE IF EXISTS `a`*/;\r\nCREATE DATABASE a\n CHARACTER SET x;\n"
            b"USE `a`; SELECT 1;\nuse a\n"
            b"CREATE DEFINER=`r`@`%` PROCEDURE p() SELECT 'DEFINER=`r`@`%`';\nALTER DATABASE `a` COLLATE x;\n"
            b"SET @@GLOBAL.GTID_PURGED='a-1,\nb-2';\n/*!50001 CREATE ALGORITHM=X */\n/*!50013 DEFINER=`r`@`h` SQL */\n"
            b"/*!50001 VIEW v AS SELECT 1 */;\n"
        )
        self.assertEqual((code, said), (0, ""))
        self.assertEqual(
            got,
            b"SELECT 1;\nCREATE  PROCEDURE p() SELECT 'DEFINER=`r`@`%`';\nALTER DATABASE COLLATE x;\n"
            b"/*!50001 CREATE ALGORITHM=X */\n/*!50013  SQL */\n/*!50001 VIEW v AS SELECT 1 */;\n",
        )

    def test_one_that_is_cut_is_known(self) -> None:
        early = "the dump ends too early: its last"
        for text, why in (
            (b"SELECT 1", f"{early} statement has no end"),
            (b"SELECT 'a;\n", f"{early} statement has no end"),
            (b"SELECT 1;\n/* a;\n", f"{early} statement has no end"),
            (b"DELIMITER ;;\nCREATE PROCEDURE p() BEGIN SELECT 1;\n", f"{early} statement has no end"),
            (b"-- MySQL dump 8\nSELECT 1;\n", f"{early} line is not there"),
            (b"-- MySQL dump 8\nSELECT '\n-- Dump completed\n", f"{early} line is not there"),
            (b"-- nothing\n", "there is no statement in the dump"),
            (b"USE a;\nSELECT 1;\nUSE b;\n", "the dump holds several databases: a and b"),
        ):
            with self.subTest(text):
                self.assertEqual(self.restore(text)[:2], (1, why))

    def test_the_current_row_of_a_versioned_table_stays_the_current_one(self) -> None:
        on = b"/*M!101100 SET @old_system_versioning_insert_history=1, @@system_versioning_insert_history=1 */;\n"
        off = b"/*M!101100 SET system_versioning_insert_history=@old_system_versioning_insert_history */;\n"
        row = b"INSERT INTO `t` VALUES (1,'2106-02-07 06:28:15.999999');\n"
        _, _, got = self.restore(on + row + off + row)
        self.assertEqual(got, on + row.replace(b"2106-02-07 06:28:15", b"2038-01-19 03:14:07") + off + row)


class PostgresRestoreTest(HostCase):
    """The script with a client that keeps what it is told by the login of the restore, and does nothing."""

    def restore(self, dump: str) -> tuple[int, str, str]:
        tools, told = self.paths.root / "tools", self.paths.root / "told"
        client = (
            '#!/bin/sh\ncase "$*" in --version) exit ;; *"-U app_x.new"*) ;; *) cat >/dev/null; exit ;; esac\n'
            "text=$(cat)\n"
            'case $text in ANALYZE) exit ;; esac\nprintf \'%s\\n\' "$text" | sed 1d >"$TOLD"\n'
            'sed -n "s/.*IS NULL THEN \'\\([^\']*\\)\'.*/\\1/p" "$TOLD"\n'
        )
        self.tree(tools, {"psql": client})
        (tools / "psql").chmod(0o755)
        told.write_text("")
        scripts = Path(values.__file__).parents[2] / "services" / "postgres"
        text = (scripts / "common").read_text() + (scripts / "restore").read_text()
        ended = subprocess.run(
            ["/bin/sh", "-c", text.replace("/tmp/restore.", f"{tools}/"), "restore", "plain", "app_x", "app_x.new"],
            env={"PATH": f"{tools}:/usr/bin:/bin", "TOLD": str(told), "PGDATA": str(tools)},
            input=dump.encode(),
            capture_output=True,
            timeout=30,
        )
        return ended.returncode, told.read_text().rpartition("\nSELECT CASE")[0], ended.stderr.decode().strip()

    def test_what_looks_like_a_statement_stays_where_it_is_none(self) -> None:
        lines = "GRANT a TO b;\n\\connect shop\nCREATE DATABASE z;\nALTER TABLE x OWNER TO y;\n\\restrict a\n"
        for dump in (
            f"INSERT INTO t VALUES ('it''s\n{lines}', 'b');\n",
            f"INSERT INTO t VALUES (E'it\\'s\n{lines}it''s \\\n{lines}', 'b');\n",
            f"SET standard_conforming_strings = off;\nINSERT INTO t VALUES ('it\\'s\n{lines}');\n",
            f"INSERT INTO t VALUES ('odd $$ here', 'C:\\', '-- no', '/* no');\nINSERT INTO t VALUES ('\n{lines}');\n",
            f'CREATE TABLE "a\n{lines}" (b text);\n',
            f"CREATE FUNCTION f() AS $x$ it's $$\n{lines}$x$ LANGUAGE sql;\n",
            f"/* it's /* nested */\n{lines}*/\nSELECT 1;\n",
            f"COPY t (a) FROM stdin;\n{lines}it's $$ \\N\n\\.\nSELECT 1;\n",
            "ALTER TABLE t ALTER COLUMN c SET DEFAULT ' OWNER TO x;';\nCOMMENT ON TABLE t IS '\nREVOKE a FROM b;\n';\n",
            "SELECT 1; -- it's\nSELECT a$$, $1 FROM \"it's\";\n",
        ):
            with self.subTest(dump):
                self.assertEqual(self.restore(dump), (0, dump, ""))

    def test_what_the_own_server_of_a_dump_alone_can_take_is_left_out(self) -> None:
        for dump in (
            "GRANT a TO b;\n",
            "ALTER TABLE public.x OWNER TO y;\n",
            "\\connect shop\n",
            "CREATE DATABASE z;\n",
            "COMMENT ON DATABASE z IS 'it''s\nGRANT; a TO b;\n';\n",
            "ALTER DEFAULT PRIVILEGES FOR ROLE a\n  GRANT ALL ON TABLES TO b;\n",
            "\\restrict abc\n\\unrestrict abc\n",
            "GRANT a TO b; REVOKE a FROM b;\n",
        ):
            with self.subTest(dump):
                self.assertEqual(self.restore(f"SELECT 1;\n{dump}SELECT 2;\n"), (0, "SELECT 1;\nSELECT 2;\n", ""))
        self.assertEqual(self.restore("GRANT a TO b; SELECT 2;\n")[1], "SELECT 2;\n")

    def test_a_dump_that_was_cut_off_is_known(self) -> None:
        for dump, what in (
            ("INSERT INTO t VALUES ('a;\n", "text has no end"),
            ("INSERT INTO t VALUES (E'a\\';\n", "text has no end"),
            ('SELECT 1 AS "a;\n', "name has no end"),
            ("SELECT 1; /* a;\n", "comment has no end"),
            ("DO $x$ a $$;\n", "function has no end"),
            ("COPY t FROM stdin;\na;\n", "rows have no end"),
            ("SELECT 1;\nSELECT '2;'\n", "statement has no end"),
            ("-- PostgreSQL database dump\nSELECT '\n-- PostgreSQL database dump complete\n';\n", "line is not there"),
        ):
            with self.subTest(dump):
                code, _, said = self.restore(dump)
                self.assertEqual((code, said), (1, f"the dump ends too early: its last {what}"))


class RedisStartTest(HostCase):
    """What a container of Redis runs, with a server that says which data it has found."""

    def setUp(self) -> None:
        super().setUp()
        self.data, self.tools = self.paths.root / "data", self.paths.root / "tools"
        scripts = Path(values.__file__).parents[2] / "services" / "redis"
        password = self.paths.root / "password"
        self.script = (scripts / "start").read_text().replace("/data", str(self.data))
        self.script = self.script.replace("/run/pocketpaas/password", str(password))
        self.tree(self.paths.root, {"password": "secret"})
        # It answers as soon as it is said to, and ends when it has answered, or does not.
        server = (
            "#!/bin/sh\ncat dump.rdb 2>/dev/null\n"
            "for n in $(seq 50); do [ -d before ] || [ -d trial.read ] || exit 0; sleep 0.1; done\n"
        )
        self.tree(
            self.tools, {"docker-entrypoint.sh": server, "redis-cli": '#!/bin/sh\ncat >/dev/null\necho "$ANSWER"\n'}
        )
        for tool in self.tools.iterdir():
            tool.chmod(0o755)

    def start(self, answers: bool, **files: str) -> tuple[str, dict[str, str]]:
        """What the server has found, and what is left afterwards; the files are there before."""
        self.tree(self.data, {name.replace("_", "/").replace("0", "."): text for name, text in files.items()})
        environment = {"PATH": f"{self.tools}:/usr/bin:/bin", "ANSWER": "PONG" if answers else "LOADING"}
        running = subprocess.Popen(
            ["/bin/sh", "-c", self.script, "redis-server"],
            env=environment,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            if answers or not (self.data / "restore.rdb").exists():
                running.wait(30)
            else:
                while (self.data / "restore.rdb").exists():
                    self.assertIsNone(running.poll())
        finally:
            # A container takes all that is in it with it.
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
        found, _ = running.communicate(timeout=30)
        left = {str(one.relative_to(self.data)): one.read_text() for one in self.data.rglob("*") if one.is_file()}
        self.assertIn("user default on >secret", left.pop("users.acl"))
        return found.decode(), left

    def test_what_was_restored_is_kept_once_the_server_has_answered(self) -> None:
        self.assertEqual(
            self.start(True, dump0rdb="old", restore0rdb="new", restore0failed=""), ("new", {"dump.rdb": "new"})
        )
        self.assertEqual(self.start(True), ("new", {"dump.rdb": "new"}))

    def test_one_that_ends_before_has_the_old_data_again(self) -> None:
        _, left = self.start(False, dump0rdb="old", restore0rdb="new", restore0failed="")
        self.assertEqual(left, {"dump.rdb": "new", "before/dump.rdb": "old", "restore.failed": ""})
        self.assertEqual(self.start(True), ("old", {"dump.rdb": "old", "restore.failed": ""}))

    def test_one_that_had_none_has_none_again(self) -> None:
        _, left = self.start(False, restore0rdb="new", restore0failed="")
        self.assertEqual(left, {"dump.rdb": "new", "before/none": "", "restore.failed": ""})
        self.assertEqual(self.start(True), ("", {"restore.failed": ""}))

    def test_whatever_step_a_kill_came_after(self) -> None:
        for files in (
            {"before_dump0rdb": "old"},
            {"before_dump0rdb": "old", "dump0rdb": "another that nobody has read"},
        ):
            with self.subTest(files):
                _, left = self.start(False, **files, restore0rdb="new", restore0failed="")
                self.assertEqual(left, {"dump.rdb": "new", "before/dump.rdb": "old", "restore.failed": ""})
                self.assertEqual(self.start(True), ("old", {"dump.rdb": "old", "restore.failed": ""}))
                (self.data / "restore.failed").unlink()
        # It has the old data again already, and was killed before it could remove what said so.
        (self.data / "before").mkdir()
        self.assertEqual(self.start(True), ("old", {"dump.rdb": "old"}))

    def test_what_cannot_be_kept_is_not_replaced(self) -> None:
        self.tree(self.tools, {"mkdir": "#!/bin/sh\nexit 1\n"})
        (self.tools / "mkdir").chmod(0o755)
        found, left = self.start(True, dump0rdb="old", restore0rdb="new", restore0failed="")
        self.assertEqual((found, left), ("old", {"dump.rdb": "old", "restore.failed": ""}))

    def test_what_a_crash_has_left_goes(self) -> None:
        left = self.start(True, dump0rdb="old", core="x", core017="x", trial0x_dump0rdb="x", app0new0rdb="x")[1]
        self.assertEqual(left, {"dump.rdb": "old", "app.new.rdb": "x"})


class ReadingTest(ServiceCase):
    """A restore into a server that reads it when it starts."""

    def setUp(self) -> None:
        super().setUp()
        self.fake = FakeEngine(self.paths.root)
        self.fake.begin()
        self.addCleanup(self.fake.end)
        self.engine = Engine(self.paths, self.fake.socket, self.fake.pid_file)
        self.cache = self.service("cache", type="redis", major="8")
        self.ran: list[tuple[str, str]] = []
        self.code, self.restored = 0, Ended(0, b"", b"")
        self.exchange: Callable[[], None] | None = None
        self.put("running", spec.container(self.cache).command or ())

        def inside(_engine: object, _service: object, place: str, script: str, *_: str, **_more: object) -> Ended:
            self.ran.append((place, script))
            return self.restored if script == "restored" else Ended(137 if script == "swap" else 0, b"", b"")

        def stream(_engine: object, _service: object, place: str, script: str, *_: str, **_more: object) -> int:
            self.ran.append((place, script))
            return self.code

        for name, function in (("inside", inside), ("must", inside), ("stream", stream)):
            patcher = patch.object(scripts, name, function)
            patcher.start()
            self.addCleanup(patcher.stop)

    def put(self, state: str, command: Sequence[str], restarts: int = 0) -> None:
        wanted = replace(spec.container(self.cache), command=tuple(command))
        self.fake.containers.clear()
        self.server = containers.create(self.engine, wanted)
        self.fake.containers[self.server] |= {"State": {"Status": state}, "RestartCount": restarts}

    def restore(self) -> str:
        running = reading.fillable(self.engine, self.cache)
        dump = io.BytesIO(b"REDIS0011 and more")
        return data.restore(self.engine, Link(self.cache, "shop"), running, dump, exchange=self.exchange)

    def scripts_in(self, place: str) -> list[str]:
        return [script for inside, script in self.ran if inside == place]

    def test_it_is_done_in_the_server_itself(self) -> None:
        self.assertEqual(self.restore(), self.server)
        self.assertEqual(self.scripts_in(self.server), ["database", "restore", "swap", "ready", "restored"])

    def test_who_stops_it_before_the_exchange_leaves_nothing_of_it(self) -> None:
        self.exchange = Mock(side_effect=Cancelled)
        with self.assertRaises(Cancelled):
            self.restore()
        self.assertEqual(self.scripts_in(self.server), ["database", "restore", "drop-database"])

    def test_who_stops_it_in_the_exchange_is_heard_when_that_has_ended(self) -> None:
        def stop(*_: object) -> None:
            self.assertEqual(self.scripts_in(self.server)[-1], "restored", "before the data can be read")
            raise Cancelled

        signal.signal(signal.SIGTERM, stop)
        restored = reading.await_read

        def await_read(*words: Any) -> str:
            os.kill(os.getpid(), signal.SIGTERM)
            return restored(*words)

        with patch.object(reading, "await_read", await_read), self.assertRaises(Cancelled):
            self.restore()
        self.assertEqual(self.scripts_in(self.server), ["database", "restore", "swap", "ready", "restored"])

    def test_one_that_took_the_old_data_back_is_a_failure(self) -> None:
        self.restored = Ended(1, b"", b"it ended while it read it\n")
        with self.assertRaisesRegex(Failed, "could not be restored: it ended while it read it") as failed:
            self.restore()
        self.assertEqual(failed.exception.cure, "the data of shop is as it was")

    def test_one_that_does_not_come_up_is_filled_from_beside_it(self) -> None:
        for state, restarts, code in (("restarting", 9, 0), ("exited", 0, 0), ("restarting", 9, 1)):
            with self.subTest(state, code=code):
                self.ran, self.code = [], code
                self.put(state, spec.container(self.cache).command or (), restarts)
                if code:
                    with self.assertRaisesRegex(Failed, "could not be restored"):
                        self.restore()
                else:
                    self.assertEqual(self.restore(), self.server)
                beside = self.ran[0][0]
                self.assertNotEqual(beside, self.server)
                self.assertEqual(self.scripts_in(beside)[:2], ["database", "restore"])
                self.assertEqual(self.scripts_in(beside)[2:], ["drop-database"] if code else ["swap"])
                # Whatever came of it, it runs again, and nothing is beside it.
                self.assertEqual(list(self.fake.containers), [self.server])
                self.assertEqual(self.fake.containers[self.server]["State"]["Status"], "running")

    def test_one_that_somebody_stopped_stays_so(self) -> None:
        self.put("exited", ())
        self.tree(self.cache.directory, {"stopped": ""})
        with self.assertRaisesRegex(Refused, "does not run"):
            self.restore()

    def test_one_that_the_engine_lets_wait_is_started_again(self) -> None:
        answers = scripts.inside

        def inside(engine: Engine, service: store.Service, place: str, script: str, *words: str) -> Ended:
            if self.fake.containers[place]["State"]["Status"] != "running":
                raise EngineError(409, "Container is restarting, wait until the container is running")
            return answers(engine, service, place, script, *words)

        self.put("restarting", spec.container(self.cache).command or (), 4)
        self.tree(self.cache.directory, {"restarts": f"{self.server} 4"})
        self.fake.on_start = lambda name: self.fake.containers[name].update(RestartCount=0)
        with patch.object(scripts, "inside", inside), patch.object(reading, "_ENGINE_SECONDS", 0.0):
            self.assertEqual(reading.await_read(self.engine, self.cache, self.server, "app_shop"), "")
        self.assertEqual(len(self.fake.asked("/restart$")), 1)
        self.assertEqual(values.read_or(self.cache.directory / "restarts", ""), f"{self.server} 0")

    def test_one_that_is_not_in_use_any_more_is_never_started(self) -> None:
        before = reading.fillable(self.engine, self.cache)
        self.fake.containers[before]["State"] = {"Status": "exited"}
        # An upgrade has taken place meanwhile.
        self.tree(self.cache.directory, {"generation": "2"})
        containers.create(self.engine, spec.container(self.cache))
        with self.assertRaisesRegex(Failed, "another server has taken the place of that of cache"):
            data.restore(self.engine, Link(self.cache, "shop"), before, io.BytesIO(b"REDIS0011 and more"))
        self.assertEqual(self.ran, [])
        self.assertEqual(self.fake.containers[before]["State"]["Status"], "exited")
        self.assertEqual(len(self.fake.containers), 2)

    def test_one_of_older_programs_is_made_anew_before(self) -> None:
        self.put("running", ("sh", "-c", "exec redis-server", "server"))
        new = self.restore()
        self.assertEqual(list(self.fake.containers), [new])
        self.assertEqual(self.fake.containers[new]["Config"]["Cmd"], list(spec.container(self.cache).command or ()))
        # It serves before anything is restored.
        self.assertEqual(self.scripts_in(new)[:3], ["ready", "restored", "database"])
