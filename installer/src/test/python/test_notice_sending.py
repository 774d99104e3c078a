"""Telling people by the host itself, and sweeping up what killed operations left."""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
import unittest
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from fake_engine import FakeEngine
from pocketpaas.engine.client import Engine
from pocketpaas.notice import notify, sweep, tell
from pocketpaas.notice.store import NoticeStore
from pocketpaas.machine import locks
from pocketpaas.operation import work
from pocketpaas.machine.locks import Holder
from pocketpaas.machine.process import Ended
from pocketpaas.operation.work import Work
from pocketpaas.state import values
from program_fixture import HOSTILE, ProgramCase

A = "a" * 64


class NotifyTest(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        self.file("host/name", "prod")
        values.make_directory(self.paths.root / "notices")
        self.status = 204
        self.bodies: list[bytes] = []
        self.requests: list[str] = []
        self.looks = 0
        case = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                case.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                login = self.headers.get("Authorization", "-")
                case.requests.append(f"POST {self.path} {self.headers['Content-Type']} {login}")
                self.send_response(case.status)
                self.send_header("Location", "http://127.0.0.1:9/")
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"

    def target(self, text: str) -> None:
        self.file("host/notify", text)

    def noticed(self, kind: str, app: str, name: str, text: str, hint: str = "", **more: str) -> None:
        self.looks += 1
        NoticeStore(self.paths, f"{time.time() + self.looks:.6f}").put(kind, app, name, text, hint, **more)

    def notify(self) -> list[str]:
        self.looks += 1
        notify.notify_all(self.paths, NoticeStore(self.paths, f"{time.time() + self.looks:.6f}"), self.reporter)
        return self.told()

    def tried(self) -> list[str]:
        code = notify.send_test(self.paths, self.reporter)
        return [*self.told(), *(["failed"] if code else [])]

    def tell(self) -> list[str]:
        tell.tell(self.paths, self.reporter, "boss")
        return self.told()

    def mail(self) -> list[str]:
        return values.read_or(self.paths.root / "mail", "").splitlines()

    def test_a_url_gets_json_that_slack_mattermost_and_discord_understand(self) -> None:
        self.target(f"http://{self.place}/services/T0?token=a%5B1%5D%20b&x")
        self.noticed("renewal", "shop", "d", 'it said "no" \\ <!channel> @everyone \u00e4 \t$(id)', "do this")
        self.assertEqual(self.notify() + self.notify(), [])
        self.assertEqual(self.requests, ["POST /services/T0?token=a%5B1%5D%20b&x application/json -"])
        body = json.loads(self.bodies[0])
        text = 'prod: it said "no" \\  !channel  (at)everyone \u00e4  $(id); do this'
        expected = {"text": text, "content": text, "kind": "renewal", "app": "shop", "host": "prod"}
        self.assertEqual(body, {**expected, "allowed_mentions": {"parse": []}})
        self.assertTrue(self.bodies[0].isascii())

    def test_hostile_texts(self) -> None:
        self.target(f"http://{self.place}/")
        for number, text in enumerate(HOSTILE):
            self.noticed("x", "", str(number), f"{text} <a> @b", text)
            self.notify()
            body = json.loads(self.bodies[-1])
            self.assertIsNone(re.search(r"[<>@\x00-\x1f]", body["text"]))
            self.assertLess(len(body["text"]), 1600)
            # A program elsewhere takes no half of a character.
            body["text"].encode("utf-8")
        self.assertEqual(len(self.bodies), len(HOSTILE))

    def test_a_login_in_the_url_is_sent_as_one(self) -> None:
        self.target(f"HTTP://me:hid%20den@{self.place}")
        self.assertEqual(self.tried(), [f"+note\ta test message was sent to {self.place}"])
        self.assertEqual(self.requests, ["POST / application/json Basic bWU6aGlkIGRlbg=="])

    def test_a_command_gets_the_text_on_its_standard_input_and_nothing_of_ours(self) -> None:
        mail = self.paths.root / "mail"
        self.target(f'cat >>"{mail}"; echo "$# $0 ${{SECRET-none}} $HOME" >>"{mail}"; echo noise; echo noise >&2')
        os.environ["SECRET"] = "leaks"
        self.addCleanup(os.environ.pop, "SECRET")
        self.noticed("reboot", "", "", "the host asks to be restarted", "when it suits")
        self.assertEqual(self.notify() + self.notify(), [])
        file = self.paths.host / "notify"
        text = "prod: the host asks to be restarted; when it suits"
        self.assertEqual(self.mail(), [text, f"0 {file} none /root"])

    def test_a_certificate_is_told_of_again_at_seven_three_and_one_day(self) -> None:
        self.target(f'cut -d " " -f 8- >>"{self.paths.root}/mail"')
        directory = self.paths.app("shop") / "certificates" / "shop.tea-shop.net"
        values.make_directory(directory / A)
        (directory / "current").symlink_to(A)
        for hours in (480, 400, 180, 167, 100, 71, 50, 24, 23, 2, -1, -30):
            after = str(int(time.time() + hours * 3600 + 600))
            self.noticed("certificate", "shop", "shop.tea-shop.net", "", id=A, not_after=after)
            self.notify()
            self.notify()
        expected = ["in 20 days", "in 6 days", "in 2 days", "in 23 h", "expired, 50 min ago: browsers refuse the page"]
        self.assertEqual([line for line in self.mail()], expected)

    def test_what_could_not_be_sent_waits_and_is_a_notice_itself(self) -> None:
        self.target(f"http://me:hidden@{self.place}/secret-path")
        self.noticed("reboot", "", "", "one")
        self.noticed("renewal", "shop", "d", "two")
        self.notify()
        self.assertEqual([line for line in self.tell() if "\tnotify\t" in line], [])
        self.assertEqual(len(self.bodies), 2)
        for status in (404, 302, 500):
            self.status = status
            self.noticed("disk", "", "state", "three")
            failed = self.notify()
            why = f"{self.place}: it answered with status {status}"
            self.assertEqual(failed, [f"+warn\ta message could not be sent to {why}"])
            hint = "it is tried again; another place: pocketpaas init host HOST --notify URL"
            told = self.tell()
            self.assertIn(f"+notice\tnotify\t\tthe last notification could not be sent to {why}\t{hint}", told)
            self.assertNotIn("secret-path", "".join(failed + told))
            self.assertNotIn("hidden", "".join(failed + told))
        self.status = 200
        self.notify()
        self.assertEqual([line.split("\t")[1] for line in self.tell()], ["disk", "reboot", "renewal"])
        self.assertEqual(len(self.bodies), 6)

    def test_none_means_nobody_and_ends_what_was_said_of_the_last_place(self) -> None:
        self.noticed("notify", "", "", "the last notification could not be sent")
        self.noticed("reboot", "", "", "one")
        for text in ("none", ""):
            self.target(text)
            self.assertEqual(self.notify(), [])
            self.assertEqual(values.names(self.paths.root / "notices"), ["reboot@@"])
            self.assertEqual(self.tried(), ["+note\tnobody is told: no place for notifications is set"])

    def test_a_command_that_fails_or_hangs_is_said_to_do_so(self) -> None:
        self.patch(notify, "PATIENCE", 0.3)
        for command, why in (
            ("exit 7", "it ended with exit code 7"),
            ("nosuchprogram-at-all", "a program of it is not there"),
            ("sleep 600", "it did not end within 0 s"),
            ("trap '' TERM; sleep 600", "it did not end within 0 s"),
        ):
            self.target(command)
            expected = [f"+warn\tthe test message could not be sent to the command: {why}", "failed"]
            self.assertEqual(self.tried(), expected)

    def test_a_url_that_hangs_is_not_there_or_answers_nonsense(self) -> None:
        self.patch(notify, "PATIENCE", 0.3)
        for answer, why in (
            (b"", "no answer within 0 s"),
            (b"x" * 100 + b"\r\n", r"the connection failed \(BadStatusLine\)"),
            (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 200 + b"\r\n", r"the connection failed \(HTTPException\)"),
        ):
            with socket.create_server(("127.0.0.1", 0)) as silent:

                def serve() -> None:
                    connection, _ = silent.accept()
                    with connection:
                        if answer:
                            connection.recv(65536)
                            connection.sendall(answer)
                            connection.recv(65536)
                        else:
                            over.wait(5)

                over = threading.Event()
                thread = threading.Thread(target=serve, daemon=True)
                thread.start()
                place = f"127.0.0.1:{silent.getsockname()[1]}"
                self.target(f"http://{place}/x")
                self.assertRegex(self.tried()[0], f"could not be sent to {place}: {why}$")
                over.set()
                thread.join()
        self.assertRegex(self.tried()[0], "nothing answers there$")
        self.patch(socket, "getaddrinfo", self.no_name)
        self.target("https://nosuch.invalid/x")
        self.assertRegex(self.tried()[0], "nosuch.invalid: its name does not resolve$")

    def no_name(self, *_arguments: Any) -> Any:
        raise socket.gaierror

    def test_a_certificate_that_nobody_vouches_for(self) -> None:
        import ssl

        def ask(url: str, document: bytes) -> int:
            raise ssl.SSLCertVerificationError("self-signed")

        self.patch(notify, "_ask", ask)
        self.target("https://hooks.example/x")
        self.assertRegex(self.tried()[0], "hooks.example: its certificate is not to be trusted$")

    def test_addresses_that_are_damaged(self) -> None:
        for address in (
            'http://127.0.0.1/"x',
            "http://127.0.0.1/\\x",
            "http://127.0.0.1/ x",
            "http://h/\u00e9",
            "http://",
        ):
            self.target(address)
            self.assertRegex(self.tried()[0], ": its address is damaged$")
        for address in ("http://127.0.0.1:x/", "http://[/", "http://127.0.0.1:99999/"):
            self.target(address)
            self.assertRegex(self.tried()[0], r"the connection failed \(\w+\)$")

    def test_many_go_out_a_few_at_a_time(self) -> None:
        self.target(f'cat >>"{self.paths.root}/mail"')
        store = NoticeStore(self.paths)
        self.assertEqual(notify._MOST, 20)
        self.patch(notify, "_MOST", 4)
        for number in range(9):
            store.put("renewal", "shop", f"d{number}.tea-shop.net", "text", "")
        for expected in (4, 8, 9):
            self.notify()
            self.assertEqual(len(self.mail()), expected)

    def test_what_is_shown_of_a_place(self) -> None:
        for text, shown in (
            ("https://a:b@hooks.example/secret?x#y", "hooks.example"),
            ("HTTPS://hooks.example:8443?secret", "hooks.example:8443"),
            ("mail -s x me@example.org", "the command"),
        ):
            self.target(text)
            found = notify.Target.of(self.paths)
            assert found is not None
            self.assertEqual(found.shown, shown)


class SweepTest(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        self.fake = FakeEngine(self.paths.root)
        self.fake.begin()
        self.addCleanup(self.fake.end)
        self.engine = Engine(self.paths, self.fake.socket, self.fake.pid_file)
        self.reconciled: list[str] = []
        self.reconcile_code = 0
        self.patch(sweep, "run", self.run_program)

    def run_program(self, command: Sequence[str], **_options: Any) -> Ended:
        self.assertEqual(command[0], str(self.paths.programs / "reconcile"))
        self.reconciled.append(command[1])
        return Ended(self.reconcile_code, b"", b"")

    def operation(self, app: str) -> Work:
        """A deploy that was killed six minutes ago."""
        killed = work.create(self.paths, "deploy", app, "ci")
        self.tree(killed.directory, {"values/x": "secret", "alive": "", "pid": "1"})
        at = time.time() - 360
        os.utime(killed.log, (at, at))
        return killed

    def build(self, name: str) -> None:
        self.fake.containers[name] = {
            "Id": name,
            "Config": {"Labels": {"pocketpaas.build": "shop"}},
            "State": {"Status": "running"},
        }

    def swept(self, one: Work) -> bool:
        return (one.directory / "swept").exists()

    def test_what_a_killed_operation_has_left_goes_once(self) -> None:
        killed = [self.operation("shop"), self.operation("shop")]
        self.build("b1")
        self.build("b2")
        self.tree(self.paths.app("shop") / "cache", {"new/deep/x": "y", "current/x": "y"})
        self.assertTrue(sweep.sweep(self.paths, self.engine))
        self.assertEqual((self.reconciled, self.fake.containers), (["shop"], {}))
        self.assertEqual(values.names(self.paths.app("shop") / "cache"), ["current"])
        for one in killed:
            self.assertTrue(self.swept(one))
            self.assertFalse((one.directory / "values").exists() or (one.directory / "reserve").exists())
        self.assertFalse((killed[0].directory / "cache").exists())
        self.assertTrue(sweep.sweep(self.paths, self.engine))
        self.assertEqual(self.reconciled, ["shop"])

    def test_what_ended_or_is_at_work_or_never_began_or_has_just_died_is_left_alone(self) -> None:
        values.put(self.operation("shop").directory / "result", "5")
        (self.operation("shop").directory / "pid").unlink()
        self.operation("gone")
        self.operation("../x")
        self.operation("blog")
        self.operation("blog").log.touch()
        running = self.operation("shop")
        lock = locks.take(running.directory / "alive", Holder("x", "y"))
        assert lock is not None
        self.assertTrue(sweep.sweep(self.paths, self.engine))
        lock.release()
        self.assertEqual((self.reconciled, self.swept(running)), ([], False))
        self.assertTrue((running.directory / "values").exists())

    def test_the_build_of_a_deploy_that_is_at_work_is_its_own(self) -> None:
        dead, running = self.operation("shop"), self.operation("shop")
        lock = locks.take(running.directory / "alive", Holder("x", "y"))
        assert lock is not None
        self.build("b1")
        self.assertFalse(sweep.sweep(self.paths, self.engine))
        self.assertEqual((self.reconciled, self.swept(dead), list(self.fake.containers)), (["shop"], False, ["b1"]))
        lock.release()

    def test_the_cache_of_a_deploy_that_holds_the_lock_is_its_own(self) -> None:
        dead = self.operation("shop")
        self.tree(self.paths.app("shop"), {"cache/new/x": "y"})
        lock = locks.build_lock(self.paths, "shop", Holder("x", "y"))
        self.assertFalse(sweep.sweep(self.paths, self.engine))
        self.assertFalse(self.swept(dead))
        self.assertTrue((self.paths.app("shop") / "cache" / "new").exists())
        lock.release()

    def test_what_could_not_be_put_right_is_tried_again(self) -> None:
        dead = self.operation("shop")
        self.reconcile_code = 4
        self.assertFalse(sweep.sweep(self.paths, self.engine))
        self.reconcile_code = 0
        self.build("b1")
        self.fake.refusals["DELETE"] = (500, {"message": "no"})
        self.assertFalse(sweep.sweep(self.paths, self.engine))
        self.fake.refusals["DELETE"] = (409, {"message": "removal is in progress"})
        self.assertTrue(sweep.sweep(self.paths, self.engine))
        self.assertEqual((self.reconciled, self.swept(dead)), (["shop"] * 3, True))


if __name__ == "__main__":
    unittest.main()
