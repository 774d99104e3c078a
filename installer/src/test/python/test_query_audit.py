"""What an auditor is told of the machine."""

from __future__ import annotations

import io
import os
import unittest
from collections.abc import Sequence
from unittest import mock

from fake_engine import EngineCase
from pocketpaas.machine.process import Ended
from pocketpaas.machine.request import Request
from pocketpaas.query import audit, audit_network

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
SSHD_T = b"port 22\nport 2222\npermitrootlogin yes\npasswordauthentication yes\nx11forwarding no\n"
UFW = b"""Status: active
Logging: on (low)
Default: deny (incoming), allow (outgoing), deny (routed)
New profiles: skip

To                         Action      From
--                         ------      ----
22/tcp                     ALLOW IN    Anywhere
80,443/tcp (Nginx Full)    ALLOW IN    Anywhere
8000:8010/tcp              LIMIT IN    Anywhere
5432/tcp                   ALLOW IN    10.0.0.0/8
25                         DENY IN     Anywhere
22/tcp (v6)                ALLOW IN    Anywhere (v6)
OpenSSH                    ALLOW IN    Anywhere
"""


class AuditCase(EngineCase):
    def setUp(self) -> None:
        super().setUp()
        self.answers: dict[str, Ended] = {}
        self.asked: list[str] = []
        for module in ("audit", "audit_network"):
            patcher = mock.patch(f"pocketpaas.query.{module}.run", self.run_program)
            patcher.start()
            self.addCleanup(patcher.stop)

    def run_program(self, command: Sequence[str], **_options: object) -> Ended:
        text = " ".join(command)
        self.asked.append(text)
        return next((ended for start, ended in self.answers.items() if text.startswith(start)), Ended(127, b"", b""))


class LoginsTest(AuditCase):
    def test_sshd_tells_what_a_stranger_gets(self) -> None:
        self.answers["sshd -T"] = Ended(0, SSHD_T, b"")
        found = audit.sshd()
        self.assertEqual(found["ssh/port"], "22 2222")
        self.assertEqual(found["ssh/permitrootlogin"], "yes")
        self.assertNotIn("ssh/x11forwarding", found)
        self.assertIn("addr=203.0.113.1", self.asked[0])

    def test_of_passwords_only_whose_they_are(self) -> None:
        lines = "root:*:1::\nada:$y$j9T$secret:1::\nbob::1::\neve:!$6$locked:1::\npocketpaas:*:1::\n"
        file = self.state("shadow", lines)
        self.assertEqual(audit.passwords(file), {"passwords": "ada\nbob (empty)"})


class NetworkTest(AuditCase):
    def test_what_listens_on_other_addresses_than_the_machines_own(self) -> None:
        proc = self.paths.root / "proc"
        tcp = (
            "   0: 00000000:0016 00000000:0000 0A 0:0 0:0 0 0 0 100 1\n"
            "   1: 0100007F:1538 00000000:0000 0A 0:0 0:0 0 0 0 101 1\n"
            "   2: 0200000A:1F90 00000000:0000 0A 0:0 0:0 0 0 0 102 1\n"
            "   3: 0200000A:0016 0300000A:C001 01 0:0 0:0 0 0 0 103 1\n"
        )
        tcp6 = (
            "   0: 00000000000000000000000001000000:1539 0:0 0A 0:0 0:0 0 0 0 104 1\n"
            "   1: 00000000000000000000000000000000:0050 0:0 0A 0:0 0:0 0 0 0 105 1\n"
            "   2: 0000000000000000FFFF00000100007F:1540 0:0 0A 0:0 0:0 0 0 0 106 1\n"
        )
        self.tree(proc, {"net/tcp": HEAD + tcp, "net/tcp6": HEAD + tcp6, "7/comm": "sshd\n"})
        (proc / "7/fd").mkdir()
        os.symlink("socket:[100]", proc / "7/fd/3")
        found = audit_network.listeners(proc)
        ports = [text for path, text in found.items() if path.endswith("port")]
        self.assertEqual(ports, ["22", "80", "8080"])
        self.assertEqual(found["listen/01/program"], "sshd")

    def test_ufw_is_read_as_it_speaks(self) -> None:
        self.answers["ufw status"] = Ended(0, UFW, b"")
        self.assertEqual(audit_network.firewall(), {"firewall/kind": "ufw", "firewall/open": "22 80 443 8000-8010"})
        self.answers["ufw status"] = Ended(0, UFW.replace(b"deny (incoming)", b"allow (incoming)"), b"")
        self.assertEqual(audit_network.firewall()["firewall/open"], "all")

    def test_other_firewalls(self) -> None:
        self.answers["ufw status"] = Ended(0, b"Status: inactive", b"")
        self.assertEqual(audit_network.firewall()["firewall/kind"], "none")
        self.answers["iptables"] = Ended(0, b"-P INPUT DROP\n-A INPUT -p tcp --dport 22 -j ACCEPT", b"")
        self.assertEqual(audit_network.firewall()["firewall/kind"], "iptables")
        self.answers["nft"] = Ended(0, b"chain input {\n type filter hook input priority filter; policy drop;\n}", b"")
        self.assertEqual(audit_network.firewall()["firewall/kind"], "nftables")
        self.answers["firewall-cmd --state"] = Ended(0, b"running", b"")
        advice = b"You're performing an operation over default zone ('public'), use --zone=block option.\n\n"
        self.answers["firewall-cmd --list-ports"] = Ended(0, advice + b"8443/tcp 53/udp", b"")
        self.answers["firewall-cmd --list-services"] = Ended(0, b"dhcpv6-client ssh http", b"")
        self.assertEqual(audit_network.firewall()["firewall/open"], "8443 22 80")

    def test_what_docker_publishes_to_everybody(self) -> None:
        ports = [
            {"IP": "0.0.0.0", "PublicPort": 6379, "PrivatePort": 6379, "Type": "tcp"},
            {"IP": "::", "PublicPort": 6379, "PrivatePort": 6379, "Type": "tcp"},
            {"IP": "127.0.0.1", "PublicPort": 5432, "Type": "tcp"},
            {"PrivatePort": 80, "Type": "tcp"},
        ]
        self.fake.refusals["GET /containers/json"] = (200, [{"Id": "c", "Names": ["/cache"], "Ports": ports}])
        self.assertEqual(
            audit_network.published(self.engine),
            {"published/01/port": "6379", "published/01/container": "cache"},
        )


class WholeTest(AuditCase):
    def test_metadata_is_tried_from_an_apps_network(self) -> None:
        self.fake.add("a", "blue")
        with mock.patch("pocketpaas.query.audit.metadata.rules", lambda: [("iptables", [])]):
            for code, reached in ((28, "no"), (7, "no"), (0, "yes"), (22, "yes")):
                self.answers["nsenter"] = Ended(code, b"", b"")
                found = audit.metadata_facts(self.paths, self.engine)
                self.assertEqual((found["metadata/reached"], found["metadata/app"]), (reached, "shop"))
            self.fake.containers.clear()
            self.assertEqual(audit.metadata_facts(self.paths, self.engine)["metadata/reached"], "unknown")

    def test_updates(self) -> None:
        told = b"Inst libc6 [1] (2 Debian-Security:12/stable-security [amd64])\n"
        told += b"Inst vim [1] (2 Debian:12.1/stable [amd64])\n"
        self.answers["apt-get --simulate"] = Ended(0, told, b"")
        found = audit.updates()
        self.assertEqual((found["updates/pending"], found["updates/security"]), ("2", "1"))

    def test_a_part_that_cannot_be_looked_at_stops_none_of_the_others(self) -> None:
        told: list[dict[str, str]] = []

        def take(pairs: dict[str, str]) -> int:
            told.append(dict(pairs))
            return 0

        with (
            mock.patch("pocketpaas.query.audit.answer", take),
            mock.patch("pocketpaas.query.audit.Engine", lambda paths: self.engine),
            mock.patch("pocketpaas.query.audit.passwords", side_effect=PermissionError("no")),
        ):
            request = Request(self.paths, self.reporter, "ann", "audit", (), io.BytesIO())
            self.assertEqual(audit.serve(request), 0)
        self.assertEqual(told[0]["unknown/passwords"], "no")
        self.assertIn("unknown/sshd", told[0])
        self.assertEqual(told[0]["firewall/kind"], "none")


if __name__ == "__main__":
    unittest.main()
