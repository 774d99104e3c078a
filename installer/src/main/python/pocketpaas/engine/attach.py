"""What a container prints, and what it is given: attaching to it, its logs, and taking the engine's two streams apart.
"""

from __future__ import annotations

import io
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from pocketpaas.engine import containers, exits
from pocketpaas.engine.client import Engine, EngineAway, EngineError

STDOUT, STDERR = 1, 2
_CHUNK = 65536
#: A line without an end is handed on in pieces: a program that never ends one must not fill the memory.
_MAX_LINE = 64 * 1024
_TAIL_SECONDS = 5.0
_HEAD_BYTES = 65536


class _Reads(Protocol):
    def read(self, amount: int = ..., /) -> bytes | None:
        ...


def demultiplexed(stream: _Reads) -> Iterator[tuple[int, bytes]]:
    """Pieces of a stream of a container without a terminal: which of its outputs (STDOUT, STDERR), and what was
    printed. To the end of file, or to where it was cut off."""
    while len(header := _exactly(stream, 8)) == 8:
        kind, length = struct.unpack(">BxxxL", header)
        while length:
            if not (data := stream.read(min(length, _CHUNK))):
                return
            length -= len(data)
            yield kind, data


def _exactly(stream: _Reads, length: int) -> bytes:
    data = b""
    while len(data) < length and (more := stream.read(length - len(data))):
        data += more
    return data


class Printed:
    """What a command prints on a connection in both directions. One that ends without reading all that it was given has
    the connection reset, behind what it printed: that is its end, too."""

    def __init__(self, pieces: io.RawIOBase) -> None:
        self._pieces = pieces

    def read(self, amount: int = _CHUNK) -> bytes | None:
        """Up to so many bytes; none at its end."""
        try:
            return self._pieces.read(amount)
        except ConnectionResetError:
            return b""


class Lines:
    """Gathers pieces to whole lines, of each output apart, and hands them on."""

    def __init__(self, each_line: Callable[[bytes], None]) -> None:
        self._each_line = each_line
        self._pending: dict[int, bytes] = {}

    def add(self, kind: int, data: bytes) -> None:
        """A piece of one output."""
        *whole, rest = (self._pending.get(kind, b"") + data).split(b"\n")
        for line in whole:
            self._each_line(line)
        if len(rest) > _MAX_LINE:
            self._each_line(rest)
            rest = b""
        self._pending[kind] = rest

    def end(self) -> None:
        """What had no end of line."""
        for rest in self._pending.values():
            if rest:
                self._each_line(rest)
        self._pending.clear()


def run(engine: Engine, container: str, each_line: Callable[[bytes], None], silence: float | None = None) -> None:
    """Starts a container without a terminal and hands on every line that it prints; returns when it has ended, or the
    engine has gone away (it then goes on; `containers.state` tells). Raises `TimeoutError` where it prints nothing for
    `silence` seconds, `EngineError` where it does not start."""
    query = {"stream": "1", "stdout": "1", "stderr": "1"}
    lines = Lines(each_line)
    with engine.open("POST", f"/containers/{container}/attach", query, seconds=silence) as stream:
        containers.start(engine, container)
        try:
            for kind, data in demultiplexed(stream):
                lines.add(kind, data)
        except TimeoutError:
            raise
        except OSError:
            # The engine went away.
            pass
        finally:
            lines.end()


def tail(engine: Engine, container: str, lines: int = 20, within: int | None = None) -> list[bytes]:
    """Its last lines (of the last seconds that `within` says); fewer, or none, where the engine does not tell within
    five seconds."""
    found: list[bytes] = []
    gathered = Lines(found.append)
    query = {"stdout": "1", "stderr": "1", "tail": str(lines)}
    if within is not None:
        query["since"] = str(int(time.time()) - within)
    try:
        facts = containers.inspect(engine, container)
        if facts is None:
            return []
        with engine.open("GET", f"/containers/{container}/logs", query, seconds=_TAIL_SECONDS) as stream:
            pieces = _plain(stream) if facts.tty else demultiplexed(stream)
            for kind, data in pieces:
                gathered.add(kind, data)
    except (EngineError, OSError):
        # What there is explains more than nothing.
        pass
    gathered.end()
    return found


def _plain(stream: _Reads) -> Iterator[tuple[int, bytes]]:
    while data := stream.read(_CHUNK):
        yield STDOUT, data


# ---------------------------------------------------------------- both directions


@contextmanager
def connected(engine: Engine, container: str) -> Iterator[socket.socket]:
    """A connection to the container's standard streams, in both directions; made before it is started. With a terminal
    it carries bytes as they are, else what comes is for `demultiplexed`. Raises `EngineError`, `EngineAway`."""
    with upgraded(engine, f"/containers/{container}/attach?stream=1&stdin=1&stdout=1&stderr=1") as connection:
        yield connection


@contextmanager
def upgraded(engine: Engine, path: str, document: object = None) -> Iterator[socket.socket]:
    """A connection that POST to the path turns into one for bytes in both directions. Raises `EngineError`,
    `EngineAway`."""
    body = b"" if document is None else json.dumps(document).encode()
    head = f"POST /v{engine.version()}{path} HTTP/1.1\r\nHost: docker\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n"
    kind = "Content-Type: application/json\r\n" if body else ""
    head += f"{kind}Content-Length: {len(body)}\r\n\r\n"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.settimeout(60)
            connection.connect(str(engine.socket_path))
            connection.sendall(head.encode() + body)
            status = _status(connection)
        except OSError as error:
            raise EngineAway(error.strerror or str(error)) from error
        if status not in (101, 200):
            raise EngineError(status, f"the Docker engine answered {status}")
        connection.settimeout(None)
        yield connection


def _status(connection: socket.socket) -> int:
    """Of the answer, whose head is read to its end and no further."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        one = connection.recv(1)
        if not one or len(head) > _HEAD_BYTES:
            raise EngineAway("it closed the connection")
        head += one
    words = head.split(b" ", 2)
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


def resize(engine: Engine, container: str, rows: int, columns: int) -> None:
    """Its terminal has that size from now on. Never a reason to fail."""
    try:
        engine.call("POST", f"/containers/{container}/resize", {"h": str(rows), "w": str(columns)})
    except EngineError:
        # It has ended, or shows its lines at another width.
        pass


def interactive(
    engine: Engine,
    container: str,
    tty: bool,
    given: BinaryIO,
    out: BinaryIO,
    err: BinaryIO,
    started: Callable[[], None] = lambda: None,
) -> int:
    """Starts the container with these as its standard streams, `started` when it runs; its exit code when it has ended.
    `given` is read by a thread that lives on where nothing more comes. Raises `EngineError`; an OSError of `out` or
    `err`: nobody reads."""
    code: list[int] = []
    with connected(engine, container) as connection:
        waits = threading.Thread(target=_wait_into, args=(engine, container, code), daemon=True)
        waits.start()
        containers.start(engine, container)
        started()
        pump(connection, tty, given, out, err)
    waits.join(60)
    if code:
        return code[0]
    found = exits.ended(engine, container)
    return 125 if found is None or found.runs else found.code


def pump(connection: socket.socket, tty: bool, given: BinaryIO, out: BinaryIO, err: BinaryIO) -> None:
    """Hands on what comes, to its end, and what is given, by a thread that lives on where nothing more comes. Raises
    OSError of `out` or `err`: nobody reads."""
    threading.Thread(target=_hand_in, args=(given, connection), daemon=True).start()
    with connection.makefile("rb", 0) as stream:
        printed = Printed(stream)
        for kind, data in _plain(printed) if tty else demultiplexed(printed):
            sink = err if kind == STDERR else out
            sink.write(data)
            sink.flush()


def _wait_into(engine: Engine, container: str, code: list[int]) -> None:
    try:
        answer = engine.call("POST", f"/containers/{container}/wait", {"condition": "next-exit"}, seconds=None)
        code.append(int(answer["StatusCode"]))
    except (EngineError, OSError, KeyError, ValueError):
        # Then its state tells, where the engine is back.
        pass


def _hand_in(given: BinaryIO, connection: socket.socket) -> None:
    read: Callable[[int], bytes] = getattr(given, "read1", given.read)
    try:
        while data := read(_CHUNK):
            connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
    except (OSError, ValueError):
        # It has ended: nobody takes any more.
        pass
