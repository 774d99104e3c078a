"""What an app printed, from the journal; what nginx wrote down."""

from __future__ import annotations

import os
import threading
import time
import unittest
from pathlib import Path

from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.client import Client
from pocketpaas.query import log, logs, nginx_log
from pocketpaas.query.journal import entries
from pocketpaas.routing import places
from pocketpaas.state import spans, values
from program_fixture import ProgramCase, streams

AT = 1795873870112999
GONE = Client(2**22, "1")


def plain(message: bytes, **more: bytes) -> bytes:
    """An entry as journalctl exports it: a value with an end of line, or that is no text, with its length."""
    fields = {
        "__CURSOR": b"s=1;i=2",
        "__REALTIME_TIMESTAMP": b"%d" % AT,
        "POCKETPAAS_TYPE": b"web",
        "POCKETPAAS_INSTANCE": b"1",
        "MESSAGE": message,
        **more,
    }
    text = b""
    for name, value in fields.items():
        if any(byte < 32 and byte != 9 or byte > 126 for byte in value):
            text += name.encode() + b"\n" + len(value).to_bytes(8, "little") + value + b"\n"
        else:
            text += name.encode() + b"=" + value + b"\n"
    return text + b"\n"


class JournalTest(unittest.TestCase):
    def lines(self, data: bytes) -> list[bytes]:
        return b"".join(logs.line_of(entry) for entry in entries(data)[0]).split(b"\n")[:-1]

    def test_an_entry_is_a_line(self) -> None:
        self.assertEqual(self.lines(plain(b'"quoted" = x')), [b'2026-11-28T13:51:10.112999Z\tweb.1\t"quoted" = x'])

    def test_the_time_is_the_one_at_which_it_was_printed(self) -> None:
        found = self.lines(plain(b"x", _SOURCE_REALTIME_TIMESTAMP=b"1795873870112903"))
        self.assertEqual(found, [b"2026-11-28T13:51:10.112903Z\tweb.1\tx"])
        for odd in (b"", b"x", b"-1"):
            self.assertIn(b"112999Z", self.lines(plain(b"x", _SOURCE_REALTIME_TIMESTAMP=odd))[0])

    def test_what_is_no_text_comes_byte_for_byte(self) -> None:
        for message in (b"\x1b[1m\xe9\0", "caf\u00e9 \U0001f40d".encode(), b"a\tb\r", b"x" * 200_000, b"MESSAGE\x01"):
            self.assertEqual(self.lines(plain(message))[0].split(b"\t", 2)[2], message)

    def test_an_empty_one_and_one_of_several_lines(self) -> None:
        found = [line.split(b"\t", 1)[1] for line in self.lines(plain(b"") + plain(b"a\nb\n\nc"))]
        self.assertEqual(found, [b"web.1\t", b"web.1\ta", b"web.1\tb", b"web.1\t", b"web.1\tc"])

    def test_a_text_that_looks_like_an_entry_is_none(self) -> None:
        forged = b"x\n\n__REALTIME_TIMESTAMP=1\nPOCKETPAAS_TYPE=evil\nMESSAGE=forged\n\n"
        (entry,), rest = entries(plain(forged))
        self.assertEqual((entry.text, entry.process, rest), (forged, b"web.1", b""))

    def test_of_a_field_that_is_there_twice_the_first(self) -> None:
        data = plain(b"one").replace(b"MESSAGE=one\n", b"MESSAGE=one\nMESSAGE=two\n")
        self.assertEqual(self.lines(data)[0].split(b"\t")[2], b"one")

    def test_what_is_cut_off_is_kept_until_the_rest_comes(self) -> None:
        data = plain(b"a") + plain(b"b\nc\xff") + plain(b"")
        whole, rest = entries(data)
        self.assertEqual((len(whole), rest), (3, b""))
        for cut in range(len(data)):
            first, rest = entries(data[:cut])
            second, left = entries(rest + data[cut:])
            self.assertEqual((first + second, left), (whole, b""), cut)
        self.assertEqual(entries(b"\n\n\n"), ([], b""))


class LogsTest(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        us = Client.of_this_process()
        self.patch(logs.Client, "of_this_process", lambda: us)
        self.patch(logs, "_LOOK", 0.05)
        self.patch(places, "LOGS", self.paths.root)

    def journal(self, script: str) -> None:
        """journalctl is a shell that does this; the arguments are in `arguments`."""
        program = self.paths.root / "journalctl"
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >"{self.paths.root}/arguments"\n{script}\n')
        program.chmod(0o755)
        original = logs.Wanted.journalctl
        self.patch(logs.Wanted, "journalctl", lambda wanted: [str(program), *original(wanted)[1:]])

    def asked_of_it(self) -> list[str]:
        return (self.paths.root / "arguments").read_text().splitlines()

    def show(self, *options: str) -> list[str]:
        with streams() as said:
            code = logs.serve(self.request("logs", "shop", *options))
        self.assertEqual(code, 0)
        return said.lines

    def test_what_is_asked_of_the_journal(self) -> None:
        data = self.paths.root / "data"
        data.write_bytes(plain(b"one") + plain(b"two\xff"))
        self.journal(f'cat "{data}"')
        shown = [line.split("\t", 1)[1] for line in self.show("lines=7", "since=60", "type=web", "release=12")]
        self.assertEqual(shown, ["web.1\tone", "web.1\ttwo\udcff"])
        asked = self.asked_of_it()
        self.assertIn("--output=export", asked)
        self.assertEqual(
            asked[-6:],
            [
                "--lines=7",
                "--since=@60",
                "POCKETPAAS_APP=shop",
                "_COMM=dockerd",
                "POCKETPAAS_TYPE=web",
                "POCKETPAAS_RELEASE=12",
            ],
        )
        self.show()
        self.assertIn("--lines=100", self.asked_of_it())

    def test_lines_by_earlier_names_and_none_of_another_app(self) -> None:
        for name, times in (("old", (5, 15)), ("shop", (12, 25))):
            data = b"".join(plain(b"%d" % at, __REALTIME_TIMESTAMP=b"%d" % (at * 1_000_000)) for at in times)
            (self.paths.root / name).write_bytes(data)
        self.journal(
            f'printf "%s " "$@" >>"{self.paths.root}/all"; echo >>"{self.paths.root}/all"\n'
            'for word; do case $word in POCKETPAAS_APP=*) exec cat "'
            + str(self.paths.root)
            + '/${word#*=}";; esac; done'
        )
        values.make_directory(self.paths.app("shop") / "settings")
        values.make_directory(self.paths.app("old") / "settings")
        spans.ended(self.paths, "shop", "old", 19.0, 20.5)
        shown = [line.split("\t")[2] for line in self.show("lines=7")]
        self.assertEqual(shown, ["5", "12", "15", "25"])
        asked = (self.paths.root / "all").read_text()
        self.assertIn("--lines=7 --until=@20.5 POCKETPAAS_APP=old", asked)
        self.assertIn("--lines=7 --since=@19.0 POCKETPAAS_APP=shop", asked)
        (self.paths.root / "all").unlink()
        self.show("lines=7", "since=30")
        asked = (self.paths.root / "all").read_text()
        self.assertNotIn("APP=old", asked)
        self.assertIn("--since=@30", asked)
        (self.paths.root / "all").unlink()
        with streams():
            self.assertEqual(logs.serve(self.request("logs", "old", "lines=7")), 0)
        asked = (self.paths.root / "all").read_text()
        self.assertIn("--since=@20.5 POCKETPAAS_APP=old", asked)
        self.assertNotIn("APP=shop", asked)

    def test_options_that_are_none(self) -> None:
        for option in (
            *("what", "lines", "lines=", "lines=-1", "lines=10000001", "lines=1e3", "since=-1", "since=now"),
            *(
                "type=a b",
                "type=$(id)",
                "release=0",
                "release=v1",
                "follow=x",
                "--help",
                "",
                "lines=\u0661",
                "app=blog",
            ),
        ):
            with self.subTest(option), self.assertRaisesRegex(BadRequest, "logs: no such option as"):
                logs.serve(self.request("logs", "shop", option))

    def test_one_that_is_followed_ends_with_its_client(self) -> None:
        data = self.paths.root / "data"
        data.write_bytes(plain(b"one"))
        self.journal(f'cat "{data}"; exec sleep 30')
        self.patch(logs.Client, "of_this_process", lambda: GONE)
        before = time.monotonic()
        self.assertEqual(len(self.show("follow")), 1)
        self.assertLess(time.monotonic() - before, 10)
        self.assertIn("--follow", self.asked_of_it())

    def test_one_that_does_not_heed_the_signal_is_killed(self) -> None:
        self.patch(logs, "_GRACE", 0.1)
        self.journal("trap '' TERM; echo; while :; do sleep 0.05; done")
        self.patch(logs.Client, "of_this_process", lambda: GONE)
        before = time.monotonic()
        self.show("follow")
        self.assertLess(time.monotonic() - before, 10)

    def test_nobody_reads_any_more(self) -> None:
        self.journal("while :; do printf 'MESSAGE=x\\n\\n'; done")
        reader, writer = os.pipe()
        os.close(reader)
        with streams():
            os.dup2(writer, 1)
            with self.assertRaises(BrokenPipeError):
                logs.serve(self.request("logs", "shop", "follow"))
        os.close(writer)

    def test_requests(self) -> None:
        self.assertEqual(self.show("access"), [])
        file = self.paths.root / "pocketpaas-shop.log"
        file.with_name(file.name + ".1").write_bytes(b"one\ntwo\n")
        file.write_bytes(b"three\nf\xffour\n")
        self.assertEqual(self.show("access", "lines=3"), ["\tnginx\ttwo", "\tnginx\tthree", "\tnginx\tf\udcffour"])
        self.assertEqual(self.show("access", "lines=0"), [])

    def test_requests_that_are_followed(self) -> None:
        file = self.paths.root / "pocketpaas-shop.log"
        file.write_bytes(b"one\ntwo\n")
        looks = iter([True] * 6)
        self.patch(logs.Client, "is_there", lambda client: next(looks, False))

        def more() -> None:
            with open(file, "ab") as target:
                target.write(b"three\nno end")

        threading.Timer(0.1, more).start()
        self.assertEqual(self.show("access", "follow", "lines=1"), ["\tnginx\ttwo", "\tnginx\tthree"])

    def refuse(self, *messages: str, at: str = "2026/11/28 13:51:11") -> None:
        """nginx's error log, with these in it, each `MESSAGE | REQUEST | UPSTREAM`."""
        lines = [f"{at} [notice] 9#9: using inherited sockets"]
        for message in messages:
            text, request, address = (part.strip() for part in message.split("|"))
            upstream = f'upstream: "http://{address}{request.split()[1]}", ' if address else ""
            lines.append(
                f"{at} [error] 12#12: *5 {text}, client: 172.17.0.1, server: shop.localhost, "
                f'request: "{request} HTTP/1.1", {upstream}host: "shop.localhost"'
            )
        places.error_log("shop").write_text("\n".join(lines) + "\n")

    def clock(self) -> None:
        before = os.environ.get("TZ")
        os.environ["TZ"] = "UTC"
        time.tzset()

        def back() -> None:
            os.environ.pop("TZ")
            if before is not None:
                os.environ["TZ"] = before
            time.tzset()

        self.addCleanup(back)

    def test_what_nginx_says_of_a_request(self) -> None:
        """Each message as nginx 1.22 wrote it."""
        self.journal("true")
        at, no = "while reading response header from upstream", "cut"
        closed = "upstream prematurely closed connection"
        timed = "upstream timed out (110: Connection timed out)"
        for message, expected in (
            (
                f"upstream sent too big header {at} | GET /a?token=1 | 10.213.0.32:5000",
                "502 GET /a: web.1 sent a response header larger than 32 kB; set fewer or smaller cookies, or raise "
                "http.response-headers in pocketpaas.yml",
            ),
            (
                "client intended to send too large body: 3000 bytes | POST /up | ",
                "413 POST /up: the request body has 3000 bytes, 50 MB are allowed; raise http.max-body in "
                "pocketpaas.yml",
            ),
            (
                "client intended to send too large chunked body: 10+3000 bytes | POST /up | ",
                "413 POST /up: the request body has at least 3010 bytes, 50 MB are allowed; raise http.max-body in "
                "pocketpaas.yml",
            ),
            (
                f"{timed} {at} | GET /slow | 10.213.0.81:5000",
                "504 GET /slow: web.2 did not answer within 60 s; do the work in a worker, or raise http.timeout in "
                "pocketpaas.yml",
            ),
            (
                f"{timed} while reading upstream | GET /stall | 10.213.0.32:5000",
                "GET /stall: web.1 sent nothing for 60 s in the middle of its response, so it was cut off; send more "
                "often, or raise http.timeout in pocketpaas.yml",
            ),
            (
                f"{timed} while sending request to upstream | POST /x | 10.213.0.32:5000",
                "504 POST /x: web.1 did not read the request within 60 s",
            ),
            (
                f"{timed} while connecting to upstream | GET /x | 10.213.0.32:5000",
                'GET /x: web.1 took no connection within 5 s; it is overloaded or has ended: see "pocketpaas ps"',
            ),
            (
                f"{closed} {at} | GET /gone | 10.213.0.33:5000",
                "GET /gone: web.2 closed the connection without an answer; did it crash? See its lines here and "
                '"pocketpaas ps"',
            ),
            (
                f"recv() failed (104: Connection reset by peer) {at} | GET /gone | 10.213.0.33:5000",
                "GET /gone: web.2 closed the connection without an answer; did it crash? See its lines here and "
                '"pocketpaas ps"',
            ),
            (
                f"{closed} while sending to client | GET /{no} | 10.213.0.32:5000",
                "GET /cut: web.1 closed the connection in the middle of its response; did it crash, or is its "
                "Content-Length wrong?",
            ),
            (
                f"{closed} while reading upstream | GET /{no} | 10.213.0.32:5000",
                "GET /cut: web.1 closed the connection in the middle of its response; did it crash, or is its "
                "Content-Length wrong?",
            ),
            (
                "connect() failed (111: Connection refused) while connecting to upstream | GET / | 10.213.0.32:5000",
                'GET /: web.1 does not listen on port 5000; it is starting or has ended: see "pocketpaas ps"',
            ),
            (
                "connect() failed (113: No route to host) while connecting to upstream | GET / | 10.213.0.32:5000",
                'GET /: web.1 cannot be reached; it has ended: see "pocketpaas ps"',
            ),
            (
                f'upstream sent invalid header: "Bad\\x01..." {at} | GET / | 10.213.0.32:5000',
                'GET /: the response of web.1 is not valid HTTP/1.1 (web.1 sent invalid header: "Bad\\x01...")',
            ),
            (
                f"upstream sent no valid HTTP/1.0 header {at} | GET / | 10.213.0.200:5000",
                "GET /: the response of the app is not valid HTTP/1.1 (the app sent no valid HTTP/1.0 header)",
            ),
        ):
            with self.subTest(message):
                self.refuse(message)
                self.assertEqual([line.split("\t")[1:] for line in self.show()], [["nginx", expected]])
        for message in (
            "access forbidden by rule | GET / | ",
            'user "ada" was not found in "/var/lib/x" | GET / | ',
            'open() "/srv/x" failed (2: No such file or directory) | GET /x | ',
        ):
            with self.subTest(message):
                self.refuse(message)
                self.assertEqual(self.show(), [])

    def test_the_sizes_are_those_of_the_live_release(self) -> None:
        limits = nginx_log.Limits(65536, 5 << 30, 300)
        line = b"2026/11/28 13:51:11 [error] 1#1: *1 client intended to send too large body: 9 bytes, client: ::1, "
        entry = nginx_log.entry_of(line + b'server: a, request: "POST / HTTP/2.0", host: "a"', limits)
        assert entry is not None
        self.assertIn(b"9 bytes, 5 GB are allowed", entry.text)
        settings = self.paths.release("shop", 3) / "settings"
        values.make_directory(settings / "http")
        values.write(settings / "http" / "response-headers", "4097")
        values.write(settings / "http" / "timeout", "7")
        self.patch(nginx_log, "live_release", lambda paths, app: 3)
        self.assertEqual(nginx_log.Limits.of(self.paths, "shop"), nginx_log.Limits(4097, 50 << 20, 7))

    def test_the_logs_of_an_app_are_its_own(self) -> None:
        mine = ["pocketpaas-shop.error.log", "pocketpaas-shop.log", "pocketpaas-shop.log.1", "pocketpaas-shop.log.2.gz"]
        for name in (*mine, "pocketpaas-shop-two.log", "pocketpaas-shop.logs", "error.log"):
            (self.paths.root / name).write_text("")
        self.assertEqual(sorted(path.name for path in places.logs("shop")), mine)

    def test_what_nginx_says_stands_at_its_time(self) -> None:
        self.clock()
        big = "upstream sent too big header | GET / | 10.213.0.32:5000"
        data = self.paths.root / "data"
        before, after = b"%d" % (AT - 1), b"%d" % (AT + 2_000_000)
        data.write_bytes(
            plain(b"one", _SOURCE_REALTIME_TIMESTAMP=before) + plain(b"two", _SOURCE_REALTIME_TIMESTAMP=after)
        )
        self.refuse(big)
        self.journal(f'cat "{data}"')
        told = [line.split("\t") for line in self.show()]
        self.assertEqual([line[1] for line in told], ["web.1", "nginx", "web.1"])
        self.assertEqual(told[1][0], "2026-11-28T13:51:11.000000Z")
        # As many as were asked for, of both; nothing of before; nothing where one release or another type is wanted.
        self.assertEqual([line.split("\t")[1] for line in self.show("lines=2")], ["nginx", "web.1"])
        for options in (["since=1795873872"], ["type=worker"], ["release=1"], ["lines=0"]):
            self.assertNotIn("nginx", "".join(self.show(*options)), options)
        self.assertIn("nginx", "".join(self.show("type=web")))

    def test_what_nginx_says_is_followed(self) -> None:
        self.clock()
        data = self.paths.root / "data"
        data.write_bytes(plain(b"one"))
        self.journal(f'cat "{data}"; exec sleep 30')
        self.refuse("upstream sent too big header | GET /first | 10.213.0.32:5000")
        looks = iter([True] * 12)
        self.patch(logs.Client, "is_there", lambda client: next(looks, False))

        def more() -> None:
            with open(places.error_log("shop"), "a", encoding="utf-8") as target:
                target.write(
                    "2026/11/28 13:51:12 [error] 1#1: *1 upstream sent too big header, client: ::1, server: a, "
                    'request: "GET /second HTTP/2.0", upstream: "http://10.213.0.32:5000/", host: "a"\n'
                )

        threading.Timer(0.3, more).start()
        told = self.show("follow")
        self.assertEqual([line.split("\t")[1] for line in told], ["web.1", "nginx", "nginx"])
        self.assertIn("GET /first", told[1])
        self.assertIn("GET /second", told[2])


class BuildLogTest(ProgramCase):
    def test_the_end_of_it(self) -> None:
        bundle = self.paths.release("shop", 3)
        values.make_directory(bundle)
        with self.assertRaisesRegex(Refused, "v3 was not built"):
            log.serve(self.request("log", "shop", "v3"))
        for word in ("9", "v9"):
            with self.assertRaisesRegex(Refused, "shop has no release v9"):
                log.serve(self.request("log", "shop", word))
        for word in ("latest", "0", "../3", "v03", ""):
            with self.assertRaises(BadRequest):
                log.serve(self.request("log", "shop", word))
        self.patch(log, "_MAX_BYTES", 10)
        Path(bundle / "build.log").write_bytes(b"begin a\0\xffend of it")
        self.assertEqual(self.asked(log.serve, "log", "shop", "3"), {"log": "\udcffend of it"})


if __name__ == "__main__":
    unittest.main()
