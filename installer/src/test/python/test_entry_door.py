"""The forced command of every key: git, or one verb; nothing else."""

from __future__ import annotations

import os
import unittest
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

from pocketpaas import rules
from pocketpaas.entry import door, handover
from pocketpaas.entry.verbs import MODULES
from pocketpaas.failure import Failure
from pocketpaas.machine.process import Ended
from pocketpaas.state import tree
from program_fixture import ProgramCase, Said, streams

TOUCH = "touch canary"


class Executed(Exception):
    """The door became another program."""


class DoorTest(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        self.patch(os, "execve", self.execute)
        self.patch(door, "run", self.run_program)
        self.patch(door.subprocess, "call", self.call)
        self.asked_of: list[list[str]] = []
        self.given: Mapping[str, str] = {}
        self.admitted = Ended(0, tree.text({"fingerprint": "SHA256:x", "branch": "main"}), b"")
        self.sends = True

    def execute(self, path: str, command: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
        self.assertEqual(path, command[0])
        self.given = environment
        self.asked_of.append(list(command))
        raise Executed

    def run_program(self, command: Sequence[str], **options: Any) -> Ended:
        self.assertEqual(options, {})
        self.asked_of.append(list(command))
        return self.admitted

    def call(self, command: Sequence[str], env: Mapping[str, str], cwd: str) -> int:
        self.asked_of.append(list(command))
        self.given = env
        if self.sends:
            Path(env["PP_SENT"]).touch()
        return 0

    def knock(self, command: str, key: str = "me@laptop", **environment: str) -> tuple[int, Said]:
        """The exit code, and what was said. A failure is told as the main program does."""
        with mock.patch.dict(os.environ, {"SSH_ORIGINAL_COMMAND": command, **environment}), streams() as said:
            try:
                code = door.main(self.paths, self.reporter, [key])
            except Failure as failure:
                self.reporter.failed(failure)
                code = failure.code
            except Executed:
                code = 0
        return code, said

    def test_without_a_command_it_greets(self) -> None:
        code, said = self.knock("")
        self.assertEqual((code, said.out), (4, b""))
        self.assertTrue(said.told[0].startswith("Hello me@laptop."))
        self.assertIn("no shell", said.told[0])
        self.assertIn("pocketpaas deploy", said.told[1])

    def test_what_is_neither_git_nor_a_verb_is_refused_with_a_sentence(self) -> None:
        for command in (
            *("ls", "bash -i", "scp -t /tmp", "/usr/lib/openssh/sftp-server", "rsync --server . /", "git-shell"),
            *("git-receive-pack shop", f"git-receive-pack 'shop'; {TOUCH}", "git-receive-pack 'shop' 'other'"),
            *(f"git-receive-pack '$({TOUCH})'", f"git-receive-pack '`{TOUCH}`'", "git-receive-pack '../../etc'"),
            *("git-receive-pack '/var/lib/pocketpaas/apps/shop/repo.git'", f"git-receive-pack 'shop\n{TOUCH}'"),
            *(f"git-receive-pack '--upload-pack={TOUCH}'", "git-receive-pack ''", "git-receive-pack 'sh\u00f6p'"),
            *("git-receive-pack 'Shop'", f"git-receive-pack '{'a' * 41}'", "git-upload-archive 'shop'"),
            *("pocketpaas", "x" * 20_000, "git-receive-pack 'shop\udcff'", "git-receive-pack 'shop'\n", "\n"),
            *("git  receive-pack 'shop'", "git-receive-pack '//shop'", "git-receive-pack 'shop.git.git'"),
        ):
            with self.subTest(command[:60]):
                code, said = self.knock(command)
                self.assertEqual((code, said.out), (4, b""))
                self.assertTrue(said.err.startswith(b"pocketpaas: "), said.err)
                self.assertNotIn(b"a" * 41, said.err)
        self.assertEqual((self.asked_of, self.reporter.lines), ([], []))

    def test_a_bad_verb_is_a_failure_that_the_program_can_read(self) -> None:
        for command in (
            *("pocketpaas/1", "pocketpaas/1 ", f"pocketpaas/1 hello;{TOUCH}", f"pocketpaas/1 hello $({TOUCH})"),
            *(f"pocketpaas/1 hello\n{TOUCH}", "pocketpaas/1  hello", "pocketpaas/x hello", "pocketpaas/1 hello\n"),
            *("pocketpaas/1 push shop a b c d main", "pocketpaas/1 admit shop push"),
            *("pocketpaas/1 hello \u0661", "pocketpaas/1 hello\tx", "pocketpaas/1 'hello'", "pocketpaas/\u0661 x"),
        ):
            with self.subTest(command):
                code, said = self.knock(command)
                self.assertEqual((code, said.err), (2, b""))
                self.assertTrue(self.told()[0].startswith("+fail\t"))
        self.assertEqual(self.asked_of, [])

    def test_another_protocol_is_explained(self) -> None:
        self.assertEqual(self.knock("pocketpaas/2 hello")[0], 4)
        self.assertEqual(
            self.reporter.lines[0], "+fail\tprotocol\tthis host speaks protocol 1, the command came with protocol 2"
        )

    def test_a_key_whose_line_is_damaged(self) -> None:
        for key in ("", "-x", "a b", "../x", "$(id)"):
            code, said = self.knock("pocketpaas/1 hello", key)
            self.assertEqual(code, 4)
            self.assertIn(b"authorized_keys is damaged", said.err)

    def test_a_verb_is_handed_to_enter_by_the_one_command_that_sudo_allows(self) -> None:
        self.knock("pocketpaas/1 env shop no-restart", LD_PRELOAD="x", GIT_DIR="y", PP_ROOT="z", TERM="xterm-256color")
        enter = str(self.paths.programs.parent / "current" / "enter")
        expected = ["/usr/bin/sudo", "-n", "--", enter, "me@laptop", "env", "shop", "no-restart"]
        self.assertEqual(self.asked_of, [expected])
        self.assertEqual(set(self.given), {"PATH", "LC_ALL", "TERM"})
        self.assertEqual(self.given["TERM"], "xterm-256color")
        # An unknown verb is enter's to refuse: it may be newer.
        self.knock("pocketpaas/1 nosuch")
        self.assertEqual(self.asked_of[-1][-1], "nosuch")

    def test_the_shortest_way_leads_where_the_door_does(self) -> None:
        outside = [name for name in MODULES if (rules.verb(name) or {})["outside"]]
        programs = self.paths.root / "programs"
        programs.mkdir()
        (programs / "outside").write_text("\n".join([str(rules.protocol()), *outside]))
        commands = (
            *("pocketpaas/1 hello", "pocketpaas/1 env shop no-restart", "pocketpaas/1 deploy shop " + "a" * 40),
            *(
                "",
                "ls",
                "pocketpaas/1",
                "pocketpaas/1 ",
                "pocketpaas/1  hello",
                "pocketpaas/2 hello",
                "pocketpaas/x hello",
            ),
            *(
                "pocketpaas/1 nosuch",
                "pocketpaas/1 push shop a b c d main",
                "pocketpaas/1 hello\n",
                "pocketpaas/1 hello\tx",
            ),
            *(
                f"pocketpaas/1 hello;{TOUCH}",
                f"pocketpaas/1 hello $({TOUCH})",
                "pocketpaas/1 hello \u0661",
                "pocketpaas/1 'x'",
            ),
            *("git-receive-pack 'shop'", "pocketpaas/1 hello " + "x" * 20_000, "pocketpaas/1 hello \udcff"),
        )
        taken = []
        for command in commands:
            for key in ("me@laptop", "", "-x", "a b", "../x", "$(id)"):
                for term in ("xterm-256color", "", "$(id)", "x" * 41, "-x"):
                    with self.subTest(command=command[:60], key=key, term=term):
                        self.asked_of.clear()
                        self.patched_hand_over(programs, key, command, term)
                        if self.asked_of:
                            short, given = list(self.asked_of), self.given
                            self.asked_of.clear()
                            self.knock(command, key, TERM=term)
                            self.assertEqual([one[4:] for one in short], [one[4:] for one in self.asked_of])
                            self.assertEqual(given, self.given)
                            taken.append(command)
        self.assertEqual(set(taken), set(commands[:3]))

    def patched_hand_over(self, programs: Path, key: str, command: str, term: str) -> None:
        with mock.patch.dict(os.environ, {"SSH_ORIGINAL_COMMAND": command, "TERM": term}):
            try:
                handover.hand_over(str(programs), [key])
            except Executed:
                pass

    def test_without_its_list_of_verbs_the_shortest_way_is_not_taken(self) -> None:
        self.patched_hand_over(self.paths.root, "me@laptop", "pocketpaas/1 hello", "dumb")
        self.assertEqual(self.asked_of, [])

    def test_a_terminal_is_a_name(self) -> None:
        for term in ("", "$(id)", "a b", "x" * 41, "../x", "\udcff"):
            self.knock("pocketpaas/1 hello", TERM=term)
            self.assertEqual(self.given["TERM"], "dumb", term)

    def test_git_is_run_with_our_settings_and_nobodys_environment(self) -> None:
        hostile = {"GIT_DIR": "/x", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.sshCommand", "LD_PRELOAD": "y"}
        for command in ("git-receive-pack 'shop'", "git receive-pack '/shop.git'"):
            self.assertEqual(self.knock(command, GIT_PROTOCOL="version=2", PP_KEY="boss", **hostile)[0], 0)
        admit, git = self.asked_of[-2:]
        self.assertEqual(admit[-4:], ["me@laptop", "admit", "shop", "push"])
        self.assertEqual(git[-2:], ["receive-pack", str(self.paths.app("shop") / "repo.git")])
        self.assertIn(f"core.hooksPath={self.paths.programs / 'hooks'}", git)
        for setting in ("receive.fsckObjects=true", "receive.shallowUpdate=true", "receive.maxInputSize=2g"):
            self.assertIn(setting, git)
        expected = {"PP_KEY": "me@laptop", "PP_APP": "shop", "PP_BRANCH": "main", "PP_FINGERPRINT": "SHA256:x"}
        self.assertEqual({name: self.given[name] for name in expected}, expected)
        self.assertEqual(self.given["GIT_PROTOCOL"], "version=2")
        self.assertFalse(set(hostile) & set(self.given))
        self.assertFalse(Path(self.given["PP_SENT"]).parent.exists())

    def test_a_fetch_asks_for_no_more(self) -> None:
        self.sends = False
        code, said = self.knock("git-upload-pack 'shop'", GIT_PROTOCOL="version=2; id")
        self.assertEqual((code, said.err), (0, b""))
        self.assertEqual([self.asked_of[0][-1], self.asked_of[1][-2]], ["fetch", "upload-pack"])
        self.assertNotIn("GIT_PROTOCOL", self.given)

    def test_where_nothing_was_sent_it_says_what_is_live(self) -> None:
        self.sends = False
        self.assertIn(b"nothing of shop is live", self.knock("git-receive-pack 'shop'")[1].err)
        self.admitted = Ended(0, tree.text({"live": "12", "commit": "1" * 40}), b"")
        self.assertIn(b"live is v12 (1111111) of shop", self.knock("git-receive-pack 'shop'")[1].err)

    def test_a_tag_that_stands_in_the_way_of_a_branch_is_named_with_what_works(self) -> None:
        """git's own message there is "dst refspec main matches more than one"."""
        self.sends = False
        repository = self.paths.app("shop") / "repo.git"
        heads, tags = repository / "refs" / "heads", repository / "refs" / "tags"
        for directory in (heads, tags):
            directory.mkdir(parents=True)
        (heads / "main").write_text("1" * 40)
        (tags / "v1").write_text("1" * 40)
        self.assertNotIn(b"a tag named", self.knock("git-receive-pack 'shop'")[1].err)
        (tags / "main").write_text("1" * 40)
        told = self.knock("git-receive-pack 'shop'")[1].err
        for words in (b"a tag named main", b"push pocketpaas :refs/tags/main", b"pocketpaas HEAD:refs/heads/main"):
            self.assertIn(words, told)
        # Packed, and of an app that has no deploy branch yet.
        self.admitted = Ended(0, tree.text({"branch": ""}), b"")
        (tags / "main").unlink()
        packed = f"# pack-refs with: peeled\n{'1' * 40} refs/heads/a/b\n{'2' * 40} refs/tags/a/b\n^{'3' * 40}\n"
        (repository / "packed-refs").write_text(packed)
        self.assertIn(b"a tag named a/b", self.knock("git-receive-pack 'shop'")[1].err)
        self.sends = True
        self.assertNotIn(b"a tag named", self.knock("git-receive-pack 'shop'")[1].err)

    def test_who_may_not_is_told_why(self) -> None:
        self.admitted = Ended(4, b"+fail\tnot-allowed\tthe key ci may not\n+hint\task\n+notice\tk\t\tfull\t\n", b"x")
        code, said = self.knock("git-receive-pack 'blog'")
        self.assertEqual(code, 4)
        self.assertEqual(said.told, [" !", " !     the key ci may not", " !     ask", " !     full"])
        self.assertEqual(len(self.asked_of), 1)

    def test_git_that_dies_by_a_signal(self) -> None:
        self.patch(door.subprocess, "call", lambda *_a, **_o: -9)
        self.assertEqual(self.knock("git-upload-pack 'shop'")[0], 137)


if __name__ == "__main__":
    unittest.main()
