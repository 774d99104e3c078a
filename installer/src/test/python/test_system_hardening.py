"""A hardening is taken back unless somebody has logged in anew; what is there already is not done again."""

from __future__ import annotations

import unittest
from collections.abc import Sequence
from dataclasses import replace
from unittest import mock

from host_fixture import HostCase
from pocketpaas.failure import Failed, Refused
from pocketpaas.machine.process import Ended
from pocketpaas.state import values
from pocketpaas.system import hardening
from pocketpaas.system.files import Machine
from pocketpaas.system.hardening import BANS, FIREWALL, SSH, UNIT, Hardening

TIMER = f"etc/systemd/system/{UNIT}.timer"
SSHD = "etc/ssh/sshd_config.d/00-pocketpaas.conf"


class HardeningTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        self.root = self.paths.root.parent / "machine"
        files = {
            "etc/ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\n",
            "usr/sbin/ufw": "",
            "usr/bin/fail2ban-server": "",
            "etc/systemd/system/other.service": "",
        }
        self.tree(self.root, files)
        self.asked: list[str] = []
        self.fails: dict[str, Ended] = {"systemctl --quiet is-active fail2ban": Ended(3, b"", b"")}
        self.firewall = {"firewall/kind": "none", "firewall/open": "all"}
        self.obeys = True
        for name, value in (
            ("run", self.run_program),
            ("audit.sshd", self.sshd),
            ("audit_network.firewall", lambda: dict(self.firewall)),
            ("audit_network.listeners", lambda: {"listen/01/port": "2222", "listen/01/program": "sshd"}),
        ):
            patcher = mock.patch(f"pocketpaas.system.hardening.{name}", value)
            patcher.start()
            self.addCleanup(patcher.stop)
        self.hardening = Hardening(
            Machine(self.root), self.paths.root / "harden", self.root / "spool/programs/harden", self.reporter
        )

    def run_program(self, command: Sequence[str], **_options: object) -> Ended:
        text = " ".join(command)
        self.asked.append(text)
        return next((ended for start, ended in self.fails.items() if text.startswith(start)), Ended(0, b"", b""))

    def sshd(self) -> dict[str, str]:
        keys = self.obeys and (self.root / SSHD).exists()
        return {
            "ssh/passwordauthentication": "no" if keys else "yes",
            "ssh/kbdinteractiveauthentication": "no",
            "ssh/permitrootlogin": "without-password",
            "ssh/port": "22",
        }

    def there(self, name: str) -> bool:
        return (self.root / name).exists()

    def apply(self, *wanted: str, allow: Sequence[str] = ()) -> None:
        self.hardening.apply(list(wanted), list(allow))

    # ------------------------------------------------------------ confirmed

    def test_the_timer_is_there_before_anything_is_changed(self) -> None:
        self.apply(SSH, FIREWALL, BANS, allow=["8443"])
        armed = self.asked.index(f"systemctl enable --quiet --now {UNIT}.timer")
        for changed in ("sshd -t", "ufw allow 22/tcp", "ufw --force enable", "systemctl restart fail2ban.service"):
            self.assertGreater(self.asked.index(changed), armed, changed)
        self.assertLess(self.asked.index("ufw allow 8443/tcp"), self.asked.index("ufw --force enable"))
        self.assertIn("ufw allow 2222/tcp", self.asked)
        self.assertIn("OnActiveSec=50\n", (self.root / TIMER).read_text())
        service = (self.root / TIMER.replace(".timer", ".service")).read_text()
        self.assertIn(f"ExecStart={self.root}/spool/programs/harden undo\n", service)

    def test_the_machines_of_a_cluster_are_let_in_before_the_firewall_is_turned_on(self) -> None:
        order: list[bool] = []

        def let_in() -> bool:
            order.append("ufw --force enable" in self.asked)
            return len(order) < 2

        self.hardening = replace(self.hardening, open_for_cluster=let_in)
        self.apply(FIREWALL)
        self.assertEqual([False], order)
        self.hardening.undo()
        self.asked.clear()
        with self.assertRaises(Failed):
            self.apply(FIREWALL)
        self.assertNotIn("ufw --force enable", self.asked)

    def test_what_is_confirmed_stays(self) -> None:
        self.apply(SSH)
        self.assertTrue(self.hardening.confirm())
        self.assertTrue(self.there(SSHD))
        self.assertFalse(self.there(TIMER))
        self.assertFalse(self.hardening.undo(), "a timer that begins too late finds nothing")
        self.assertTrue(self.there(SSHD))

    # ------------------------------------------------------------ taken back

    def test_what_nobody_confirms_is_taken_back(self) -> None:
        self.apply(SSH, FIREWALL, BANS)
        self.assertTrue(self.hardening.undo())
        self.assertFalse(self.there(SSHD))
        self.assertFalse(self.there("etc/fail2ban/jail.d/pocketpaas.conf"))
        self.assertFalse(self.there(TIMER))
        self.assertFalse(self.hardening.pending.exists())
        for back in ("ufw --force disable", "ufw delete allow 22/tcp", "systemctl stop fail2ban.service"):
            self.assertIn(back, self.asked)
        self.assertFalse(self.hardening.confirm(), "too late")

    def test_a_firewall_that_was_at_work_stays_at_work(self) -> None:
        self.firewall = {"firewall/kind": "ufw", "firewall/open": "22 2222 80"}
        self.fails["ufw status"] = Ended(0, b"Status: active", b"")
        self.apply(FIREWALL)
        self.hardening.undo()
        self.assertNotIn("ufw --force disable", self.asked)
        self.assertIn("ufw delete allow 443/tcp", self.asked)
        self.assertNotIn("ufw delete allow 22/tcp", self.asked)

    def test_a_file_of_an_earlier_run_is_put_back_as_it_was(self) -> None:
        self.tree(self.root, {SSHD: "Port 2222\n"})
        self.obeys = False
        with self.assertRaises(Failed):
            self.apply(SSH)
        self.assertEqual((self.root / SSHD).read_text(), "Port 2222\n")

    def test_a_step_that_fails_takes_back_all_at_once(self) -> None:
        self.fails["ufw --force enable"] = Ended(1, b"", b"problem running iptables")
        with self.assertRaises(Failed) as failed:
            self.apply(SSH, FIREWALL)
        self.assertIn("problem running iptables", failed.exception.text)
        self.assertFalse(self.there(SSHD))
        self.assertFalse(self.there(TIMER))

    def test_an_sshd_that_refuses_the_file_is_not_reloaded(self) -> None:
        self.fails["sshd -t"] = Ended(255, b"", b"bad option")
        with self.assertRaises(Failed):
            self.apply(SSH)
        self.assertFalse(self.there(SSHD))

    # ------------------------------------------------------------ refused, or nothing to do

    def test_what_is_there_is_not_done_again(self) -> None:
        self.tree(self.root, {SSHD: "x"})
        self.firewall = {"firewall/kind": "ufw", "firewall/open": "22 2222 80 443"}
        del self.fails["systemctl --quiet is-active fail2ban"]
        self.assertEqual(self.hardening.missing([SSH, FIREWALL, BANS], []), [])
        self.assertEqual(self.hardening.missing([FIREWALL], ["8443"]), [FIREWALL])

    def test_another_firewall_is_left_alone(self) -> None:
        self.firewall = {"firewall/kind": "nftables"}
        with self.assertRaises(Refused):
            self.apply(FIREWALL)
        self.assertFalse(self.there(TIMER))

    def test_an_sshd_without_the_directory_is_refused(self) -> None:
        (self.root / "etc/ssh/sshd_config").write_text("Port 22\n")
        with self.assertRaises(Refused):
            self.apply(SSH)
        self.assertFalse(self.there(SSHD))
        self.assertFalse(self.there(TIMER))

    def test_one_at_a_time(self) -> None:
        self.apply(SSH)
        with self.assertRaises(Refused):
            self.apply(FIREWALL)
        self.assertTrue(self.hardening.pending.exists(), "the first still waits")

    def test_packages_are_installed_before_the_time_runs(self) -> None:
        (self.root / "usr/sbin/ufw").unlink()
        self.fails["systemd-run"] = Ended(100, b"", b"no network")
        with self.assertRaises(Failed):
            self.apply(FIREWALL)
        self.assertFalse(self.there(TIMER))
        self.assertEqual(values.names(self.hardening.pending), [])

    def test_ports_are_those_that_sshd_names_and_has(self) -> None:
        self.assertEqual(hardening.ssh_ports(), ["22", "2222"])


if __name__ == "__main__":
    unittest.main()
