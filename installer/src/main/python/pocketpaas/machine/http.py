"""HTTP/1.1 as far as programs of the host speak it: one request on a connection, one answer.

The standard library's client loads TLS, enumerations and the parsing of e-mail before it asks anything, which takes
longer than most of our programs compute. It stays where TLS is spoken (`routing.fetch`, `notice.notify`)."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

#: Of a line of an answer's head, in bytes; and how many lines it may have.
MAX_LINE, MAX_LINES = 65536, 200
_CHUNK, _BUFFER = 1024 * 1024, 65536
_SWITCHING = 101
_WITHOUT_BODY = (204, 304)


class HttpError(OSError):
    """What came is not HTTP, or ended too early."""


@dataclass(frozen=True)
class Answer:
    """The status, the headers by their names in lower case (of equal ones the last), and the body, to be read."""

    status: int
    headers: Mapping[str, str]
    body: BinaryIO


# ---------------------------------------------------------------- asking


def send(
    connection: socket.socket,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes | BinaryIO | Iterable[bytes] | None = None,
) -> None:
    """Sends a request. A body that is no bytes is sent in pieces as they come, unless its `Content-Length` is among the
    headers. Raises OSError."""
    if not target.startswith("/") or not (target.isascii() and target.isprintable()) or " " in target:
        raise HttpError(f"not a target of HTTP: {target!r}")
    known = {name.lower() for name in headers}
    chunked = body is not None and not isinstance(body, bytes) and "content-length" not in known
    more = {"Host": "localhost", **headers}
    if isinstance(body, bytes):
        more["Content-Length"] = str(len(body))
    elif chunked:
        more["Transfer-Encoding"] = "chunked"
    elif body is None and method in ("POST", "PUT"):
        more["Content-Length"] = "0"
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in more.items())]
    head = "".join(f"{line}\r\n" for line in [*lines, ""]).encode("ascii")
    if body is None or isinstance(body, bytes):
        connection.sendall(head + (body or b""))
        return
    connection.sendall(head)
    for piece in _pieces(body):
        connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
    if chunked:
        connection.sendall(b"0\r\n\r\n")


def _pieces(body: BinaryIO | Iterable[bytes]) -> Iterable[bytes]:
    if isinstance(body, io.IOBase):
        while data := body.read(_CHUNK):
            yield data
    else:
        # One without content would be the end.
        yield from (piece for piece in body if piece)


# ---------------------------------------------------------------- the answer


def receive(source: io.BufferedReader, method: str = "GET") -> Answer:
    """The answer to a request with that method; those before it (100, 103 …) do not count. Raises OSError."""
    while True:
        status = _status(_line(source))
        headers = _headers(source)
        if status == _SWITCHING or status >= 200:
            return Answer(status, headers, io.BufferedReader(_body(source, method, status, headers), _BUFFER))


def _line(source: io.BufferedReader) -> bytes:
    found = source.readline(MAX_LINE + 1)
    if not found:
        raise HttpError("the connection was closed without an answer")
    if len(found) > MAX_LINE:
        raise HttpError("a line of the answer is too long")
    return found.rstrip(b"\r\n")


def _status(line: bytes) -> int:
    version, _, rest = line.partition(b" ")
    code = rest.split(b" ", 1)[0]
    if not (version.startswith(b"HTTP/1.") and len(code) == 3 and code.isdigit() and code >= b"100"):
        raise HttpError("the answer is not HTTP")
    return int(code)


def _headers(source: io.BufferedReader) -> dict[str, str]:
    found: dict[str, str] = {}
    for _ in range(MAX_LINES):
        line = _line(source)
        if not line:
            return found
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            found[name.strip().lower()] = value.strip()
    raise HttpError("the answer has too many headers")


def _body(source: io.BufferedReader, method: str, status: int, headers: Mapping[str, str]) -> _Body:
    length = headers.get("content-length", "")
    if method == "HEAD" or status in _WITHOUT_BODY:
        return _Body(source, 0)
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _Chunks(source)
    return _Body(source, int(length) if length.isascii() and length.isdigit() else None)


class _Body(io.RawIOBase):
    """So many bytes, or (None) all that comes. Waits for no more than what it has to give."""

    def __init__(self, source: io.BufferedReader, left: int | None) -> None:
        self._source = source
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # io gives no other buffer
        if self._left == 0:
            return 0
        count = self._source.readinto1(memoryview(buffer)[: self._left])
        if self._left is not None:
            if not count:
                raise HttpError("the answer ended before its end")
            self._left -= count
        return count


class _Chunks(_Body):
    """Pieces, each with its size before it; the last has none."""

    def __init__(self, source: io.BufferedReader) -> None:
        super().__init__(source, 0)
        self._over = False

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # io gives no other buffer
        if not self._left and not self._over:
            self._left = self._size()
            self._over = not self._left
        count = super().readinto(buffer)
        if count and not self._left and _line(self._source):
            raise HttpError("a piece of the answer does not end where it should")
        return count

    def _size(self) -> int:
        text = _line(self._source).split(b";", 1)[0].strip()
        try:
            size = int(text, 16) if text.isalnum() else -1
        except ValueError:
            size = -1
        if size < 0:
            raise HttpError("the answer is not HTTP")
        if not size:
            # What may follow the last piece is of no interest.
            _headers(self._source)
        return size
