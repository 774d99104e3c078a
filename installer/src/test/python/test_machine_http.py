"""Our HTTP: what is sent, and every kind of answer."""

from __future__ import annotations

import io
import socket
import threading
import unittest
from collections.abc import Iterable
from typing import BinaryIO

from pocketpaas.machine import http


def answer(data: bytes, method: str = "GET") -> http.Answer:
    return http.receive(io.BufferedReader(io.BytesIO(data)), method)  # type: ignore[arg-type]


def body(data: bytes, method: str = "GET") -> bytes:
    return answer(data, method).body.read()


class AnswerTest(unittest.TestCase):
    def test_the_head(self) -> None:
        found = answer(b"HTTP/1.1 404 Not Found\r\nApi-Version: 1.41\r\nX-Empty:\r\nno colon\r\n\r\n")
        self.assertEqual(found.status, 404)
        self.assertEqual(found.headers, {"api-version": "1.41", "x-empty": ""})
        self.assertEqual(answer(b"HTTP/1.0 200\n\n").status, 200)

    def test_the_ends_of_a_body(self) -> None:
        head = b"HTTP/1.1 200 OK\r\n"
        self.assertEqual(body(head + b"Content-Length: 3\r\n\r\nabcdef"), b"abc")
        self.assertEqual(body(head + b"\r\nto the end"), b"to the end")
        self.assertEqual(body(head + b"Content-Length: none\r\n\r\nto the end"), b"to the end")
        self.assertEqual(body(head + b"Content-Length: 3\r\n\r\nabc", "HEAD"), b"")
        self.assertEqual(body(b"HTTP/1.1 204 No Content\r\n\r\nabc"), b"")
        self.assertEqual(body(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\nabc"), b"")

    def test_pieces(self) -> None:
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Length: 1\r\n\r\n"
        self.assertEqual(body(head + b"3\r\nabc\r\n0A;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"), b"abc0123456789")
        self.assertEqual(list(answer(head + b"3\r\na\nb\r\n2\r\nc\n\r\n0\r\n\r\n").body), [b"a\n", b"bc\n"])
        self.assertEqual(body(head + b"0\r\n\r\n"), b"")
        for wrong in (b"x\r\nabc", b"-3\r\nabc", b"\r\n", b"3\r\nab", b"3\r\nabcd\r\n0\r\n\r\n", b"3\r\nabc\r\n", b""):
            with self.subTest(wrong), self.assertRaises(http.HttpError):
                body(head + wrong)

    def test_a_body_that_ends_too_early(self) -> None:
        found = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc").body
        self.assertEqual(found.read(3), b"abc")
        with self.assertRaisesRegex(http.HttpError, "before its end"):
            found.read()

    def test_answers_before_the_answer_do_not_count(self) -> None:
        before = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        self.assertEqual(answer(before + b"HTTP/1.1 201 Created\r\n\r\n").status, 201)
        self.assertEqual(answer(before + b"HTTP/1.1 101 Switching Protocols\r\n\r\n").status, 101)

    def test_what_is_not_http(self) -> None:
        for wrong in (
            *(b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 20\r\n\r\n", b"HTTP/1.1 2000\r\n\r\n"),
            *(b"HTTP/1.1 099\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: y\r\n", b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 201),
            b"HTTP/1.1 200 OK\r\nX: " + b"y" * http.MAX_LINE + b"\r\n\r\n",
        ):
            with self.subTest(wrong[:40]), self.assertRaises(http.HttpError):
                answer(wrong)

    def test_a_piece_is_handed_on_when_it_comes(self) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs, ours.makefile("rb") as source:
            theirs.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst\n\r\n")
            found = http.receive(source).body
            # Nothing else has come, and the connection is open.
            self.assertEqual(found.readline(), b"first\n")


class SendTest(unittest.TestCase):
    def sent(
        self, method: str, target: str, content: bytes | BinaryIO | Iterable[bytes] | None, **headers: str
    ) -> bytes:
        ours, theirs = socket.socketpair()
        with theirs:
            with ours:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                sending = threading.Thread(target=http.send, args=(ours, method, target, named, content))
                sending.start()
                sending.join()
            with theirs.makefile("rb") as source:
                return source.read()

    def test_without_a_body(self) -> None:
        self.assertEqual(self.sent("GET", "/a?b=c", None), b"GET /a?b=c HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertTrue(self.sent("POST", "/a", None).endswith(b"\r\nContent-Length: 0\r\n\r\n"))

    def test_bytes_have_a_length(self) -> None:
        self.assertEqual(
            self.sent("PUT", "/", b"abc", X="y"),
            b"PUT / HTTP/1.1\r\nHost: localhost\r\nX: y\r\nContent-Length: 3\r\n\r\nabc",
        )

    def test_what_has_none_is_sent_in_pieces(self) -> None:
        end = b"\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"
        self.assertTrue(self.sent("PUT", "/", [b"abc", b"", b"d"]).endswith(end))
        self.assertTrue(self.sent("PUT", "/", io.BytesIO(b"abc")).endswith(b"chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))

    def test_a_file_whose_length_is_known(self) -> None:
        found = self.sent("POST", "/", io.BytesIO(b"abc"), content_length="3")
        self.assertEqual(found, b"POST / HTTP/1.1\r\nHost: localhost\r\ncontent-length: 3\r\n\r\nabc")

    def test_a_target_that_would_be_more_than_one_line(self) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            for wrong in ("", "a", "/a b", "/a\r\nX: y", "/\u00e4"):
                with self.subTest(wrong), self.assertRaises(http.HttpError):
                    http.send(ours, "GET", wrong, {})


if __name__ == "__main__":
    unittest.main()
