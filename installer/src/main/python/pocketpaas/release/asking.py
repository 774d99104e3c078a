"""One question to a new web container: by HTTP where there is a path, else whether it takes a connection. Each within
bounds of its own."""

from __future__ import annotations

import io
import socket
import time
from dataclasses import dataclass

from pocketpaas.machine import http

#: How many seconds a connection may take: what is on this machine takes it at once, or not at all.
CONNECT_SECONDS = 2.0
_LEAST_SECONDS = 0.2
_CHUNK = 65536


@dataclass(frozen=True)
class Question:
    """What is asked, and which statuses are good; without a `path` only whether something listens. `timeout` in seconds
    is for HTTP."""

    host: str
    address: str
    port: int
    path: str
    statuses: str
    timeout: float


def ask(question: Question, left: float) -> str:
    """Empty where the answer is good; else `refused`, `unreached` (nobody took or refused the connection), `silent`,
    `garbled`, or the status as three digits. `left` seconds are left to connect; even a question that comes late is
    asked."""
    end = time.monotonic() + question.timeout
    seconds = min(max(left, _LEAST_SECONDS), CONNECT_SECONDS)
    if question.path:
        seconds = min(seconds, question.timeout)
    try:
        connection = socket.create_connection((question.address, question.port), seconds)
    except TimeoutError:
        return "unreached"
    except ConnectionRefusedError:
        return "refused"
    except OSError:
        # No route, no such network: nothing listens as far as anybody can tell.
        return "refused"
    with connection:
        return _answer(question, connection, end) if question.path else ""


def connects(address: str, port: int) -> bool:
    """Whether something listens there."""
    return ask(Question("", address, port, "", "", 0), CONNECT_SECONDS) == ""


def _answer(question: Question, connection: socket.socket, end: float) -> str:
    request = (
        f"GET {question.path} HTTP/1.1\r\nHost: {question.host}\r\nUser-Agent: PocketPaaS-check\r\nAccept: */*\r\n"
        "X-Forwarded-Proto: http\r\nConnection: close\r\n\r\n"
    )
    try:
        connection.settimeout(max(end - time.monotonic(), _LEAST_SECONDS))
        connection.sendall(request.encode("latin-1", "replace"))
        status = _status(connection, end)
    except TimeoutError:
        return "silent"
    except OSError:
        return "garbled"
    return "" if is_expected(status, question.statuses) else f"{status:03}"


def _status(connection: socket.socket, end: float) -> int:
    """Of the answer, which is read to its end, by the time `end`. Raises OSError."""
    answer = http.receive(io.BufferedReader(_Bounded(connection, end)))
    while answer.body.read(_CHUNK):
        pass
    return answer.status


class _Bounded(io.RawIOBase):
    """A connection that is read up to a moment, however slowly it comes."""

    def __init__(self, connection: socket.socket, end: float) -> None:
        self._connection = connection
        self._end = end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # io gives no other buffer
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


def is_expected(status: int, expected: str) -> bool:
    """Whether the status is in a list such as 200-399 or 200,204."""
    for one in expected.split(","):
        first, _, last = one.partition("-")
        if first.isdigit() and (last or first).isdigit() and int(first) <= status <= int(last or first):
            return True
    return False
