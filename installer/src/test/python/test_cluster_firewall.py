"""A firewall of a machine of a cluster (ufw, firewalld) lets the other machines in, and them alone; what is not ours in
it stays as it is."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest import mock

from pocketpaas.cluster import encryption, firewall, host_firewall, joining, membership
from pocketpaas.cluster.host_firewall import Opening
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import Refused
from pocketpaas.machine.process import Ended
from pocketpaas.notice import machines
from pocketpaas.notice.store import NoticeStore
from pocketpaas.state import nodes, values
from pocketpaas.state.nodes import Node
from test_cluster import B, PUBLIC, ClusterCase

C = Node("c", "10.0.0.3", 22, "def", PUBLIC, (PUBLIC,))
#: A rule of an admin's that says what one of ours would, and one that nobody but an admin can have.
ADMIN = ["ufw allow 22/tcp", "ufw deny from 10.0.0.0/8", "ufw allow from 10.0.0.3 proto esp comment 'vpn'"]


class Firewalls:
    """Both of them, as far as they are asked. `policy` is what firewalld works by; None: it has no policy of ours."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.ufw: list[str] | None = None
        self.active = True
        self.firewalld = False
        self.policy: list[str] | None = None
        self.reloads = 0
        self.asked: list[str] = []

    def run(self, command: Sequence[str], **_options: object) -> Ended:
        self.asked.append(" ".join(command))
        code, text = self._ufw(command[1:]) if command[0] == "ufw" else self._firewall_cmd(list(command[1:]))
        return Ended(code, text.encode(), b"")

    def _ufw(self, words: Sequence[str]) -> tuple[int, str]:
        if self.ufw is None:
            return 127, ""
        if words[0] == "status":
            return 0, "Status: active" if self.active else "Status: inactive"
        if words[0] == "show":
            return 0, "Added user rules (see 'ufw status' for running firewall):\n" + "\n".join(self.ufw)
        line = self._as_shown(list(words[2:]))
        if words[0] == "prepend":
            self.ufw.insert(0, line)
            return 0, ""
        found = [one for one in self.ufw if one.split(" comment ")[0] == line]
        for one in found:
            self.ufw.remove(one)
        return (0 if found else 1), ""

    @staticmethod
    def _as_shown(words: list[str]) -> str:
        """ufw has an order of its own for what it is given."""
        given = dict(zip(words[::2], words[1::2]))
        port = f" to any port {words[words.index('port') + 1]}" if "port" in words else ""
        comment = f" comment '{words[-1]}'" if words[-2] == "comment" else ""
        return f"ufw allow from {given['from']}{port} proto {given['proto']}{comment}"

    def _firewall_cmd(self, words: list[str]) -> tuple[int, str]:
        if not self.firewalld:
            return 252, ""
        if words == ["--quiet", "--reload"]:
            self.reloads += 1
            pattern = r'address="([0-9.]+)"/><(port port="[0-9]+" protocol|protocol value)="([a-z]+)"'
            found = re.findall(pattern, self.file.read_text()) if self.file.exists() else []
            self.policy = [f'rule family="ipv4" source address="{a}" {b}="{c}" accept' for a, b, c in found]
            if not self.file.exists():
                self.policy = None
            return 0, ""
        if words == ["--state"]:
            return 0, "running"
        if self.policy is None:
            return 112, ""
        if "--list-rich-rules" in words:
            return 0, "\n".join(self.policy)
        for action, rule in zip(words[3::2], words[4::2]):
            if action == "--add-rich-rule":
                self.policy.append(rule)
            else:
                self.policy.remove(rule)
        return 0, ""


class FirewallCase(ClusterCase):
    def setUp(self) -> None:
        super().setUp()
        self.file = self.paths.root / "policies" / "pocketpaas-cluster.xml"
        self.there = Firewalls(self.file)
        for target, name, value in (
            (host_firewall, "run", self.there.run),
            (host_firewall, "FILE", self.file),
            (host_firewall.peers, "own_port", lambda: 2222),
            (host_firewall.metadata, "guard", mock.Mock(return_value=True)),
        ):
            patcher = mock.patch.object(target, name, value)
            patcher.start()
            self.addCleanup(patcher.stop)

    def be_home_of(self, *others: Node) -> None:
        self.be_home()
        for node in nodes.others(self.paths):
            nodes.forget(self.paths, node.name)
        for node in others:
            nodes.write(self.paths, node)


class UfwTest(FirewallCase):
    def setUp(self) -> None:
        super().setUp()
        self.there.ufw = list(ADMIN)

    def ours(self) -> list[str]:
        return sorted(one for one in self.there.ufw or () if one.endswith("comment 'pocketpaas cluster'"))

    def test_each_machine_is_let_in_before_what_an_admin_has_said(self) -> None:
        self.be_home_of(B)
        self.assertTrue(host_firewall.guard(self.paths))
        comment = "comment 'pocketpaas cluster'"
        self.assertEqual(
            [
                f"ufw allow from 10.0.0.2 proto esp {comment}",
                f"ufw allow from 10.0.0.2 to any port 2222,2377,7946 proto tcp {comment}",
                f"ufw allow from 10.0.0.2 to any port 4789,7946 proto udp {comment}",
            ],
            self.ours(),
        )
        self.assertEqual(ADMIN, (self.there.ufw or [])[3:])
        before = list(self.there.ufw or ())
        self.assertTrue(host_firewall.guard(self.paths))
        self.assertEqual(before, self.there.ufw, "once more changes nothing")
        self.assertEqual(("ufw", []), host_firewall.kept_out(self.paths))

    def test_without_encryption_nothing_encrypted_is_let_in(self) -> None:
        self.be_home_of(B)
        encryption.keep(self.paths, True)
        self.assertTrue(host_firewall.guard(self.paths))
        self.assertFalse([one for one in self.ours() if "esp" in one])

    def test_a_machine_that_leaves_is_kept_out_again_and_rules_of_others_stay(self) -> None:
        self.be_home_of(B, C)
        self.assertTrue(host_firewall.guard(self.paths))
        self.assertEqual(5, len(self.ours()), "what an admin has for c already is theirs")
        self.be_home_of(B)
        self.assertTrue(host_firewall.guard(self.paths))
        self.assertFalse([one for one in self.ours() if "10.0.0.3" in one])
        self.be_home_of(C)
        self.assertTrue(host_firewall.guard(self.paths))
        self.assertTrue(host_firewall.let_in(self.paths, (), plain=False))
        self.assertEqual(ADMIN, self.there.ufw)

    def test_one_that_is_coming_is_let_in_too(self) -> None:
        self.be_home_of(B)
        self.assertTrue(host_firewall.guard(self.paths, ("10.0.0.9",)))
        self.assertEqual(3, len([one for one in self.ours() if "10.0.0.9" in one]))
        self.assertTrue(host_firewall.guard(self.paths))
        self.assertFalse([one for one in self.ours() if "10.0.0.9" in one])

    def test_one_that_is_switched_off_has_the_rules_for_the_day_when_it_is_on(self) -> None:
        self.there.active = False
        self.be_home_of(B)
        self.assertTrue(host_firewall.guard(self.paths))
        self.assertEqual(3, len(self.ours()))
        self.assertEqual(("", []), host_firewall.kept_out(self.paths))

    def test_who_is_kept_out_is_named_by_the_audit_and_in_a_notice(self) -> None:
        self.be_home_of(B, C)
        self.assertTrue(host_firewall.guard(self.paths))
        self.there.ufw = [one for one in self.there.ufw or () if "10.0.0.3 to any port 4789" not in one]
        self.assertEqual(("ufw", ["c"]), host_firewall.kept_out(self.paths))
        with mock.patch.object(firewall, "run", return_value=Ended(0, b"", b"")):
            told = firewall.facts(self.paths)
        self.assertEqual("c", told["cluster/kept-out"])
        self.assertIn("systemctl start pocketpaas-notices", told["cluster/cure"])
        store = NoticeStore(self.paths)
        values.make_directory(store.directory)
        machines._look_at_firewall(self.paths, store)
        text = (store.place("machine", "", "firewall") / "text").read_text()
        self.assertEqual("ufw of a has no rules for other machines of the cluster: c", text)

    def test_a_firewall_that_takes_no_rule_is_told(self) -> None:
        self.be_home_of(B)
        with mock.patch.object(host_firewall, "run", return_value=Ended(1, b"", b"ERROR: could not lock")):
            self.assertFalse(host_firewall.guard(self.paths))

    def test_what_ufw_shows_is_read_and_nothing_else_taken_for_ours(self) -> None:
        ours, others = host_firewall.added(
            "ufw allow from 10.0.0.2 to any port 2377,7946 proto tcp comment 'pocketpaas cluster'\n"
            "ufw allow from 10.0.0.2 proto esp\n"
            "ufw allow from 10.0.0.2 to any port 22 proto tcp comment 'pocketpaas cluster of mine'\n"
            "ufw deny from 10.0.0.2 proto esp comment 'pocketpaas cluster'\n"
            "ufw allow from 10.0.0.0/24 proto esp comment 'pocketpaas cluster'\n"
        )
        self.assertEqual({Opening("10.0.0.2", "tcp", (2377, 7946))}, ours)
        self.assertEqual({Opening("10.0.0.2", "esp"), Opening("10.0.0.2", "tcp", (22,))}, others)


class FirewalldTest(FirewallCase):
    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.file.parent)
        self.there.firewalld = True

    def test_a_policy_of_ours_is_read_once_and_then_changed_where_it_is(self) -> None:
        self.be_home_of(B)
        self.assertTrue(host_firewall.guard(self.paths))
        self.assertEqual(1, self.there.reloads)
        self.assertIn(
            'rule family="ipv4" source address="10.0.0.2" protocol value="esp" accept', self.there.policy or ()
        )
        self.assertEqual(6, len(self.there.policy or ()))
        self.be_home_of(C)
        self.assertTrue(host_firewall.guard(self.paths))
        self.assertEqual(1, self.there.reloads, "a reload loses what people have changed without a file")
        self.assertEqual(6, len(self.there.policy or ()))
        self.assertFalse([one for one in self.there.policy or () if "10.0.0.2" in one])
        self.assertNotIn("10.0.0.2", self.file.read_text())
        self.assertEqual(("firewalld", []), host_firewall.kept_out(self.paths))
        written = self.file.read_text()
        self.assertTrue(host_firewall.guard(self.paths))
        self.assertEqual(written, self.file.read_text())

    def test_the_cloud_s_address_is_closed_again_after_a_reload(self) -> None:
        self.be_home_of(B)
        self.assertTrue(host_firewall.guard(self.paths))
        self.assertEqual(1, host_firewall.metadata.guard.call_count)  # type: ignore[attr-defined]

    def test_the_last_one_takes_the_policy_along(self) -> None:
        self.be_home_of(B)
        self.assertTrue(host_firewall.guard(self.paths))
        self.assertTrue(host_firewall.let_in(self.paths, (), plain=False))
        self.assertFalse(self.file.exists())
        self.assertIsNone(self.there.policy)
        self.assertTrue(host_firewall.let_in(self.paths, (), plain=False))
        self.assertEqual(2, self.there.reloads)

    def test_one_that_does_not_run_has_the_file_for_the_day_when_it_does(self) -> None:
        self.there.firewalld = False
        self.be_home_of(B)
        self.assertTrue(host_firewall.guard(self.paths))
        self.assertIn("10.0.0.2", self.file.read_text())
        self.assertEqual(("", []), host_firewall.kept_out(self.paths))
        self.assertTrue(host_firewall.let_in(self.paths, (), plain=False))
        self.assertFalse(self.file.exists())

    def test_who_is_kept_out_is_named_with_a_reload_as_the_cure(self) -> None:
        self.be_home_of(B)
        self.assertTrue(host_firewall.guard(self.paths))
        self.there.policy = None
        self.assertFalse(host_firewall.guard(self.paths), "nobody reloads it every ten minutes")
        self.assertEqual(1, self.there.reloads)
        self.assertEqual(("firewalld", ["b"]), host_firewall.kept_out(self.paths))
        self.assertIn("firewall-cmd --reload", host_firewall.cure("firewalld"))

    def test_one_that_knows_no_policies_is_told(self) -> None:
        self.be_home_of(B)
        self.file.parent.rmdir()
        self.assertFalse(host_firewall.guard(self.paths))


class JoiningTest(FirewallCase):
    """When it is opened and closed."""

    def test_a_machine_without_a_firewall_runs_next_to_nothing(self) -> None:
        self.be_home_of(B)
        self.assertTrue(host_firewall.guard(self.paths))
        self.assertEqual(["ufw show added", "firewall-cmd --state"], self.there.asked)

    def test_the_raw_rules_come_after_a_reload(self) -> None:
        self.be_home_of(B)
        order: list[str] = []

        def said(what: str, answer: object) -> Callable[..., object]:
            def say(*_arguments: object, **_options: object) -> object:
                order.append(what)
                return answer

            return say

        with mock.patch.object(host_firewall, "guard", side_effect=said("firewall", False)):
            with mock.patch.object(firewall, "run", side_effect=said("raw", Ended(0, b"", b""))):
                self.assertFalse(firewall.guard(self.paths))
        self.assertEqual(["firewall", "raw"], order[:2])

    def test_one_that_cannot_join_closes_it_again(self) -> None:
        self.there.ufw = []
        offered = {"name": "a", "address": "10.0.0.1", "port": "22", "id": "abc", "public": PUBLIC, "host-keys": PUBLIC}
        opened: list[int] = []

        def join(*_arguments: object) -> None:
            opened.append(len(self.there.ufw or ()))
            raise EngineError(503, "no")

        with mock.patch.object(joining, "_refuse_used"), mock.patch.object(joining, "live_restore"):
            with mock.patch.object(joining.encryption, "refuse_without"):
                with mock.patch.object(joining.swarm, "join", side_effect=join):
                    with self.assertRaises(Refused):
                        joining.join(self.paths, mock.Mock(), "b", "10.0.0.2", offered)
        self.assertEqual([3], opened)
        self.assertEqual([], self.there.ufw)

    def test_who_leaves_for_good_closes_it(self) -> None:
        self.there.ufw = list(ADMIN)
        self.be_home_of(B)
        self.assertTrue(host_firewall.guard(self.paths))
        with mock.patch.object(membership, "swarm"), mock.patch.object(membership, "live_restore"):
            with mock.patch.object(membership.keys, "authorize"):
                with mock.patch.object(firewall, "run", return_value=Ended(1, b"", b"")):
                    membership.dissolve(self.paths, mock.Mock())
        self.assertEqual(ADMIN, self.there.ufw)


class WordsTest(FirewallCase):
    def test_nothing_but_addresses_numbers_and_words_of_ours_is_asked_for(self) -> None:
        for opening in host_firewall.openings(["10.0.0.2"], False, 22):
            for word in opening.words():
                self.assertEqual(word, shlex.quote(word))
        self.assertIn(' target="CONTINUE"', host_firewall.policy([]))
