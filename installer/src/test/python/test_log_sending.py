"""Logs by HTTPS: what is told to rsyslog, how lines are written, what is tried again, what is never told."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest import mock

from pocketpaas.schedule import drain_target, log_lines, log_output, log_post
from pocketpaas.schedule.drain_target import Target
from pocketpaas.schedule.log_lines import Body, Line
from pocketpaas.schedule.log_output import Delivery
from pocketpaas.schedule.log_post import NotTaken, Poster
from pocketpaas.state import values


def raw(message: str, **more: str) -> bytes:
    """As rsyslog's template writes a line."""
    line = {"pri": "14", "time": "2026-11-29T10:00:00+00:00", "host": "box", "app": "shop", "type": "web"}
    return json.dumps({**line, "instance": "1", "message": message, **more}).encode()


class TargetTest(unittest.TestCase):
    def test_parts(self) -> None:
        to = Target("https://ada:p%40ss@logs.example.com:8443/in?token=abc")
        self.assertEqual((to.kind, to.host, to.port), ("https", "logs.example.com", "8443"))
        self.assertEqual((to.login, to.path), ("ada:p%40ss", "/in?token=abc"))
        self.assertEqual(Target("https://h?a=b@c").path, "/?a=b@c")
        self.assertEqual(Target("https://h?a=b@c").host, "h")
        self.assertEqual(Target("https://h/a@b").login, "")
        self.assertEqual((Target("https://h").port, Target("https://h").path), ("443", "/"))
        self.assertEqual((Target("syslog+tls://h").port, Target("syslog+tcp://h:1").port), ("6514", "1"))

    def test_of_an_https_address_only_the_host_is_shown(self) -> None:
        for secret in ("https://a:b@h.example:1/", "https://h.example:1/x/TOKEN", "https://h.example:1?t=TOKEN"):
            self.assertEqual(Target(secret).shown, "https://h.example:1/...")
        self.assertEqual(Target("https://h.example").shown, "https://h.example")
        self.assertEqual(Target("syslog+tls://h:6514").shown, "syslog+tls://h:6514")

    def test_what_is_none(self) -> None:
        for text in (
            *(
                "http://h/",
                "https://",
                "https://h:0/",
                "https://h:70000/",
                "https://h/a b",
                "https://h/\n",
                "https://h#f",
            ),
            *(
                'https://h/"',
                "https://h/\\",
                "https://[::1]/",
                "https://a@b@h/",
                "https://h/é",
                "https://-h/",
                "HTTPS://h",
            ),
        ):
            self.assertFalse(drain_target.is_target(text), text)
        for text in ("https://h", "https://h/", "https://u:p@h:1/a/b?c=d&e=%20", "https://token@h"):
            self.assertTrue(drain_target.is_target(text), text)

    def test_where_nothing_is_sent(self) -> None:
        for one in (
            "127.0.0.1",
            "::1",
            "::ffff:127.0.0.1",
            "169.254.169.254",
            "fe80::1%eth0",
            "fd00:ec2::254",
            "0.0.0.0",
        ):
            self.assertTrue(drain_target.is_closed(one), one)
        for one in ("10.0.0.1", "203.0.113.7", "2001:db8::1"):
            self.assertFalse(drain_target.is_closed(one), one)

    def test_headers(self) -> None:
        self.assertEqual(
            drain_target.headers("Authorization: Bearer x y\nDD-API-KEY:  k \n"),
            {"Authorization": "Bearer x y", "DD-API-KEY": "k"},
        )
        self.assertEqual(drain_target.headers(""), {})
        for text in (
            "X",
            "X:",
            "Host: h",
            "content-LENGTH: 1",
            "A: 1\na: 2",
            "A: é",
            "A b: c",
            "\n".join(f"A{n}: 1" for n in range(6)),
        ):
            self.assertIsNone(drain_target.headers(text), text)


class LinesTest(unittest.TestCase):
    def test_frames_are_herokus(self) -> None:
        body = log_lines.body([Line.of(raw("one")), Line.of(raw("zwei ä"))], "logplex", "shop_1")
        first = b"<14>1 2026-11-29T10:00:00+00:00 box shop web.1 - one\n"
        second = "<14>1 2026-11-29T10:00:00+00:00 box shop web.1 - zwei ä\n".encode()
        self.assertEqual(body.data, b"%d %s%d %s" % (len(first), first, len(second), second))
        self.assertEqual(body.type, "application/logplex-1")
        self.assertEqual((body.headers["Logplex-Msg-Count"], body.headers["Logplex-Drain-Token"]), ("2", "shop_1"))
        self.assertRegex(body.headers["Logplex-Frame-Id"], "^[0-9A-F]{32}$")
        again = log_lines.body([Line.of(raw("one")), Line.of(raw("zwei ä"))], "logplex", "shop_1")
        self.assertEqual(again, body)

    def test_objects(self) -> None:
        body = log_lines.body([Line.of(raw('say "x"\n'))], "json", "shop_1")
        [one] = json.loads(body.data)
        self.assertEqual((one["app"], one["process"], one["message"]), ("shop", "web.1", 'say "x"\n'))
        self.assertEqual({one["time"], one["dt"], one["timestamp"]}, {"2026-11-29T10:00:00+00:00"})
        self.assertEqual(body.type, "application/json")

    def test_a_line_cannot_end_its_frame_or_be_another(self) -> None:
        hostile = "a\n99 <14>1 - - - - - forged\r\x00\x85b\x1b[31m\tc"
        body = log_lines.body([Line.of(raw(hostile))], "logplex", "d")
        self.assertEqual(body.data.count(b"\n"), 1)
        length, _, rest = body.data.partition(b" ")
        self.assertEqual(int(length), len(rest))
        self.assertIn("a 99 <14>1 - - - - - forged  \x85b\x1b[31m\tc".encode(), body.data)
        strange = Line.of(raw("m", app="a b\n", host="", type="é"))
        self.assertIn(b" - a_b_ _.1 - m\n", log_lines.body([strange], "logplex", "d").data)

    def test_what_is_no_object_is_the_message(self) -> None:
        for text in (b"", b"{", b"[1]", b'"x"', b"\xff\xfe", b'{"a": 1}', b"[" * 100_000, b"COMMIT"):
            self.assertEqual(Line.of(text).message, text.decode("utf-8", "replace"))
        self.assertEqual(Line.of(b'{"message": "\xff\x01"}').message, "\ufffd\x01")

    def test_requests_are_bounded(self) -> None:
        lines = [Line.of(raw("x" * 1000))] * 1200
        self.assertEqual(log_lines.head(lines), 100)
        large = [Line.of(raw("x" * 60_000))] * 100
        self.assertEqual(log_lines.head(large), 8)
        self.assertEqual(log_lines.head([Line.of(raw("x" * 900_000))] * 2), 1)
        self.assertEqual(log_lines.head(lines[:3], 1), 1)
        self.assertEqual(log_lines.head([]), 0)
        self.assertTrue(large[0].cut.message.endswith("x [cut]"))
        self.assertEqual(lines[0].cut, lines[0])


class DeliveryTest(unittest.TestCase):
    def setUp(self) -> None:
        self.place = Path(self.enterContext(tempfile.TemporaryDirectory())) / "shop_1"
        self.place.mkdir()
        self.answers: list[NotTaken] = []
        self.sent: list[Body] = []
        self.waited: list[float] = []
        self.problems: list[str] = []

    def post(self, body: Body) -> None:
        if self.answers:
            raise self.answers.pop(0)
        self.sent.append(body)

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.problems.append(json.loads(values.read_or(self.place / "problem", "{}")).get("text", ""))

    def delivery(self, *lines: bytes) -> Delivery:
        made = Delivery(self.place, "json", self.post, self.wait)
        made.add([Line.of(line) for line in lines])
        return made

    def messages(self) -> list[str]:
        return [one["message"] for body in self.sent for one in json.loads(body.data)]

    def test_it_is_tried_until_it_is_taken(self) -> None:
        self.answers = [NotTaken("it answers 500 Internal Server Error")] * 7
        self.delivery(raw("one")).send()
        self.assertEqual(self.messages(), ["one"])
        self.assertEqual(self.waited, [1, 2, 4, 8, 16, 30, 30])
        self.assertEqual(set(self.problems), {"it answers 500 Internal Server Error"})
        self.assertFalse((self.place / "problem").exists())

    def test_a_target_that_asks_to_be_left_alone_is(self) -> None:
        self.answers = [NotTaken("it answers 429 Too Many Requests", 77.0)]
        self.delivery(raw("one")).send()
        self.assertEqual(self.waited, [77])

    def test_what_is_too_large_goes_in_parts_and_a_line_without_its_end(self) -> None:
        self.answers = [NotTaken("it answers 413", too_large=True)] * 3
        self.delivery(raw("x" * 9000), *(raw(str(n)) for n in range(3))).send()
        self.assertEqual(self.waited, [])
        self.assertEqual([len(json.loads(body.data)) for body in self.sent], [1, 1, 1, 1])
        self.assertEqual(self.messages()[0], "x" * 8000 + " [cut]")
        self.assertEqual(self.messages()[1:], ["0", "1", "2"])

    def test_a_line_that_is_too_large_even_without_its_end_waits(self) -> None:
        self.answers = [NotTaken("it answers 413", too_large=True)] * 4
        self.delivery(raw("x" * 9000)).send()
        self.assertEqual(self.waited, [1, 2, 4])

    def test_a_part_that_was_taken_is_not_sent_again(self) -> None:
        def post(body: Body) -> None:
            if len(self.sent) == 1 and not self.waited:
                raise NotTaken("it refuses connections")
            self.sent.append(body)

        delivery = Delivery(self.place, "json", post, self.wait)
        delivery.add([Line.of(raw(str(n))) for n in range(150)])
        delivery.send()
        self.assertEqual(self.messages(), [str(n) for n in range(150)])

    def test_what_is_not_taken_when_it_ends_is_sent_first_by_the_next(self) -> None:
        gone = self.delivery(raw("one"), b"no object \xff")
        gone.hold([Line.of(raw("two"))])
        self.assertEqual((self.place / "held").stat().st_mode & 0o777, 0o600)
        self.delivery(raw("three")).send()
        self.assertEqual(self.messages(), ["one", "no object \ufffd", "two", "three"])
        self.assertFalse((self.place / "held").exists())

    def test_what_is_taken_while_it_ends_is_held_all_the_same(self) -> None:
        delivery = self.delivery(raw("one"))
        delivery._post = lambda body: delivery.hold()
        delivery.send()
        self.assertIn(b'"one"', (self.place / "held").read_bytes())

    def test_nothing_is_kept_of_a_drain_that_is_removed(self) -> None:
        delivery = self.delivery(raw("one"))
        self.place.rmdir()
        delivery.hold()
        self.assertFalse(self.place.exists())


class ConversationTest(DeliveryTest):
    """With the thread that sends, over pipes as rsyslog has them."""

    def setUp(self) -> None:
        super().setUp()
        self.patch_look = self.enterContext(mock.patch.object(log_output, "_LOOK_SECONDS", 0.02))
        heard, self.writing = os.pipe()
        self.reading, said = os.pipe()
        self.aborted = threading.Event()
        self.blocked = threading.Event()
        self.blocked.set()
        delivery = Delivery(self.place, "json", self.slow, self.wait)
        arguments = (heard, lambda word: os.write(said, f"{word}\n".encode()), delivery, self.aborted.set)
        self.thread = threading.Thread(target=log_output.converse, args=arguments, daemon=True)
        self.thread.start()
        self.addCleanup(self.blocked.set)

    def slow(self, body: Body) -> None:
        self.assertTrue(self.blocked.wait(60))
        self.post(body)

    def tell(self, *lines: bytes) -> None:
        os.write(self.writing, b"".join(line + b"\n" for line in lines))

    def said(self, count: int) -> list[str]:
        text = b""
        while text.count(b"\n") < count:
            text += os.read(self.reading, 1000)
        return text.decode().split()

    def end(self) -> None:
        os.close(self.writing)
        self.thread.join(60)
        self.assertFalse(self.thread.is_alive())

    def test_a_batch_is_confirmed_when_it_is_taken(self) -> None:
        self.assertEqual(self.said(1), ["OK"])
        for number in range(3):
            self.tell(b"BEGIN TRANSACTION", raw(f"{number}"), raw("COMMIT TRANSACTION"), b"COMMIT TRANSACTION")
            self.assertEqual(self.said(4), ["OK", "DEFER_COMMIT", "DEFER_COMMIT", "OK"])
        self.assertEqual(self.messages()[::2], ["0", "1", "2"])
        self.end()
        self.assertFalse((self.place / "held").exists())

    def test_lines_are_heard_while_the_target_is_silent_and_held_when_it_ends(self) -> None:
        self.blocked.clear()
        self.tell(b"BEGIN TRANSACTION", raw("1"), b"COMMIT TRANSACTION")
        self.assertEqual(self.said(3), ["OK", "OK", "DEFER_COMMIT"])
        self.end()
        delivery = Delivery(self.place, "json", self.slow, self.wait)
        reading, writing = os.pipe()
        os.write(
            writing, b"BEGIN TRANSACTION\n" + raw("2") + b"\n" + raw("3") + b"\nCOMMIT TRANSACTION\n" + raw("half")
        )
        os.close(writing)
        said: list[str] = []
        log_output.converse(reading, said.append, delivery, self.aborted.set)
        self.assertEqual(said, ["OK", "OK", "DEFER_COMMIT", "DEFER_COMMIT"])
        self.delivery().send()
        self.assertEqual(self.messages(), ["1", "2", "3"])

    def test_a_batch_that_was_not_whole_is_held(self) -> None:
        self.tell(b"BEGIN TRANSACTION", raw("1"))
        self.assertEqual(self.said(3), ["OK", "OK", "DEFER_COMMIT"])
        self.end()
        self.assertEqual(self.messages(), [])
        self.delivery().send()
        self.assertEqual(self.messages(), ["1"])

    def test_a_request_that_takes_too_long_is_ended(self) -> None:
        with mock.patch.object(log_output, "_REQUEST_SECONDS", 0.05):
            self.blocked.clear()
            self.tell(b"BEGIN TRANSACTION", raw("1"), b"COMMIT TRANSACTION")
            self.assertTrue(self.aborted.wait(60))
        self.end()


class PostTest(unittest.TestCase):
    """Against a real HTTPS server of this test."""

    answer: Callable[[BaseHTTPRequestHandler], None]
    directory: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.directory = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem"]
        command += ["-days", "2", "-subj", "/CN=logs", "-addext", "subjectAltName=DNS:logs.example.test"]
        subprocess.run(command, cwd=cls.directory, check=True, capture_output=True)

    def setUp(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.connections = 0
        self.statuses: list[tuple[int, dict[str, str]]] = []
        case = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                case.connections += 1
                super().setup()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                case.requests.append((self.path, dict(self.headers), body))
                status, headers = case.statuses.pop(0) if case.statuses else (200, {})
                if status == 0:
                    self.close_connection = True
                    return
                if status == -1:
                    case.gate.wait(60)
                    status = 200
                self.send_response(status, "hostile\tSECRET")
                for name, value in {"Content-Length": "2", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):
                    # One that was aborted does not read it.
                    self.wfile.write(b"ok")

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.directory / "cert.pem", self.directory / "key.pem")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.port = self.server.server_address[1]
        self.enterContext(mock.patch.object(log_post, "is_closed", lambda address: address != "127.0.0.1"))
        self.enterContext(mock.patch.object(log_post.socket, "getaddrinfo", self.resolve))
        self.address = "127.0.0.1"

    def resolve(self, host: str, port: int, **_options: object) -> list[object]:
        if not self.address:
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (self.address, port))]

    def poster(self, text: str = "", headers: dict[str, str] | None = None, trusted: bool = True) -> Poster:
        target = Target(text or f"https://ada:p%40ss@logs.example.test:{self.port}/in?token=SECRET")
        authorities = self.directory / ("cert.pem" if trusted else "none.pem")
        if not trusted:
            command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null"]
            subprocess.run([*command, "-out", str(authorities), "-subj", "/CN=x"], check=True, capture_output=True)
        found = Poster(target, headers or {}, authorities)
        self.addCleanup(found.close)
        return found

    def refused(self, poster: Poster) -> NotTaken:
        with self.assertRaises(NotTaken) as caught:
            poster.post(Body(b"x", "text/plain", {}))
        self.assertNotIn("SECRET", f"{caught.exception} {caught.exception.problem}")
        return caught.exception

    def test_what_is_sent(self) -> None:
        poster = self.poster(headers={"DD-API-KEY": "k"})
        poster.post(Body(b"x", "application/logplex-1", {"Logplex-Msg-Count": "1"}))
        poster.post(Body(b"y", "application/logplex-1", {"Logplex-Msg-Count": "1"}))
        self.assertEqual([body for _, _, body in self.requests], [b"x", b"y"])
        path, headers, _ = self.requests[0]
        self.assertEqual(path, "/in?token=SECRET")
        self.assertEqual(headers["Authorization"], "Basic YWRhOnBAc3M=")
        self.assertEqual((headers["DD-API-KEY"], headers["Logplex-Msg-Count"]), ("k", "1"))
        self.assertEqual(headers["Content-Type"], "application/logplex-1")
        self.assertEqual(self.connections, 1)

    def test_what_it_answers_decides(self) -> None:
        for status, headers, problem, wait in (
            (401, {}, "it answers 401 Unauthorized", 0),
            (500, {"Retry-After": "9"}, "it answers 500 Internal Server Error", 0),
            (429, {"Retry-After": "9"}, "it answers 429 Too Many Requests", 9),
            (503, {"Retry-After": "99999"}, "it answers 503 Service Unavailable", 3600),
            (503, {"Retry-After": "soon"}, "it answers 503 Service Unavailable", 0),
            (301, {"Location": "https://else/"}, "it answers 301 Moved Permanently (redirects are not followed)", 0),
            (599, {}, "it answers 599", 0),
        ):
            with self.subTest(status):
                self.statuses = [(status, headers)]
                why = self.refused(self.poster())
                self.assertEqual((why.problem, why.wait, why.too_large), (problem, wait, False))
        self.statuses = [(413, {})]
        self.assertTrue(self.refused(self.poster()).too_large)
        self.assertEqual(len(self.requests), 8)

    def test_a_time_to_wait_until(self) -> None:
        at = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 120))
        self.statuses = [(429, {"Retry-After": at})]
        self.assertAlmostEqual(self.refused(self.poster()).wait, 120, delta=30)

    def test_a_connection_that_was_kept_and_is_closed_is_made_again(self) -> None:
        self.statuses = [(200, {}), (0, {})]
        poster = self.poster()
        poster.post(Body(b"x", "t/t", {}))
        poster.post(Body(b"y", "t/t", {}))
        self.assertEqual([body for _, _, body in self.requests], [b"x", b"y", b"y"])
        self.statuses = [(0, {})]
        self.assertEqual(self.refused(self.poster()).problem, "the connection failed (RemoteDisconnected)")

    def test_a_certificate_is_checked(self) -> None:
        with contextlib.redirect_stderr(None):
            why = self.refused(self.poster(f"https://other.example.test:{self.port}/"))
            self.assertIn("its certificate is refused: Hostname mismatch", why.problem)
            why = self.refused(self.poster(trusted=False))
            self.assertIn("its certificate is refused: self-signed certificate", why.problem)

    def test_a_request_that_is_aborted_has_failed(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            poster = self.poster(f"https://h:{silent.getsockname()[1]}/")
            poster.abort()
        poster = self.poster()
        poster.post(Body(b"x", "t/t", {}))
        go = threading.Event()
        self.gate = go
        threading.Timer(0.3, poster.abort).start()
        self.statuses = [(-1, {})]
        self.assertEqual(self.refused(poster).problem, "no whole answer in time")
        go.set()

    def test_where_nothing_answers(self) -> None:
        self.address = "127.0.0.2"
        self.assertIn("nothing is sent there", self.refused(self.poster()).problem)
        self.address = ""
        self.assertEqual(self.refused(self.poster()).problem, "its name does not resolve")
        self.address = "127.0.0.1"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.assertEqual(self.refused(self.poster(f"https://h:{port}/")).problem, "it refuses connections")
        with socket.create_server(("127.0.0.1", 0)) as silent:
            with mock.patch.object(log_post, "SECONDS", 0.2):
                why = self.refused(self.poster(f"https://h:{silent.getsockname()[1]}/"))
        self.assertIn("no answer within", why.problem)


if __name__ == "__main__":
    unittest.main()
