"""Bundles: made, sealed, found again; the slots and the switch."""

from __future__ import annotations

import os
import subprocess
import unittest

from fake_engine import EngineCase
from pocketpaas.engine.service_spec import TASK_SLOT
from pocketpaas.failure import BadRequest, CannotWrite, Damaged, Failed, Refused
from pocketpaas.release import bundle, layers, one_off, scale, seal, serving, slots, spec
from pocketpaas.state import names, values

COMMIT = "0123456789012345678901234567890123456789"


class ReleaseCase(EngineCase):
    """A build of the app shop in the operation's directory."""

    def setUp(self) -> None:
        super().setUp()
        self.tree(
            self.operation.work.directory,
            {
                "build/image": "sha256:" + "1" * 64,
                "build/base": "slug",
                "build/processes/web/command": "node server.js",
                "build/processes/worker/command": "node worker.js",
                "commit": COMMIT,
                "log": "|text\n+step\tbuild\tdone\n",
            },
        )
        self.where = self.paths.root

    def make(self, change: str = "A subject") -> int:
        number = bundle.open_release(self.operation, "deploy", change)
        root = self.where
        bundle.from_build(self.operation, number, root / "s", {"operator": root / "o", "shared": root / "all"})
        seal.seal(self.paths.release("shop", number))
        return number

    def live(self, release: int, slot: str = "blue") -> None:
        slots.prepare(self.paths, "shop", slot, release)
        slots.sync(self.paths, "shop", slot)
        slots.switch(self.paths, "shop", slot)

    def bundle(self, path: str, release: int = 1) -> str:
        return self.read(f"apps/shop/releases/{release}/{path}")


class BundleTest(ReleaseCase):
    def test_a_bundle_holds_what_the_release_needs(self) -> None:
        self.tree(
            self.where,
            {
                "s/processes/web/command": "node --cool server.js",
                "s/processes/web/memory": "1048576",
                "s/processes/web/scale": "3",
                "s/processes/-x/command": "no",
                "s/release": "node migrate.js",
                "s/check/port": "8080",
                "s/env/A": "manifest",
                "s/env.json/A": '"A=manifest"',
                "s/env/B": "b\n",
                "s/env.json/B": '"B=b\\n"',
                "o/env/A": "operator",
                "o/env.json/A": '"A=operator"',
                "o/pending-id": "one",
                "all/env/A": "shared",
                "all/env.json/A": '"A=shared"',
                "all/env/C": "shared",
                "all/env.json/C": '"C=shared"',
            },
        )
        self.assertEqual(self.make(), 1)
        found = self.paths.release("shop", 1)
        self.assertEqual(bundle.types(found), ["web", "worker"])
        self.assertTrue(bundle.has_web(found))
        self.assertEqual(self.bundle("processes/web/command"), "node --cool server.js")
        self.assertEqual(self.bundle("processes/worker/command"), "node worker.js")
        self.assertEqual(self.bundle("processes/web/memory"), "1048576")
        self.assertFalse((found / "processes/web/scale").exists())
        self.assertEqual(self.bundle("settings/processes/web/scale"), "3")
        self.assertEqual(self.bundle("release"), "node migrate.js")
        self.assertEqual(self.bundle("port"), "8080")
        self.assertEqual(self.bundle("env/A"), "operator")
        self.assertEqual(self.bundle("environment"), '"A=operator","B=b\\n","C=shared"')
        self.assertEqual(layers.environment(found), ("A=operator", "B=b\n", "C=shared"))
        self.assertEqual(self.bundle("shared/env/A"), "shared")
        self.assertEqual(self.bundle("operator/pending-id"), "one")
        self.assertEqual((self.bundle("status"), self.bundle("who")), ("pending", "ann"))
        self.assertEqual(self.bundle("build.log"), "builder: unknown\ntext\n")
        self.assertEqual((found / "processes/web/command").stat().st_mode & 0o777, 0o644)
        self.assertEqual((found / "release").stat().st_mode & 0o777, 0o644)
        self.assertEqual(found.stat().st_mode & 0o777, 0o700)
        merged = layers.merged({"shared": self.where / "all", "operator": self.where / "o"})
        self.assertEqual(merged, {"A": ("operator", "operator"), "C": ("shared", "shared")})

    def test_without_settings(self) -> None:
        self.make()
        self.assertEqual(self.bundle("port"), "5000")
        self.assertEqual(self.bundle("environment"), "")
        self.assertEqual(layers.environment(self.paths.release("shop", 1)), ())

    def test_an_environment_that_is_none_is_named(self) -> None:
        for text in ('"A=1', '"A=1",2'):
            self.state("apps/shop/releases/1/environment", text)
            with self.assertRaisesRegex(Damaged, "JSON strings"):
                layers.environment(self.paths.release("shop", 1))

    def test_two_releases_are_the_same_unless_something_that_runs_differs(self) -> None:
        self.make()
        self.make()
        self.tree(self.operation.work.directory, {"build/image": "sha256:" + "2" * 64})
        self.make()
        self.tree(self.operation.work.directory, {"build/image": "sha256:" + "1" * 64})
        self.tree(self.where, {"o/env/A": "1", "o/env.json/A": '"A=1"'})
        self.make()
        number = bundle.open_release(self.operation, "rollback", "rollback to v1")
        none = self.where / "none"
        bundle.from_release(self.operation, number, 1, {"operator": none, "shared": none})
        seal.seal(self.paths.release("shop", number))
        identities = [self.bundle("identity", release) for release in range(1, 6)]
        self.assertEqual(len(identities[0]), 65)
        self.assertEqual(identities[1], identities[0])
        self.assertEqual(len(set(identities)), 3)
        self.assertEqual(identities[4], identities[0])
        self.assertTrue(seal.same(self.paths, "shop", 1, 5))
        self.assertFalse(seal.same(self.paths, "shop", 1, 4))
        self.assertTrue(seal.same(self.paths, "shop", 1, 4, "environment"))
        self.assertFalse(seal.same(self.paths, "shop", 3, 4, "environment"))

    def test_what_tells_of_a_release_makes_no_difference_and_names_of_users_do(self) -> None:
        telling = "kind change set unset who when commit tree subject author inputs builder failure".split()
        for number in (1, 2):
            self.state(f"apps/shop/releases/{number}/image", "sha256:1")
            for name in telling:
                self.state(f"apps/shop/releases/{number}/{name}", str(number))
        self.assertTrue(seal.same(self.paths, "shop", 1, 2, "environment"))
        for where in ("volumes", "build/args"):
            for name in (*telling, "status", "sums"):
                with self.subTest(where, name=name):
                    path = f"apps/shop/releases/2/settings/{where}/{name}"
                    self.state(path, "/data")
                    self.assertFalse(seal.same(self.paths, "shop", 1, 2, "environment"))
                    (self.paths.release("shop", 2) / "settings" / where / name).unlink()

    def test_a_number_that_failed_stays_taken(self) -> None:
        self.make()
        self.operation.reporter.fail("check-failed", "the app answered 500")
        self.operation.take_back()
        self.assertEqual(self.bundle("status"), "failed")
        self.assertEqual(self.bundle("failure"), "the app answered 500")
        self.assertEqual(self.make(), 2)
        self.tree(self.operation.work.directory, {"cancelled": "bob"})
        self.operation.reporter.failure = ""
        self.operation.take_back()
        self.assertEqual(self.bundle("status", 2), "cancelled")
        self.assertEqual(self.bundle("failure", 2), "the work ended before it was through")
        self.assertEqual(self.make(), 3)
        self.operation.committed()
        self.operation.take_back()
        self.assertEqual(self.bundle("status", 3), "pending")

    def test_which_there_are(self) -> None:
        self.assertEqual(bundle.newest(self.paths, "shop"), 0)
        self.assertEqual(bundle.good(self.paths, "shop", 3), [])
        for number, status in ((1, "good"), (2, "failed"), (3, "good"), (9, "good"), (10, "good"), (11, "stored")):
            self.state(f"apps/shop/releases/{number}/status", status)
        self.state("apps/shop/releases/12/kind", "deploy")
        self.state("apps/shop/releases/.new/kind", "deploy")
        self.state("apps/shop/releases/012/kind", "deploy")
        self.assertEqual(bundle.newest(self.paths, "shop"), 12)
        self.assertEqual(bundle.good(self.paths, "shop", 3), [10, 9, 3])
        self.assertEqual(bundle.good_before(self.paths, "shop", 3), 1)
        self.assertIsNone(bundle.good_before(self.paths, "shop", 1))
        self.state("apps/shop/releases/10/status", "nonsense")
        with self.assertRaises(Damaged):
            bundle.good(self.paths, "shop", 1)

    def test_what_cannot_be_copied_is_told(self) -> None:
        number = bundle.open_release(self.operation, "deploy", "x")
        (self.operation.work.directory / "commit").unlink()
        os.mkfifo(self.operation.work.directory / "commit")
        with self.assertRaises(CannotWrite):
            bundle.from_build(
                self.operation, number, self.where / "s", {"operator": self.where / "o", "shared": self.where / "all"}
            )


class AdoptTest(ReleaseCase):
    def test_what_is_live_is_what_the_app_is_set_to(self) -> None:
        self.tree(
            self.paths.app("shop"),
            {
                "releases/3/settings/domains": "new.example.com\n",
                "releases/3/operator/env/A": "3",
                "releases/3/operator/env.json/A": '"A=3"',
                "releases/3/operator/pending-id": "one",
                "settings/domains": "old.example.com\n",
                "settings/release": "gone",
                "operator/env/B": "gone",
                "operator/domains": "kept.example.com\n",
                "operator/pending/id": "one",
                "operator/pending/env/A": "3",
            },
        )
        bundle.adopt(self.paths, "shop", 3)
        app = self.paths.app("shop")
        self.assertEqual(self.read("apps/shop/settings/domains"), "new.example.com\n")
        self.assertFalse((app / "settings/release").exists())
        self.assertEqual(self.read("apps/shop/operator/env/A"), "3")
        self.assertFalse((app / "operator/env/B").exists())
        self.assertEqual(self.read("apps/shop/operator/domains"), "kept.example.com\n")
        self.assertFalse((app / "operator/pending").exists())
        # What was kept since then waits on.
        self.tree(app, {"operator/pending/id": "two", "operator/pending/env/A": "3"})
        bundle.adopt(self.paths, "shop", 3)
        self.assertTrue((app / "operator/pending/env/A").exists())


class SealTest(ReleaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.tree(
            self.where,
            {
                "s/processes/web/command": "node server.js",
                "s/blobs/1a2b": "x",
                "s/env/A": "manifest",
                "s/env.json/A": '"A=manifest"',
                "o/env/A": "operator",
                "o/env.json/A": '"A=operator"',
                "o/env/status": "a variable of that name",
                "o/env.json/status": '"status=a variable of that name"',
            },
        )
        self.make()
        self.directory = self.paths.release("shop", 1)

    def shell(self, script: str) -> str:
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
        command = ["bash", "-euo", "pipefail", "-c", script]
        return subprocess.run(
            command, cwd=self.directory, env=environment, check=True, capture_output=True, text=True
        ).stdout

    def test_it_is_what_earlier_programs_wrote(self) -> None:
        # As they computed both: a rollback compares releases of different ages.
        identity = self.shell(
            """find . -type f ! -path './settings/blobs/*' ! -path './settings/env*' ! -path './env*/*' \\
                ! -path './operator/*' ! -path './shared/*' ! -name status ! -name kind ! -name change ! -name who \\
                ! -name when ! -name commit ! -name tree ! -name subject ! -name author ! -name inputs \\
                ! -name builder \\
                ! -name build.log ! -name failure ! -name identity ! -name sums -print0 |
                sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-64"""
        )
        self.assertEqual(self.bundle("identity"), identity)
        sums = self.shell(
            # They left out files of those names wherever they were, also where a user had chosen the name.
            """find . -type f ! -path ./status ! -path ./build.log ! -path ./identity ! -path ./sums -print0 | sort -z |
                xargs -0 sha256sum; sha256sum ./identity"""
        )
        self.assertEqual(self.bundle("sums"), sums)
        self.shell("sha256sum --check --quiet --strict sums")

    def test_a_damaged_release_is_named(self) -> None:
        seal.check_intact(self.paths, "shop", 1)
        seal.seal(self.directory)
        self.state("apps/shop/releases/1/processes/web/command", "rm -rf /")
        with self.assertRaisesRegex(Damaged, "processes/web/command is not what was written"):
            seal.check_intact(self.paths, "shop", 1)
        self.state("apps/shop/releases/1/processes/web/command", "node server.js")
        (self.directory / "image").unlink()
        with self.assertRaisesRegex(Damaged, "/image is not what was written"):
            seal.check_intact(self.paths, "shop", 1)
        self.state("apps/shop/releases/1/sums", "nonsense\n")
        with self.assertRaisesRegex(Damaged, "/sums is not what was written"):
            seal.check_intact(self.paths, "shop", 1)
        self.state("apps/shop/releases/1/sums", "")
        with self.assertRaisesRegex(Damaged, "is empty"):
            seal.check_intact(self.paths, "shop", 1)
        # Sealed by programs that kept no sums.
        (self.directory / "sums").unlink()
        seal.check_intact(self.paths, "shop", 1)

    def test_names_that_sha256sum_escapes(self) -> None:
        self.tree(self.directory, {"odd\\name": "x"})
        (self.directory / "identity").unlink()
        seal.seal(self.directory)
        self.shell("sha256sum --check --quiet --strict sums")
        seal.check_intact(self.paths, "shop", 1)
        self.tree(self.directory, {"odd\\name": "y"})
        with self.assertRaisesRegex(Damaged, "odd"):
            seal.check_intact(self.paths, "shop", 1)

    def test_what_cannot_be_stored(self) -> None:
        with self.assertRaises(CannotWrite):
            seal.seal(self.paths.release("shop", 9))


class SlotsTest(ReleaseCase):
    def test_the_switch_is_one_rename_that_nginx_can_see(self) -> None:
        self.assertIsNone(slots.live_slot(self.paths, "shop"))
        self.assertIsNone(slots.live_release(self.paths, "shop"))
        self.assertEqual(slots.idle_slot(self.paths, "shop"), "blue")
        self.live(3)
        self.assertEqual(slots.live_slot(self.paths, "shop"), "blue")
        self.assertEqual(slots.live_release(self.paths, "shop"), 3)
        self.assertEqual(slots.idle_slot(self.paths, "shop"), "green")
        slots.prepare(self.paths, "shop", "green", 4)
        self.assertEqual(slots.live_release(self.paths, "shop"), 3)
        slots.switch(self.paths, "shop", "green")
        self.assertEqual(slots.live_release(self.paths, "shop"), 4)
        app = self.paths.app("shop")
        self.assertTrue((app / "live/green").exists())
        self.assertFalse((app / "live/blue").exists())
        self.assertEqual((app / "slots/green").stat().st_mode & 0o777, 0o711)
        self.assertEqual(os.readlink(app / "live"), "slots/green")
        self.assertEqual(os.readlink(app / "slots/green/release"), "../../releases/4")
        slots.empty(self.paths, "shop", "blue")
        self.assertIsNone(slots.slot_release(self.paths, "shop", "blue"))

    def test_what_is_damaged_is_not_taken_for_an_app_that_was_never_live(self) -> None:
        app = self.paths.app("shop")
        (app / "live").symlink_to("slots/blue")
        with self.assertRaisesRegex(Damaged, "does not lead to a slot"):
            slots.live_release(self.paths, "shop")
        (app / "live").unlink()
        self.state("apps/shop/releases/1/status", "good")
        self.assertIsNone(slots.live_slot(self.paths, "shop"))
        self.state("apps/shop/releases/2/status", "good")
        with self.assertRaisesRegex(Damaged, "live is missing"):
            slots.live_slot(self.paths, "shop")
        self.live(2)
        (app / "slots/blue/release").unlink()
        with self.assertRaisesRegex(Damaged, "release is missing"):
            slots.live_release(self.paths, "shop")
        (app / "slots/blue/release").symlink_to("../../nonsense")
        with self.assertRaisesRegex(Damaged, "does not lead to a release"):
            slots.live_release(self.paths, "shop")

    def test_what_cannot_be_written(self) -> None:
        self.state("apps/shop/slots", "in the way")
        with self.assertRaises(CannotWrite):
            slots.prepare(self.paths, "shop", "blue", 1)
        with self.assertRaisesRegex(Failed, "the switch could not be written"):
            slots.sync(self.paths, "shop", "blue")
        (self.paths.app("shop") / "slots").unlink()
        self.live(1)
        (self.paths.app("shop") / "live").unlink()
        (self.paths.app("shop") / "live").mkdir()
        slots.prepare(self.paths, "shop", "green", 2)
        with self.assertRaises((Failed, Damaged)):
            slots.switch(self.paths, "shop", "green")
        # It may fail when the link was in its place: what counts is what is there.
        (self.paths.app("shop") / "live").rmdir()
        before = values.sync
        self.addCleanup(lambda: setattr(values, "sync", before))

        def full(path: object) -> None:
            raise OSError("no space")

        values.sync = full  # type: ignore[assignment]
        slots.switch(self.paths, "shop", "green")
        self.assertEqual(slots.live_release(self.paths, "shop"), 2)

    def test_a_failure_says_whether_anything_serves(self) -> None:
        self.assertEqual(serving.tell(self.operation), 6)
        self.live(3)
        self.assertEqual(serving.tell(self.operation), 5)
        self.assertEqual(self.reporter.lines, ["+result\tserving\tv3"])
        self.operation.down = True
        self.assertEqual(serving.tell(self.operation), 6)
        self.state("apps/shop/operator/stopped", "")
        self.assertEqual(serving.tell(self.operation), 6)
        self.assertEqual(self.reporter.lines[-1], "+hint\tshop stays stopped")
        (self.paths.app("shop") / "operator/stopped").unlink()
        self.operation.down = False
        (self.paths.app("shop") / "slots/blue/release").unlink()
        self.assertEqual(serving.tell(self.operation), 1)


class ScaleTest(ReleaseCase):
    def test_what_the_operator_says_goes_before_the_manifest(self) -> None:
        self.tree(self.where, {"s/processes/worker/scale": "2"})
        self.make()
        found = self.paths.release("shop", 1)
        self.assertEqual(scale.wanted(self.paths, "shop", found, "web"), 1)
        self.assertEqual(
            [one.name for one in scale.instances(self.paths, "shop", found)], ["web.1", "worker.1", "worker.2"]
        )
        self.assertEqual(scale.text(scale.instances(self.paths, "shop", found)), "web=1 worker=2")
        self.state("apps/shop/operator/scale/worker", "0")
        self.assertEqual(scale.text(scale.instances(self.paths, "shop", found)), "web=1")
        self.state("apps/shop/operator/scale/web", "49")
        with self.assertRaisesRegex(Refused, "web=49 is more than the 48 that one app can have"):
            scale.instances(self.paths, "shop", found)
        self.state("apps/shop/operator/scale/web", "many")
        with self.assertRaises(Damaged):
            scale.wanted(self.paths, "shop", found, "web")


class SpecTest(ReleaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.tree(self.where, {"s/env/A": "1", "s/env.json/A": '"A=1"'})
        self.make()
        self.state("apps/shop/network", "10.213.4.0/24")

    def spec(self, process_type: str = "web", slot: str = "blue", instance: int = 1) -> dict[str, object]:
        return spec.process(self.paths, "shop", 1, process_type, slot, instance).document()

    def host(self, process_type: str = "web") -> dict[str, object]:
        found = self.spec(process_type)["HostConfig"]
        assert isinstance(found, dict)
        return found

    def test_no_process_is_called_as_a_service_may_be(self) -> None:
        for part, wanted in (
            (("web", "1"), "1-web"),
            (("Big_worker-", "12"), "12-big-worker"),
            (("cron", "nightly_job"), "1-cron-nightly-job"),
            (("cron", "n" * 40), f"1-cron-{'n' * 40}"),
            (("run", "3fa0"), "3fa0-run"),
            (("run", "a3f0"), "1-run-a3f0"),
            (("W" * 30, "99999"), f"99999-{'w' * 30}"),
            (("web", TASK_SLOT), "{{.Task.Slot}}-web"),
        ):
            with self.subTest(part):
                found = spec.host_name(*part)
                self.assertEqual(found, wanted)
                self.assertFalse(names.is_service(found))
                # As the engine adds what stands before a dot, there is none.
                if part[1] != TASK_SLOT:
                    self.assertRegex(found, "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")

    def test_a_web_process_of_a_slug(self) -> None:
        found = spec.process(self.paths, "shop", 1, "web", "green", 2)
        self.assertEqual(found.name, "pocketpaas.shop.web.2.v1.green")
        self.assertEqual(found.hostname, "2-web")
        self.assertEqual(found.command, ("process", "web"))
        self.assertTrue(found.init)
        self.assertEqual(found.address, "10.213.4.81")
        command = str(self.paths.release("shop", 1) / "processes/web/command")
        self.assertEqual([one.document() for one in found.mounts][0]["Source"], command)
        self.assertEqual(
            found.environment,
            (
                "A=1",
                "PORT=5000",
                "POCKETPAAS_APP=shop",
                "POCKETPAAS_RELEASE=v1",
                f"POCKETPAAS_COMMIT={COMMIT}",
                "POCKETPAAS_PROCESS=web.2",
                "DYNO=web.2",
                "HOME=/app",
                "TINI_KILL_PROCESS_GROUP=1",
            ),
        )
        self.assertEqual(found.log_options["tag"], "shop/web.2/v1")
        self.assertEqual(
            found.log_options["labels"],
            "pocketpaas.app,pocketpaas.release,pocketpaas.type,pocketpaas.slot,pocketpaas.instance",
        )
        self.assertIsNone(spec.process(self.paths, "shop", 1, "worker", "blue", 1).address)

    def test_what_an_image_says_of_itself_makes_it_nobodys_service_and_no_run(self) -> None:
        self.state("apps/shop/releases/1/base", "image")
        found = spec.process(self.paths, "shop", 1, "web", "green", 2).labels
        self.assertEqual(
            {name for name, value in found.items() if not value},
            {
                "pocketpaas.build",
                "pocketpaas.run",
                "pocketpaas.service",
                "pocketpaas.service-generation",
                "pocketpaas.service-made-from",
            },
        )
        self.assertEqual(found["pocketpaas.app"], "shop")

    def test_an_image_keeps_its_own_command_and_its_own_init(self) -> None:
        self.state("apps/shop/releases/1/base", "image")
        self.assertEqual(self.spec("worker")["Cmd"], ["/bin/sh", "/run/pocketpaas/command"])
        self.assertTrue(self.host("worker")["Init"])
        (self.paths.release("shop", 1) / "processes/web/command").unlink()
        found = spec.process(self.paths, "shop", 1, "web", "blue", 1)
        self.assertEqual((found.command, found.init, found.mounts), (None, False, ()))
        self.assertFalse([one for one in found.environment if one.startswith(("DYNO", "HOME", "TINI"))])

    def test_limits_signals_and_rights(self) -> None:
        self.assertEqual(self.host()["PidsLimit"], 4096)
        self.assertIsNone(self.spec()["StopSignal"])
        self.assertEqual(self.host()["CapDrop"], ["ALL"])
        release = "apps/shop/releases/1"
        self.state(f"{release}/settings/limits/memory", "536870912")
        self.state(f"{release}/settings/limits/cpus", "500000000")
        self.state(f"{release}/processes/web/memory", "134217728")
        self.state(f"{release}/settings/stop-signal", "SIGINT")
        self.state(f"{release}/processes/worker/stop-signal", "SIGQUIT")
        self.state(f"{release}/settings/capabilities", "NET_RAW\n")
        self.assertEqual(self.host()["Memory"], 134217728)
        self.assertEqual(self.host()["MemorySwap"], 134217728)
        self.assertEqual(self.host()["NanoCpus"], 500000000)
        self.assertEqual(self.host("worker")["Memory"], 536870912)
        self.assertEqual(self.spec()["StopSignal"], "SIGINT")
        self.assertEqual(self.spec("worker")["StopSignal"], "SIGQUIT")
        self.assertIn("NET_RAW", str(self.host()["CapAdd"]))
        self.state(f"{release}/settings/capabilities", "SYS_ADMIN\n")
        with self.assertRaisesRegex(Damaged, "capability"):
            self.spec()
        self.state(f"{release}/settings/capabilities", "")
        self.state(f"{release}/processes/web/memory", "much")
        with self.assertRaises(Damaged):
            self.spec()

    def test_a_volume_is_made_from_its_name_and_path_whatever_the_laptop_says(self) -> None:
        release = "apps/shop/releases/1"
        self.state(f"{release}/settings/volumes", 'data\t/app/my "data"\n')
        self.state(f"{release}/settings/mounts.json", '{"Type":"bind","Source":"/","Target":"/host"}')
        mounts = self.host()["Mounts"]
        assert isinstance(mounts, list)
        self.assertEqual([one["Source"] for one in mounts][0], "pocketpaas-shop.data")
        self.assertEqual(mounts[0]["Target"], '/app/my "data"')
        self.assertEqual(len(mounts), 2)

    def test_a_release_command(self) -> None:
        self.state("apps/shop/releases/1/release", "node migrate.js")
        found = spec.release_command(self.paths, "shop", 1)
        self.assertEqual(found.name, "pocketpaas.shop.release.1.v1.release")
        self.assertEqual(found.command, ("process", "release"))
        self.assertEqual(found.labels["pocketpaas.slot"], "release")

    def test_one_off_commands(self) -> None:
        container = one_off.create(self.paths, self.engine, "shop", 1, "run", ("env", "ü"), True)
        made = self.fake.containers[container]["Created"]
        self.assertEqual(made["Cmd"], ["exec", "env", "ü"])
        self.assertEqual((made["Tty"], made["OpenStdin"], made["HostConfig"]["Init"]), (True, True, True))
        self.assertEqual(made["HostConfig"]["LogConfig"]["Type"], "none")
        self.assertEqual(made["Labels"]["pocketpaas.slot"], "run")
        self.state("apps/shop/releases/1/base", "image")
        container = one_off.create(self.paths, self.engine, "shop", 1, "web", ("env",), False)
        self.assertEqual(self.fake.containers[container]["Created"]["Cmd"], ["env"])
        with self.assertRaisesRegex(BadRequest, "UTF-8"):
            one_off.create(self.paths, self.engine, "shop", 1, "run", ("caf\udce9",), False)
        self.state("apps/shop/releases/1/image", "latest")
        with self.assertRaises(Damaged):
            one_off.create(self.paths, self.engine, "shop", 1, "run", ("env",), False)


if __name__ == "__main__":
    unittest.main()
