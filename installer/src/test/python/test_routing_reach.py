"""Whether names lead here: what comes back where a token was left, and what is made of it."""

from __future__ import annotations

import http.server
import socket
import threading
import time
import unittest
from unittest import mock

from pocketpaas.failure import CannotWrite
from pocketpaas.routing import fetch, places, reach, wellknown
from pocketpaas.routing import names as app_names
from pocketpaas.routing.fetch import Answer
from pocketpaas.routing.reach import Missed, Seen
from pocketpaas.routing.wellknown import Leave
from pocketpaas.state import values
from routing_fixture import RoutingCase


class Pages(http.server.BaseHTTPRequestHandler):
    """A machine that names lead to."""

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        if name in ("moved", "round", "away", "file"):
            goals = {
                "moved": "/.well-known/x/token",
                "round": self.path,
                "away": "http://127.0.0.1:1/",
                "file": "file:///x",
            }
            self.send_response(301)
            self.send_header("Location", goals[name])
            self.end_headers()
            return
        texts = {"token": "token", "parked": "this domain is for sale. " * 40_000}
        body = texts.get(name, "another one").encode()
        self.send_response(200)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class FetchTest(unittest.TestCase):
    def setUp(self) -> None:
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.port = self.server.server_address[1]

    def fetched(self, name: str, port: int = 0) -> Answer:
        return fetch.fetch("127.0.0.1", port or self.port, f"x/{name}", "token")

    def test_the_token_leads_here_and_any_other_answer_elsewhere(self) -> None:
        self.assertEqual(self.fetched("token"), Answer.HERE)
        self.assertEqual(self.fetched("moved"), Answer.HERE)
        self.assertEqual(self.fetched("other"), Answer.ELSEWHERE)
        self.assertEqual(self.fetched("parked"), Answer.ELSEWHERE)

    def test_redirects_are_followed_for_a_while_and_not_to_anything(self) -> None:
        self.assertEqual(self.fetched("round"), Answer.BROKEN)
        self.assertEqual(self.fetched("file"), Answer.BROKEN)
        self.assertEqual(self.fetched("away"), Answer.SILENT)

    def test_who_does_not_answer_is_nobody_else(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.assertEqual(self.fetched("token", free.getsockname()[1]), Answer.SILENT)

    def test_who_takes_the_connection_and_says_nothing_is_silent_and_whoever_talks_nonsense_is_broken(self) -> None:
        for said, seconds, answer in ((b"", 0.3, Answer.SILENT), (b"what?\r\n\r\n", 60, Answer.BROKEN)):
            with socket.socket() as listening, mock.patch.object(fetch, "_SECONDS", seconds):
                listening.bind(("127.0.0.1", 0))
                listening.listen()
                threading.Thread(target=self.say, args=(listening, said), daemon=True).start()
                self.assertEqual(self.fetched("token", listening.getsockname()[1]), answer)

    @staticmethod
    def say(listening: socket.socket, said: bytes) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(said)
            # Until the other end goes.
            while connection.recv(1000):
                pass

    def test_a_name_without_an_address(self) -> None:
        with mock.patch.object(socket, "getaddrinfo", side_effect=socket.gaierror(-2, "unknown")):
            self.assertEqual(fetch.fetch("nobody.invalid", 80, "x/token", "token"), Answer.UNRESOLVED)
            self.assertEqual(fetch.addresses("nobody.invalid"), ())
        self.assertEqual(fetch.addresses("127.0.0.1"), ("127.0.0.1",))
        self.assertEqual(fetch.fetch("a" * 64 + ".b", 80, "x", "token"), Answer.BROKEN)


class ReachTest(RoutingCase):
    def setUp(self) -> None:
        super().setUp()
        self.answers: dict[tuple[str, int], Answer] = {}
        self.leave: Leave = wellknown.here
        self.addresses = ("192.0.2.9",)
        self.patch(fetch, "addresses", lambda _name: self.addresses)
        self.patch(fetch, "fetch", self.fetch)

    def fetch(self, name: str, port: int, path: str, token: str) -> Answer:
        self.assertEqual(values.need(places.tokens(self.paths) / ".well-known" / path), token)
        return self.answers.get((name, port), Answer.HERE)

    def look(self, *domains: str) -> dict[str, Missed]:
        return dict(reach.look(self.paths, self.reporter, domains, self.leave))

    def test_a_token_that_comes_back_is_silence(self) -> None:
        self.assertEqual(self.look("a.example.com", "b.example.com"), {})
        self.assertEqual(self.look(), {})
        self.assertEqual(self.reporter.lines, [])
        self.assertEqual(values.names(places.tokens(self.paths) / ".well-known" / "pocketpaas"), [])

    def test_why_a_name_does_not_lead_here_is_said_in_the_order_of_the_names(self) -> None:
        self.tree(self.paths.host, {"address": "192.0.2.1"})
        self.answers[("pocketpaas-check.c.example.com", 80)] = Answer.ELSEWHERE
        self.answers[("b.example.com", 80)] = Answer.BROKEN
        self.assertEqual(
            self.look("*.c.example.com", "a.example.com", "b.example.com"),
            {"*.c.example.com": Missed.ELSEWHERE, "b.example.com": Missed.ELSEWHERE},
        )
        told = "does not lead here: it resolves to 192.0.2.9, where something else answers"
        hint = "+hint\tpoint its DNS record at this host (192.0.2.1), or let the CDN in front hand on /.well-known/"
        self.assertEqual(
            self.reporter.lines,
            [
                f"+warn\t*.c.example.com {told}",
                hint,
                "+result\tunreachable\t*.c.example.com",
                f"+warn\tb.example.com {told}",
                hint,
                "+result\tunreachable\tb.example.com",
            ],
        )

    def test_a_name_that_does_not_resolve(self) -> None:
        self.answers[("a.example.com", 80)] = Answer.UNRESOLVED
        self.assertEqual(self.look("a.example.com"), {"a.example.com": Missed.UNRESOLVED})
        self.assertEqual(
            self.reporter.lines[:2],
            [
                "+warn\ta.example.com does not lead here yet: a.example.com does not resolve",
                "+hint\tmake a DNS record for a.example.com that points at this host; "
                "new records take minutes to hours to be seen",
            ],
        )

    def test_what_was_told_before_is_not_said_twice(self) -> None:
        self.answers[("a.example.com", 80)] = Answer.UNRESOLVED
        self.answers[("b.example.com", 80)] = Answer.UNRESOLVED
        names = ("a.example.com", "b.example.com")
        missed = reach.look(self.paths, self.reporter, names, wellknown.here, ("a.example.com",))
        self.assertEqual(missed, {name: Missed.UNRESOLVED for name in names})
        warned = [line for line in self.reporter.lines if line.startswith("+warn")]
        self.assertEqual(warned, ["+warn\tb.example.com does not lead here yet: b.example.com does not resolve"])

    def test_of_many_names_a_few_are_explained(self) -> None:
        names = [f"n{number}.example.com" for number in range(102)]
        for name in names:
            self.answers[(name, 80)] = Answer.UNRESOLVED
        self.assertEqual(len(self.look(*names)), 102)
        warned = [line for line in self.reporter.lines if line.startswith("+warn")]
        self.assertEqual((len(warned), warned[5]), (6, "+warn\t97 more names do not lead here"))
        # For programs, each.
        self.assertEqual(sum(line.startswith("+result\tunreachable") for line in self.reporter.lines), 102)
        self.assertEqual(app_names.shown(names[:7]), " ".join(names[:5]) + " and 2 more")
        self.assertEqual(app_names.shown(names[:5]), " ".join(names[:5]))

    def test_a_name_that_is_served_on_the_port_that_people_type_leads_here(self) -> None:
        self.tree(self.paths.host, {"public-port": "8080"})
        for name in ("a.example.com", "b.example.com"):
            self.answers[(name, 80)] = Answer.SILENT
        self.answers[("b.example.com", 8080)] = Answer.SILENT
        # Of a network that does not lead back to itself nothing is concluded.
        self.assertEqual(self.look("a.example.com", "b.example.com"), {})
        self.assertEqual(
            self.reporter.lines,
            [
                "+warn\tb.example.com does not lead here: it resolves to 192.0.2.9, "
                "and nothing answers on port 8080 there",
                "+hint\tif that is this host, open port 8080 in the provider's firewall; else correct the DNS record",
                "+result\tunreachable\tb.example.com",
            ],
        )

    def test_a_hundred_and_fifty_names_take_as_long_as_a_few(self) -> None:
        def slow(domain: str, port: int, token: str) -> Seen:
            time.sleep(0.1)
            return Seen(domain, domain, Answer.HERE)

        self.patch(reach, "see", slow)
        began = time.monotonic()
        self.look(*(f"n{number}.example.com" for number in range(150)))
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(self.reporter.lines, [])

    def test_a_name_whose_server_is_silent_is_not_waited_for(self) -> None:
        over = threading.Event()
        self.addCleanup(over.set)

        def hang(domain: str, port: int, token: str) -> Seen:
            if domain == "slow.example.com":
                over.wait(60)
            return Seen(domain, domain, Answer.HERE)

        self.patch(reach, "see", hang)
        self.patch(reach, "_PATIENCE", 1.0)
        missed = self.look("slow.example.com", "a.example.com")
        self.assertEqual(missed, {"slow.example.com": Missed.UNRESOLVED})

    def test_where_no_token_can_be_left_nothing_is_known(self) -> None:
        self.leave = mock.Mock(side_effect=CannotWrite("x"))
        self.assertEqual(self.look("a.example.com"), {})
        self.assertEqual(self.reporter.lines, ["+warn\tcould not check whether a.example.com leads here (disk full?)"])

    def test_a_deploy_looks_only_at_names_that_the_manifest_brings(self) -> None:
        old = self.tree(self.app / "releases/1/settings", {"domains": "old.example.com\n"})
        new = self.tree(
            self.app / "releases/2/settings",
            {
                "domains": "old.example.com\nmine.example.com\nnew.example.com\n",
                "http/redirects": "www.example.com\tnew.example.com\n",
            },
        )
        self.assertEqual(reach.new_names(new, old, ["mine.example.com"]), ("new.example.com", "www.example.com"))
        every = ("old.example.com", "mine.example.com", "new.example.com", "www.example.com")
        self.assertEqual(reach.new_names(new, None, ()), every)
        self.assertEqual(reach.new_names(new, new, ()), ())


if __name__ == "__main__":
    unittest.main()
