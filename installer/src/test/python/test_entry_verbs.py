"""The verbs that need no engine: who may do what, and what comes of it."""

from __future__ import annotations

import base64
import errno
import io
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from pocketpaas import rules
from pocketpaas.entry import (
    attach,
    authorize,
    cancel,
    changes,
    create,
    deploy,
    enter,
    first_key,
    install_programs,
    nginx,
    programs,
    push,
    refresh,
    set_up,
    source,
)
from pocketpaas.entry import keys as key_verb
from pocketpaas.machine.compiled import compile_missing
from pocketpaas.failure import BadRequest, CannotWrite, Failure, Refused
from pocketpaas.machine import locks
from pocketpaas.operation import deploys, work
from pocketpaas.machine.locks import Holder
from pocketpaas.machine.process import Ended
from pocketpaas.machine.request import Request
from pocketpaas.operation.work import Work
from pocketpaas.release import slots
from pocketpaas.state import keys, names, tree, values
from program_fixture import HOSTILE, ProgramCase, Repository, streams

HASH = "a" * 64


class EnterTest(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        self.file("host/domain", "example.com")

    def enter(self, key: str, words: str) -> tuple[int, list[str]]:
        """The exit code, and the lines of events."""
        with streams() as said:
            try:
                code = enter.main(self.paths, self.reporter, [key, *words.split(" ")])
            except Failure as failure:
                self.reporter.failed(failure)
                code = failure.code
        self.assertEqual(said.err, b"")
        return code, self.told()

    def test_a_deploy_key_is_kept_to_its_apps_and_its_verbs(self) -> None:
        for words in (
            *("hello blog", "show blog env", "show nosuch env", "log blog 1", "logs blog", "attach blog"),
            *("cancel blog", "cancel blog 20260101T000000Z-00000000", "show blog bundle", "admit blog push"),
            *("admit newapp push", "deploy blog " + "0" * 40, "env shop", "domains shop", "scale shop web=2"),
            *("restart shop", "restart shop stop-first", "stop shop", "start shop", "rollback shop -"),
            *("destroy shop", "run shop pipe aa", "nginx shop show", "nginx shop set", "nginx shop unset"),
            *("keys list", "prune", "prune dry-run", "show blog release 1", "create newapp", f"refresh {HASH}"),
            *("shared list", "auth shop list", "maintenance shop state", "digests blog 1 2", "ssl shop add"),
        ):
            with self.subTest(words):
                code, told = self.enter("ci", words)
                self.assertEqual(code, 4)
                self.assertTrue(told[0].startswith("+fail\tnot-allowed\tthe key ci may"))

    def test_a_deploy_key_gets_no_blueprint(self) -> None:
        """Not even of its own app: the values of its variables are in it."""
        code, told = self.enter("ci", "show shop blueprint")
        self.assertEqual((code, told[0][:16]), (4, "+fail\tnot-allowe"))

    def test_a_deploy_key_sees_its_own_app(self) -> None:
        for words in ("show shop scale", "show shop env", "show shop bundle", "hello shop", "hello"):
            self.assertEqual(self.enter("ci", words), (0, []), words)

    def test_nonsense_is_refused(self) -> None:
        for code, key, words in (
            *((4, "boss", "show shop release 9"), (2, "boss", "show shop release latest")),
            *((2, "boss", "show shop release"), (2, "boss", "show shop releases 9"), (2, "boss", "prune everything")),
            *((4, "ghost", "hello"), (4, "..", "hello"), (2, "boss", "nosuch"), (2, "boss", "../door")),
            *((2, "boss", "deploy shop"), (2, "boss", "hello shop more"), (2, "boss", "show ../shop env")),
            *((2, "boss", "show shop$IFS env"), (4, "boss", "show nosuch env"), (2, "boss", "logs shop what")),
            *((2, "boss", "attach shop more"), (4, "boss", "attach shop"), (4, "ci", "cancel shop")),
            *((4, "boss", "cancel shop 20260101T000000Z-00000000"), (2, "boss", "stop shop worker")),
            *((2, "boss", "hello \u0661"), (2, "boss", "deploy shop " + "0" * 39), (2, "boss", "hello \udcff")),
        ):
            with self.subTest(words):
                found, told = self.enter(key, words)
                self.assertEqual(found, code, told)
                self.assertTrue(told[0].startswith("+fail\t"))

    def test_hostile_arguments_of_every_verb(self) -> None:
        self.assertEqual([text for text in HOSTILE if names.is_argument(text)], ["--help", "../../x"])
        for verb in rules._rules()["verbs"]:
            for text in (text for text in HOSTILE if not names.is_argument(text)):
                with self.assertRaises(Failure):
                    enter.checked(self.paths, self.reporter, ["boss", verb, "shop", text, text])
        for text in HOSTILE:
            with self.assertRaises(Failure):
                enter.checked(self.paths, self.reporter, [text, "hello"])
            with self.assertRaises(Failure):
                enter.checked(self.paths, self.reporter, ["boss", text])

    def test_a_key_that_is_damaged(self) -> None:
        (self.paths.keys / "ci" / "role").unlink()
        code, told = self.enter("ci", "show shop env")
        self.assertEqual(code, 1)
        self.assertTrue(told[0].startswith("+fail\tstate-damaged"))

    def test_as_a_whole_program(self) -> None:
        environment = {"PP_ROOT": str(self.paths.root), "PP_LOG": str(self.paths.log)}
        command = [sys.executable, "-I", str(self.paths.programs / "enter")]
        done = subprocess.run([*command, "ci", "hello", "shop"], env=environment, capture_output=True, check=False)
        self.assertEqual((done.returncode, tree.parse(done.stdout)["role"]), (0, "deploy"))
        done = subprocess.run([*command, "ci", "hello", "blog"], env=environment, capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout[:18]), (4, b"+fail\tnot-allowed\t"))
        full = subprocess.run(
            ["/bin/sh", "-c", '"$@" >/dev/full', "sh", *command, "ci", "hello"], env=environment, check=False
        )
        self.assertEqual(full.returncode, 1)
        self.assertIn("No space left", (self.paths.log / "errors.log").read_text())


class KeysTest(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        values.remove_tree(self.paths.keys / "boss")
        values.remove_tree(self.paths.keys / "ci")
        for kind, bits in (("ed25519", 256), ("rsa", 1024)):
            file = self.paths.root / kind
            command = ["/usr/bin/ssh-keygen", "-q", "-t", kind, "-b", str(bits), "-N", "", "-C", "a b", "-f", str(file)]
            subprocess.run(command, check=True)
        self.public = (self.paths.root / "ed25519.pub").read_text()

    def ask(self, *words: str, public: str = "") -> dict[str, str]:
        given = tree.text({"public": public} if public else {})
        return self.asked(key_verb.serve, "keys", *words, given=given)

    def test_from_the_first_to_the_last(self) -> None:
        with streams(self.public.encode()):
            first_key.main(self.paths, self.reporter, ["ada"])
        with streams(self.public.encode()):
            first_key.main(self.paths, self.reporter, ["ada"])
        listed = self.ask("list")
        self.assertEqual((listed["ada/role"], listed["ada/fingerprint"][:7]), ("admin", "SHA256:"))
        other = "ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0 " + b"x" * 32).decode()
        found = self.ask("add", "ci", "deploy", "shop,blog", public=other)
        self.assertEqual(found["fingerprint"], values.read(self.paths.keys / "ci" / "fingerprint"))
        self.assertEqual(keys.apps(self.paths, "ci"), ("shop", "blog"))
        text = (self.paths.root / "home/.ssh/authorized_keys").read_text()
        self.assertEqual(text.count("command="), 2)
        with self.assertRaisesRegex(Refused, "this key is already on the host, as ci"):
            self.ask("add", "ci", "deploy", "shop", public=other)
        self.ask("remove", "ci")
        self.assertNotIn(other, (self.paths.root / "home/.ssh/authorized_keys").read_text())
        for name in ("ci", "ada", "../x", ""):
            with self.assertRaises(Refused):
                self.ask("remove", name)
        (self.paths.root / "home/.ssh/authorized_keys").unlink()
        authorize.main(self.paths, self.reporter, [])
        self.assertEqual((self.paths.root / "home/.ssh/authorized_keys").stat().st_mode & 0o777, 0o644)
        self.assertEqual([name for name in os.listdir(self.paths.keys)], ["ada"])

    def test_what_is_refused(self) -> None:
        weak = (self.paths.root / "rsa.pub").read_text()
        for cause, words, public in (
            ("bad-request", ("nosuch",), ""),
            ("bad-request", ("list", "x"), ""),
            ("bad-request", ("add", "x"), self.public),
            ("bad-request", ("add", "x", "admin"), ""),
            ("bad-request", ("add", "x", "owner"), self.public),
            ("bad-request", ("add", "x", "admin", "shop"), self.public),
            ("bad-request", ("add", "x", "deploy"), self.public),
            ("bad-request", ("add", "x", "deploy", "../x"), self.public),
            ("no-app", ("add", "x", "deploy", "nosuch"), self.public),
            ("bad-request", ("add", "a b", "admin"), self.public),
            ("bad-key", ("add", "x", "admin"), weak),
            ("bad-key", ("add", "x", "admin"), "ssh-ed25519 " + "A" * 68),
            ("bad-key", ("add", "x", "admin"), f'command="id" {self.public}'),
            *(("bad-key", ("add", "x", "admin"), text) for text in HOSTILE if 0 < len(text) < 1000),
        ):
            with self.subTest((words, public[:40])), self.assertRaises(Failure) as caught:
                self.ask(*words, public=public)
            self.assertEqual(caught.exception.cause, cause)
        self.assertEqual(os.listdir(self.paths.keys), [])

    def test_a_full_disk_adds_nothing(self) -> None:
        self.ask("add", "boss", "admin", public=self.public)
        other = "ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0 " + b"x" * 32).decode()
        before = self.ask("list")
        for place in ("put", "sync_tree", "sync", "write"):
            with self.subTest(place), mock.patch.object(values, place, self.full_disk()):
                self.assert_refused("keys", "add", "x", "admin", public=other)
            self.assertEqual(self.ask("list"), before)
        self.ask("add", "x", "admin", public=other)
        before = self.ask("list")
        for place in ("sync", "write"):
            with self.subTest(f"remove {place}"), mock.patch.object(values, place, self.full_disk()):
                self.assert_refused("keys", "remove", "x")
            self.assertEqual(self.ask("list"), before)

    def full_disk(self) -> mock.Mock:
        cause = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        error = CannotWrite("x")
        error.__cause__ = cause
        return mock.Mock(side_effect=[error, cause])

    def assert_refused(self, *words: str, public: str = "") -> None:
        """As exit code 4 tells: nothing was changed."""
        sent = io.BytesIO(tree.text({"public": public}) if public else b"")
        asked = Request(self.paths, self.reporter, "boss", words[0], words[1:], sent)
        for _ in range(2):
            sent.seek(0)
            with self.assertRaisesRegex(Refused, "the host's disk is full; nothing was changed") as caught:
                enter._answer(asked)
            self.assertEqual((caught.exception.cause, caught.exception.code), ("disk-full", 4))


class ProgramsTest(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        self.lib = self.paths.root / "lib"
        self.paths = replace(self.paths, programs=self.lib / HASH)
        self.tree(self.lib / HASH, {"door": "#!/bin/sh\n"})
        self.sent = {"door": "#!/usr/bin/python3 -IS\n", "pocketpaas/a.py": "x = 1\n"}
        self.sent |= {"pocketpaas/rules.json": "{}", "pocketpaas/entry/door.py": "x = 1\n"}

    def hash_of(self, sent: dict[str, str]) -> str:
        return programs.content_hash(self.tree(self.paths.root / "sent", sent))

    def refresh(self, version: str, sent: dict[str, str]) -> dict[str, str]:
        return self.asked(refresh.serve, "refresh", version, given=tree.text(sent))

    def test_another_version_takes_the_place(self) -> None:
        version = self.hash_of(self.sent)
        self.assertEqual(self.refresh(version, self.sent), {"programs": version})
        new = self.lib / version
        self.assertEqual(os.readlink(self.lib / "current"), version)
        modes = {name: (new / name).stat().st_mode & 0o777 for name in ("door", "pocketpaas", "pocketpaas/a.py")}
        self.assertEqual(modes, {"door": 0o755, "pocketpaas": 0o755, "pocketpaas/a.py": 0o644})
        compiled = list((new / "pocketpaas" / "__pycache__").iterdir())
        self.assertEqual([file.stat().st_mode & 0o777 for file in compiled], [0o644])
        self.assertIn(os.fsencode(str(new / "pocketpaas/a.py")), compiled[0].read_bytes())
        self.assertEqual(programs.content_hash(new), version)
        # What older programs put in place, root compiles when nobody waits; the git user reads it, too.
        door = new / "pocketpaas/entry/__pycache__" / f"door.{sys.implementation.cache_tag}.pyc"
        door.unlink()
        compiled[0].chmod(0o600)
        compiled[0].parent.chmod(0o700)
        compile_missing(replace(self.paths, programs=new))
        self.assertEqual([path.stat().st_mode & 0o777 for path in (door, *compiled)], [0o644, 0o644])
        self.assertEqual(compiled[0].parent.stat().st_mode & 0o777, 0o755)
        at = door.stat().st_mtime_ns
        compile_missing(replace(self.paths, programs=new))
        self.assertEqual(door.stat().st_mtime_ns, at)
        # Once more: nothing is replaced.
        at = new.stat().st_ino
        self.refresh(version, self.sent)
        self.assertEqual(new.stat().st_ino, at)
        self.assertEqual([name for name in os.listdir(self.lib) if name.startswith(".")], [])

    def test_what_did_not_arrive_as_it_was_sent(self) -> None:
        for version in ("b" * 64, "x", "", "../x", HASH.upper()):
            with self.subTest(version), self.assertRaises(BadRequest):
                self.refresh(version, self.sent)
        with self.assertRaises(BadRequest):
            refresh.serve(self.request("refresh", HASH, given=tree.text({"../x": "y"})))
        self.assertEqual(os.listdir(self.lib), [HASH])

    def test_old_ones_go_but_for_three_and_what_is_used(self) -> None:
        for number in range(6):
            values.make_directory(self.lib / f"{number:064}")
            os.utime(self.lib / f"{number:064}")
            time.sleep(0.01)
        self.tree(self.lib / "own", {"x": "y"})
        used = f"{0:064}"
        values.link(f"{1:064}", self.lib / "current")
        with subprocess.Popen(
            ["/bin/sh", "-c", "read x; :", f"{self.lib / used}/work/drain"], stdin=subprocess.PIPE
        ) as one:
            while not Path(f"/proc/{one.pid}/cmdline").read_bytes():
                time.sleep(0.001)
            programs.forget(self.paths)
            one.communicate(b"\n")
        kept = [f"{number:064}" for number in (0, 1, 3, 4, 5)] + [HASH, "current", "own"]
        self.assertEqual(values.names(self.lib), sorted(kept))

    def test_the_first_one(self) -> None:
        source_tree = self.tree(self.paths.root / "sent", self.sent)
        self.tree(source_tree, {"pocketpaas/__pycache__/x.pyc": "y"})
        version, target = programs.content_hash(source_tree), self.paths.root / "first"
        with self.assertRaisesRegex(Failure, "did not arrive"):
            install_programs.main(self.paths, self.reporter, [str(source_tree), str(target), HASH])
        self.assertEqual(install_programs.main(self.paths, self.reporter, [str(source_tree), str(target), version]), 0)
        self.assertEqual(values.names(target), sorted([version, "current"]))


class OperationsCase(ProgramCase):
    """`started` are the programs of the operations that were started; each ends with `code`."""

    def setUp(self) -> None:
        super().setUp()
        self.as_somebody()
        self.started: list[tuple[str, Work]] = []
        self.code = 0
        self.patch(work, "start", self.start)

    def start(self, paths: Any, one: Work, program: str) -> None:
        self.started.append((program, one))
        values.put(one.directory / "log", "+note\tdone\n")
        values.put(one.directory / "result", str(self.code))

    def serve(self, verb: Any, name: str, *words: str, given: bytes = b"", key: str = "boss") -> tuple[int, list[str]]:
        with streams() as said:
            code = verb(self.request(name, *words, given=given, key=key))
        return code, said.lines


class ChangesTest(OperationsCase):
    def test_data_and_arguments_go_into_the_spool(self) -> None:
        self.code = 5
        given = tree.text({"set/A": "1\n"})
        self.assertEqual(self.serve(changes.serve, "env", "shop", "no-restart", given=given), (5, ["+note\tdone"]))
        ((program, one),) = self.started
        self.assertEqual((program, one.kind, one.app, one.who), ("change", "env", "shop", "boss"))
        kept = [values.read(one.directory / path) for path in ("args", "values/set/A")]
        self.assertEqual(kept, ["no-restart", "1\n"])

    def test_without_data_nothing_is_read(self) -> None:
        self.serve(changes.serve, "scale", "shop", "web=2", "worker=1", given=b"nonsense")
        self.assertEqual(values.read(self.started[0][1].directory / "args"), "web=2\nworker=1")

    def test_a_full_disk_is_a_refusal(self) -> None:
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with self.assertRaises(BrokenPipeError), work.spooling(self.spool()):
            raise BrokenPipeError
        for error in (CannotWrite("a"), full):
            one = self.spool()
            with self.assertRaises(Refused) as caught, work.spooling(one):
                raise error
            self.assertEqual((caught.exception.cause, one.directory.exists()), ("disk-full", False))
        put = values.put

        def full_at_last(path: Path, text: str, mode: int = 0o600) -> None:
            if path.name == "args":
                raise CannotWrite(path)
            put(path, text, mode)

        with mock.patch.object(values, "put", full_at_last), self.assertRaises(Refused) as caught:
            changes.change(self.request("scale", "shop", "web=2"), False)
        self.assertEqual((caught.exception.cause, values.names(self.paths.works), self.started), ("disk-full", [], []))

    def spool(self) -> Work:
        return work.create(self.paths, "scale", "shop", "boss")

    def test_what_is_no_tree_leaves_nothing(self) -> None:
        for given in (b"", b"a\0b\0", b"../a\0b\0.\0end\0"):
            with self.assertRaises(BadRequest):
                self.serve(changes.serve, "env", "shop", given=given)
        self.assertEqual((values.names(self.paths.works), self.started), ([], []))


class DeployTest(OperationsCase):
    def setUp(self) -> None:
        super().setUp()
        self.repository = Repository(self.paths.root / "work-tree")
        self.repository.write("index.html", "hello")
        self.commit = self.repository.commit("Caf\u00e9")
        self.bare = self.paths.app("shop") / "repo.git"
        self.repository.git("clone", "--quiet", "--bare", ".", str(self.bare))
        self.sent = tree.text({"settings/branch": "main", "options": "now"})
        self.as_somebody()

    def deploy(self, commit: str = "", given: bytes | None = None) -> tuple[int, list[str]]:
        return self.serve(
            deploy.serve, "deploy", "shop", commit or self.commit, given=self.sent if given is None else given
        )

    def test_a_commit_that_is_on_the_host(self) -> None:
        self.assertEqual(self.deploy(), (0, ["+note\tdone"]))
        ((program, one),) = self.started
        self.assertEqual(program, "deploy")
        kept = {name: values.read(one.directory / name) for name in ("commit", "subject", "branch", "args")}
        expected = {"commit": self.commit, "subject": "Caf\u00e9", "branch": "main", "args": f"shop\n{self.commit}"}
        self.assertEqual(kept, expected)
        self.assertTrue(source.is_whole(one.directory / "source.tar"))
        self.assertEqual(
            self.told(),
            [
                *("+step\tsource\tstart\t", f"+step\tsource\tdone\t{self.commit[:7]} Caf\u00e9"),
                f"+result\twork\t{one.id}",
            ],
        )

    def test_what_is_refused_leaves_nothing(self) -> None:
        for commit, given, cause in (
            ("main", None, "bad-request"),
            ("1" * 40, None, "no-commit"),
            ("", b"nonsense", "bad-request"),
        ):
            with self.assertRaises(Failure) as caught:
                self.deploy(commit, given)
            self.assertEqual(caught.exception.cause, cause)
        shutil.rmtree(self.bare / "objects" / self.repository.git("rev-parse", "HEAD:index.html")[:2])
        with self.assertRaises(Refused) as caught:
            self.deploy()
        self.assertEqual((values.names(self.paths.works), self.started), ([], []))

    def test_another_one_at_work(self) -> None:
        other = work.create(self.paths, "deploy", "shop", "ann")
        held = locks.take(other.directory / "alive", Holder("x", "y"))
        build = locks.build_lock(self.paths, "shop", Holder("ann", "deploy", other.id))
        assert held is not None
        with self.assertRaisesRegex(Refused, "shop is busy: deploy by ann"):
            self.deploy()
        import threading

        threading.Timer(0.2, held.release).start()
        self.patch(deploys, "_POLL", 0.02)
        self.deploy(given=tree.text({"options": "wait"}))
        self.assertEqual(
            self.told()[-5:-3], ["+step\tqueue\tstart\tplace 1, behind deploy by ann", "+step\tqueue\tdone\t"]
        )
        build.release()

    def test_refs_of_the_command_line_that_are_kept(self) -> None:
        for number in range(25):
            self.repository.git("--git-dir", str(self.bare), "update-ref", f"refs/pocketpaas/{number}", self.commit)
        self.deploy()
        left = self.repository.git("--git-dir", str(self.bare), "for-each-ref", "refs/pocketpaas").splitlines()
        self.assertEqual(len(left), 20)


class PushTest(OperationsCase):
    def push(self, words: str, given: bytes = b"") -> str:
        file = self.paths.root / "given"
        file.write_bytes(given)
        with open(file, "rb") as stdin, streams():
            try:
                push.serve(replace(self.request("push", "shop", *words.split(" ")), stdin=stdin))
            except Failure as failure:
                self.assertEqual((self.started, values.names(self.paths.works)), ([], []))
                return f"{failure.cause}: {failure.text}"
        return "good"

    def test_what_is_refused(self) -> None:
        one, end = "1" * 40, tree.text({"subject": "x"})
        self.file("apps/shop/settings/blobs/app.json", "2" * 40)
        self.file("host/disk-needed", "0")
        for words, given, said in (
            (f"x {one} - - main", end, "bad-request: a commit is named by its whole id"),
            (f"{one} {one} x - main", end, "bad-request: a file is named by its whole id"),
            (f"{one} {one} - - a..b", end, "bad-request: this cannot be a deploy branch"),
            (f"{one} {one} - - main", b"", "bad-request: the request was cut off"),
            (f"{one} {one} - - main", b"a\0" + b"x" * 70_000, "bad-request: the request is larger than 65536 bytes"),
            (f"{one} {one} - - main", tree.text({"a/../b": "x"}), "bad-request: invalid path in the request"),
            (f"{one} {one} - - main", tree.text({f"a{n}": "x" for n in range(17)}), "bad-request: the request holds"),
            (f"{one} {one} - - main", tree.text({"lfs": "a\nb"}), "lfs: the commit holds Git LFS pointers"),
            (f"{one} {one} {one} - main", end, "settings-changed: pocketpaas.yml has never been deployed"),
            (f"{one} {one} - {one} main", end, "settings-changed: settings changed: run"),
            (f"{one} {one} - - main", end + b"no tar", "source: the source arrived incomplete"),
        ):
            with self.subTest(said):
                self.assertTrue(self.push(words, given).startswith(said), self.push(words, given))

    def test_an_image_that_an_option_has_named_is_not_what_is_pushed(self) -> None:
        self.file("apps/shop/settings/image", "ghcr.io/shop:1")
        self.file("apps/shop/settings/image-from", "option")
        one = "1" * 40
        self.assertEqual(
            self.push(f"{one} {one} - - main", tree.text({})),
            'settings-changed: shop runs the image ghcr.io/shop:1, which "deploy --image" named',
        )

    def test_a_source_that_came_whole(self) -> None:
        repository = Repository(self.paths.root / "repo")
        repository.write("a", "b")
        tar = subprocess.run(
            ["/usr/bin/git", "archive", repository.commit("x")],
            cwd=repository.directory,
            capture_output=True,
            check=True,
        ).stdout
        self.file("apps/shop/settings/blobs/app.json", "2" * 40)
        one = "1" * 40
        given = tree.text({"subject": ".end", "author": "x", "blobs/app.json": "2" * 40}) + tar
        self.assertEqual(self.push(f"{one} {one} - {'2' * 40} main", given), "good")
        self.assertEqual((self.started[0][1].directory / "source.tar").read_bytes(), tar)

    def test_a_full_disk(self) -> None:
        self.patch(push, "store_description", mock.Mock(side_effect=source.no_room()))
        one = "1" * 40
        self.assertTrue(self.push(f"{one} {one} - - main", tree.text({})).startswith("disk-full: the source could not"))
        mock.patch.stopall()
        spool = work.create(self.paths, "deploy", "shop", "x")
        with mock.patch.object(values, "put", mock.Mock(side_effect=CannotWrite("x"))), self.assertRaises(Refused):
            push.store_description(spool, {"a/b": "c"})


class AttachAndCancelTest(OperationsCase):
    def setUp(self) -> None:
        super().setUp()
        self.patch(cancel, "_PATIENCE", 0.3)
        self.commands: list[list[str]] = []
        self.patch(cancel, "run", self.run_program)

    def run_program(self, command: list[str], **_options: Any) -> Ended:
        self.commands.append(command)
        if command[:2] == ["systemctl", "kill"]:
            self.lock.release()
        return Ended(1, b"", b"")

    def running(self, **files: str) -> Work:
        """A deploy at work."""
        one = work.create(self.paths, "deploy", "shop", "ann")
        lock, build = locks.take(one.directory / "alive", Holder("x", "y")), locks.take(
            self.paths.app("shop") / "build.lock", Holder("ann", "deploy", one.id)
        )
        assert lock is not None and build is not None
        self.lock = lock
        build.release()
        for name, text in files.items():
            values.put(one.directory / name, text)
        return one

    def ended(self, code: str = "0") -> Work:
        one = self.running(log="+note\tx\n", result=code)
        self.lock.release()
        return one

    def refused(self, verb: Any, *words: str) -> str:
        with self.assertRaises(Refused) as caught:
            self.serve(verb, "x", "shop", *words)
        return caught.exception.text

    def test_one_that_ended_a_moment_ago_can_still_be_looked_at(self) -> None:
        self.assertEqual(self.refused(attach.serve), "no deploy of shop is at work")
        one = self.ended("5")
        self.assertEqual(self.serve(attach.serve, "attach", "shop"), (5, ["+note\tx"]))
        self.assertRegex(self.told()[0], r"\+note\tdeploy by ann, begun \d s ago, ended \d s ago")
        at = time.time() - 1000
        os.utime(one.directory / "result", (at, at))
        self.assertEqual(self.refused(attach.serve), "no deploy of shop is at work; the last one ended 16 min ago")

    def test_nothing_to_cancel(self) -> None:
        self.assertEqual(self.refused(cancel.serve), "there is no deploy of shop to cancel")
        self.ended()
        self.assertIn("has ended", self.refused(cancel.serve))
        self.running()
        self.assertIn(": that one has ended", self.refused(cancel.serve, "20260101T000000Z-00000000"))
        self.lock.release()

    def test_the_program_is_told_and_ends(self) -> None:
        with subprocess.Popen(["/bin/sleep", "30"]) as program:
            one, really = self.running(pid=str(program.pid)), os.kill

            def kill(pid: int, number: int) -> None:
                self.assertEqual(
                    (pid, number, values.read(one.directory / "cancelled")), (program.pid, signal.SIGTERM, "boss")
                )
                really(pid, number)
                values.put(one.directory / "result", "5")

            self.patch(os, "kill", kill)
            self.assertEqual(self.serve(cancel.serve, "cancel", "shop", one.id), (0, []))
        self.assertEqual(self.told()[1:], [f"+result\tcancelled\t{one.id}"])
        self.lock.release()

    def test_one_that_does_not_stop_is_killed(self) -> None:
        for pid in ("", "1", "x", "-1", "4194304"):
            one = self.running(pid=pid)
            with mock.patch.object(os, "kill", mock.Mock(side_effect=ProcessLookupError)) as killed:
                self.serve(cancel.serve, "cancel", "shop")
            self.assertEqual(killed.call_count, pid == "4194304")
            self.assertEqual(self.commands[-2], ["systemctl", "kill", "--signal=KILL", one.unit])
            self.assertEqual(self.commands[-1][1:], ["shop"])
            told = self.told()
            self.assertIn("+warn\tit does not stop, so it is killed", told)
            self.assertIn("+warn\twhat it tried is removed by the next command", told)

    def test_too_late(self) -> None:
        values.make_directory(self.paths.release("shop", 7))
        slots.prepare(self.paths, "shop", "blue", 7)
        slots.switch(self.paths, "shop", "blue")
        one = self.running(pid="4194304")

        def kill(pid: int, number: int) -> None:
            values.put(one.directory / "result", "0")

        self.patch(os, "kill", kill)
        self.assertEqual(self.refused(cancel.serve), "too late: v7 is live")
        self.lock.release()


class CreateTest(ProgramCase):
    def test_all_or_nothing(self) -> None:
        self.as_somebody()
        for _ in range(2):
            self.assertEqual(self.asked(create.serve, "create", "new"), {})
        self.assertTrue((self.paths.app("new") / "repo.git" / "HEAD").exists())
        from pocketpaas.operation import apps

        self.patch(apps, "run", lambda *_a, **_o: Ended(1, b"", b"no"))
        with self.assertRaisesRegex(Failure, "cannot make the app's directory"):
            create.serve(self.request("create", "other"))
        # Two at once: the second finds it made.
        apps.create(self.paths, "new", "x")
        self.assertEqual(values.names(self.paths.apps), ["blog", "new", "shop"])
        self.assertEqual([name for name in os.listdir(self.paths.apps) if name.startswith(".")], [])

    def test_the_repository_belongs_to_the_git_user(self) -> None:
        from pocketpaas.operation import apps

        self.patch(os, "geteuid", lambda: 0)
        with mock.patch("pwd.getpwnam", lambda name: mock.Mock(pw_uid=7, pw_gid=8)):
            self.assertEqual(apps._git_user(), (7, 8))
        with mock.patch("pwd.getpwnam", mock.Mock(side_effect=KeyError)):
            self.assertIsNone(apps._git_user())


class NginxTest(OperationsCase):
    def test_the_lines_for_nginx(self) -> None:
        self.assertEqual(self.asked(nginx.serve, "nginx", "shop", "show"), {})
        self.tree(self.paths.app("shop"), {"operator/nginx": "deny all;\n", "nginx-refused": "why"})
        found = self.asked(nginx.serve, "nginx", "shop", "show")
        self.assertEqual(found, {"snippet": "deny all;\n", "refused": "why"})
        with self.assertRaises(BadRequest):
            nginx.serve(self.request("nginx", "shop", "x"))
        with mock.patch.object(changes, "change", lambda request, with_data: 7 if with_data else 8):
            codes = [nginx.serve(self.request("nginx", "shop", word)) for word in ("set", "unset")]
        self.assertEqual(codes, [7, 8])


class SetUpTest(OperationsCase):
    def test_the_spool_is_the_operations_state_and_goes_afterwards(self) -> None:
        spool = self.tree(self.paths.root / "spool", {"values/host/name": "x", "programs/door": "y"})
        self.code = 7
        with streams() as said:
            self.assertEqual(set_up.main(self.paths, self.reporter, [str(spool)]), 7)
        self.assertEqual((said.lines, spool.exists()), (["+note\tdone"], False))
        self.assertEqual(self.started[0][0], "init")


if __name__ == "__main__":
    unittest.main()
