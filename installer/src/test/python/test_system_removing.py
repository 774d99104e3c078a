"""PocketPaaS goes from a machine: all of it, nothing of others, and whatever was cut off before."""

from __future__ import annotations

import os
import unittest
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from unittest import mock

from fake_engine import EngineCase
from pocketpaas.failure import Failed, Refused
from pocketpaas.machine.process import Ended
from pocketpaas.state import values
from pocketpaas.system import found, removing
from pocketpaas.system.files import Machine
from pocketpaas.system.removing import Removal

OURS = "# Written by PocketPaaS; changes are overwritten.\n"
FILES = {
    "etc/sudoers.d/pocketpaas": OURS,
    "etc/systemd/system/pocketpaas-boot.service": OURS,
    "etc/systemd/system/pocketpaas-cron-shop_nightly.timer": OURS,
    "etc/systemd/system/docker.service.d/pocketpaas.conf": OURS,
    "etc/systemd/system/nginx.service.d/pocketpaas.conf": OURS,
    "etc/systemd/journald.conf.d/pocketpaas.conf": OURS,
    "etc/apt/apt.conf.d/52pocketpaas": "// Written by PocketPaaS.\n",
    "etc/nginx/conf.d/pocketpaas.conf": OURS,
    "etc/nginx/pocketpaas/shop.conf": "server {}",
    "etc/systemd/system/nginx.service.d/pocketpaas.conf.pocketpaas-new": "half",
    "var/lib/systemd/timers/stamp-pocketpaas-cron-shop_nightly.timer": "",
    "var/log/nginx/pocketpaas-shop.log.1": "GET /",
    "var/log/pocketpaas/events.jsonl": "{}",
    "usr/local/lib/pocketpaas/abc/door": "#!",
    "run/lock/pocketpaas-init.lock": "",
    "var/lib/pocketpaas-init.old/tree": "",
    "var/lib/pocketpaas/host/name": "web",
    "var/lib/pocketpaas/apps/shop/live": "",
    "var/lib/pocketpaas/before/packages": "docker.io\nnginx\n",
    "var/lib/pocketpaas/before/daemon.json": "{}",
    "var/lib/pocketpaas/before/stock-site": "",
    "var/lib/pocketpaas/before/disabled": "nginx.service\n",
    "var/lib/pocketpaas/before/firewall": "ufw 80/tcp\nufw 443/tcp\n",
    "swapfile.pocketpaas": "swap",
}
#: Of the machine's own.
OTHERS = {
    "etc/fstab": "/dev/sda1 / ext4 defaults 0 1\n",
    "etc/nginx/sites-available/default": "server {}",
    "etc/nginx/conf.d/own.conf": "# mine",
    "etc/systemd/system/own.service": "[Unit]",
    "etc/systemd/system/own.service.d/override.conf": "[Service]",
    "var/log/nginx/access.log": "GET /",
    "usr/local/lib/other/file": "",
    "usr/sbin/nginx": "",
    "usr/sbin/dockerd": "",
}


class RemovingTest(EngineCase):
    def setUp(self) -> None:
        super().setUp()
        self.root = self.paths.root.parent / "machine"
        self.tree(self.root, {**FILES, **OTHERS, "etc/docker/daemon.json": "{}"})
        (self.root / "usr/sbin/dockerd").chmod(0o755)
        fstab = self.root / "etc/fstab"
        fstab.write_text(fstab.read_text() + "/swapfile.pocketpaas none swap sw 0 0\n")
        link = self.root / "etc/systemd/system/multi-user.target.wants/pocketpaas-boot.service"
        link.parent.mkdir()
        link.symlink_to("/etc/systemd/system/pocketpaas-boot.service")
        sites = self.root / "etc/nginx/sites-enabled"
        sites.mkdir()
        self.asked: list[Sequence[str]] = []
        self.answers: dict[str, Ended] = {}
        self.users = ["pocketpaas"]
        for module in ("removing", "found", "restoring"):
            self.patch(f"pocketpaas.system.{module}.run", self.run_program)
        self.patch("pocketpaas.system.files.user_number", lambda: 990 if self.users else 0)
        self.patch("pocketpaas.system.found.metadata.rules", list)
        self.patch("pocketpaas.system.removing.metadata.forget", lambda: True)
        self.patch("pocketpaas.system.found.networks.guards", list)
        self.patch("pocketpaas.system.removing.networks.unguard", lambda: True)
        self.patch("pocketpaas.system.removing.end_processes", lambda machine: None)
        self.fill_engine()

    def patch(self, name: str, value: object) -> None:
        patcher = mock.patch(name, value)
        patcher.start()
        self.addCleanup(patcher.stop)

    def run_program(self, command: Sequence[str], **_options: object) -> Ended:
        self.asked.append(command)
        text = " ".join(command)
        if command[0] == "userdel":
            self.users.clear()
        return next((answer for start, answer in self.answers.items() if text.startswith(start)), Ended(0, b"", b""))

    def fill_engine(self) -> None:
        fake = self.fake
        fake.add("ours", "blue")
        fake.add("foreign", "blue")
        fake.containers["foreign"]["Config"]["Labels"] = {"com.example": "x"}
        fake.networks["pocketpaas-shop"] = {"Id": "n1", "Name": "pocketpaas-shop", "Labels": {"pocketpaas.app": "shop"}}
        fake.networks["bridge"] = {"Id": "n2", "Name": "bridge", "Labels": {}}
        fake.images += [
            {"Id": "sha256:1", "RepoTags": ["pocketpaas-app-shop:v1", "mine:1"], "Labels": {"pocketpaas.app": "shop"}},
            {"Id": "sha256:2", "RepoTags": ["<none>:<none>"], "Labels": {"pocketpaas.layer": "k"}},
            {"Id": "sha256:3", "RepoTags": ["debian:12"], "Labels": None},
            {"Id": "sha256:4", "RepoTags": ["heroku/heroku:24"], "Labels": None},
        ]
        self.tree(self.root, {"var/lib/pocketpaas/fetched": "heroku/heroku:24\n"})

    def removal(self, data: bool = False) -> Removal:
        paths = replace(self.paths, root=self.root / "var/lib/pocketpaas", log=self.root / "var/log/pocketpaas")
        return Removal(paths, Machine(self.root), self.engine, self.reporter, data)

    def files(self) -> set[str]:
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*") if not path.is_dir()}

    # ------------------------------------------------------------ whole

    def test_nothing_of_ours_is_left_and_everything_of_others_is(self) -> None:
        self.assertEqual(self.removal().run(), 0)
        self.assertEqual(self.files(), {*OTHERS, "etc/nginx/sites-enabled/default"})
        for name, text in OTHERS.items():
            self.assertEqual((self.root / name).read_text(), text, name)
        self.assertEqual(
            os.readlink(self.root / "etc/nginx/sites-enabled/default"), "/etc/nginx/sites-available/default"
        )
        self.assertFalse((self.root / "etc/systemd/system/docker.service.d").exists())
        self.assertFalse((self.root / "etc/systemd/journald.conf.d").exists())
        self.assertEqual(self.users, [])

    def test_of_the_engine_goes_what_has_our_label_or_our_name(self) -> None:
        self.removal().run()
        self.assertEqual(list(self.fake.containers), ["foreign"])
        self.assertEqual(list(self.fake.networks), ["bridge"])
        self.assertEqual([one["RepoTags"] for one in self.fake.images], [["mine:1"], ["debian:12"]])
        self.assertTrue(self.fake.asked("POST /build/prune"))

    def test_the_build_cache_of_an_engine_that_was_there_is_left_alone(self) -> None:
        values.write_lines(self.root / "var/lib/pocketpaas/before/packages", ["nginx"])
        self.removal().run()
        self.assertFalse(self.fake.asked("POST /build/prune"))
        self.assertTrue(any("build cache" in line for line in self.reporter.lines))

    def test_what_init_changed_elsewhere_is_put_back(self) -> None:
        self.removal().run()
        self.assertIn(["ufw", "delete", "allow", "80/tcp"], self.asked)
        self.assertIn(["systemctl", "disable", "--quiet", "--now", "nginx.service"], self.asked)
        self.assertIn(["systemctl", "restart", "systemd-journald.service"], self.asked)
        self.assertFalse((self.root / "etc/docker/daemon.json").exists())

    def test_dockers_settings_that_somebody_changed_stay(self) -> None:
        (self.root / "etc/docker/daemon.json").write_text('{"mine": 1}')
        self.removal().run()
        self.assertEqual((self.root / "etc/docker/daemon.json").read_text(), '{"mine": 1}')

    def test_an_engine_with_somebodys_containers_is_not_started_anew(self) -> None:
        self.removal().run()
        self.assertNotIn(["systemctl", "restart", "docker.service"], self.asked)
        del self.fake.containers["foreign"]
        self.tree(self.root, {"etc/systemd/system/docker.service.d/pocketpaas.conf": OURS})
        self.removal().run()
        self.assertIn(["systemctl", "restart", "docker.service"], self.asked)

    def test_a_stock_site_that_nginx_refuses_stays_out(self) -> None:
        refusals = [Ended(1, b"", b"no IPv6"), Ended(0, b"", b"")]

        def tested(command: Sequence[str], **options: object) -> Ended:
            return refusals.pop(0) if list(command) == ["nginx", "-t"] else self.run_program(command, **options)

        self.patch("pocketpaas.system.restoring.run", tested)
        self.assertEqual(self.removal().run(), 0)
        self.assertNotIn("etc/nginx/sites-enabled/default", self.files())
        self.assertTrue(any("no IPv6" in line for line in self.reporter.lines))

    # ------------------------------------------------------------ what stays

    def test_files_of_others_under_our_names_stay_and_are_named(self) -> None:
        self.tree(self.root, {"etc/apt/apt.conf.d/52pocketpaas": "mine", "etc/pocketpaas/receiver": "#!/bin/sh"})
        self.assertEqual(self.removal().run(), 0)
        self.assertLessEqual({"etc/apt/apt.conf.d/52pocketpaas", "etc/pocketpaas/receiver"}, self.files())
        told = "\n".join(self.reporter.lines)
        self.assertIn("52pocketpaas, which somebody else has written", told)
        self.assertIn("receiver, which is yours", told)
        self.assertIn("PocketPaaS installed: docker.io nginx", told)

    def test_a_host_of_an_older_version_has_no_record_and_that_is_said(self) -> None:
        values.remove_tree(self.root / "var/lib/pocketpaas/before")
        self.assertEqual(self.removal().run(), 0)
        self.assertIn("kept no record of", "\n".join(self.reporter.lines))
        self.assertIn("etc/docker/daemon.json", self.files())

    def test_what_hardens_the_machine_stays(self) -> None:
        self.tree(self.root, {"etc/ssh/sshd_config.d/00-pocketpaas.conf": OURS})
        self.assertEqual(self.removal().run(), 0)
        self.assertIn("etc/ssh/sshd_config.d/00-pocketpaas.conf", self.files())
        self.assertIn('"host harden" has written', "\n".join(self.reporter.lines))

    # ------------------------------------------------------------ data

    def test_data_is_refused_before_anything_is_touched(self) -> None:
        self.fake.volumes["pocketpaas-shop.data"] = {
            "Name": "pocketpaas-shop.data",
            "Labels": {"pocketpaas.app": "shop"},
        }
        before = self.files()
        with self.assertRaises(Refused) as refused:
            self.removal().run()
        self.assertIn("pocketpaas-shop.data", refused.exception.text)
        self.assertEqual(self.files(), before)
        self.assertEqual(self.fake.asked("^(DELETE|POST)"), [])

    def test_data_goes_when_it_shall(self) -> None:
        self.fake.volumes["pocketpaas-shop.data"] = {
            "Name": "pocketpaas-shop.data",
            "Labels": {"pocketpaas.app": "shop"},
        }
        self.fake.volumes["mine"] = {"Name": "mine", "Labels": None}
        self.assertEqual(self.removal(data=True).run(), 0)
        self.assertEqual(list(self.fake.volumes), ["mine"])

    # ------------------------------------------------------------ cut off

    def test_cut_off_at_any_step_the_next_run_completes_it(self) -> None:
        for step in ("_door", "_units", "_things", "_system", "_state"):
            with self.subTest(step):
                with mock.patch.object(Removal, step, side_effect=KeyboardInterrupt):
                    with self.assertRaises(KeyboardInterrupt):
                        self.removal().run()
        self.test_nothing_of_ours_is_left_and_everything_of_others_is()

    def test_cut_off_within_the_last_step(self) -> None:
        real = values.remove_tree

        def remove(path: Path) -> None:
            if path.name == "apps":
                raise KeyboardInterrupt
            real(path)

        with mock.patch("pocketpaas.system.removing.values.remove_tree", remove):
            with self.assertRaises(KeyboardInterrupt):
                self.removal().run()
        self.test_nothing_of_ours_is_left_and_everything_of_others_is()

    def test_a_second_run_has_nothing_to_do(self) -> None:
        self.removal().run()
        self.assertTrue(found.look(self.removal().paths, Machine(self.root), self.engine).is_empty)
        self.assertEqual(self.removal().run(), 0)

    def test_what_is_left_is_named(self) -> None:
        self.fake.refusals["DELETE /networks/n1"] = (409, {"message": "has active endpoints"})
        with self.assertRaises(Failed):
            self.removal().run()
        told = "\n".join(self.reporter.lines)
        self.assertIn("+result\tleft\tnetworks: pocketpaas-shop", told)
        self.assertIn("has active endpoints", told)

    def test_a_machine_without_an_engine_is_no_obstacle(self) -> None:
        (self.root / "usr/sbin/dockerd").unlink()
        self.fake.end()
        self.assertEqual(self.removal().run(), 0)

    def test_an_engine_that_does_not_answer_is_one(self) -> None:
        self.fake.end()
        before = self.files()
        with self.assertRaises(Refused):
            self.removal().run()
        self.assertEqual(self.files(), before)


class ProcessesTest(unittest.TestCase):
    def test_our_processes_are_those_of_the_user_and_of_the_programs(self) -> None:
        import tempfile

        with tempfile.TemporaryDirectory() as directory:
            proc = Path(directory)
            for number, line in (
                ("10", b"/usr/bin/python3\0-IS\0/usr/local/lib/pocketpaas/abc/enter\0"),
                ("11", b"sh\0"),
            ):
                (proc / number).mkdir()
                (proc / number / "cmdline").write_bytes(line)
            (proc / "12").mkdir()
            self.assertEqual(removing._ours(Machine(), proc, 0), [10])
            self.assertEqual(removing._ours(Machine(), proc, os.getuid()) if os.getuid() else [10], [10])


if __name__ == "__main__":
    unittest.main()
