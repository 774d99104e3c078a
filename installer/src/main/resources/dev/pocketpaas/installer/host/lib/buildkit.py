"""A build by the engine's own BuildKit, through its API. Every engine from 20.10 on has it.

Not with Docker's client: it takes the arguments of a build from its command line, which every user of the machine can read, or from its environment,
where a name that a user chose would be a variable of a process of root's (PATH, DOCKER_HOST, LD_PRELOAD …). Here names and values are JSON in
a request on the engine's socket, and nothing else.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import struct
import threading
from typing import Any, BinaryIO, Iterator, Mapping
from urllib.parse import quote, urlencode

SOCKET = "/var/run/docker.sock"
API = "/v1.41"
# The engine takes a request's line and headers up to a megabyte.
MOST_QUERY = 900_000


class EngineError(Exception):
    """The engine refused a request, or did not answer."""


class EngineConnection(http.client.HTTPConnection):
    """A connection to the engine's socket."""

    def __init__(self) -> None:
        super().__init__("docker")

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(SOCKET)


def get(path: str) -> tuple[int, Any]:
    """The status and the JSON of a GET. Raises EngineError where the engine does not answer."""
    connection = EngineConnection()
    try:
        connection.request("GET", API + path)
        answer = connection.getresponse()
        body = answer.read()
        return answer.status, json.loads(body) if body else None
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise EngineError(f"the Docker engine does not answer: {problem}") from problem
    finally:
        connection.close()


def image(reference: str) -> Mapping[str, Any] | None:
    """The image that the engine has by a name or (part of an) id; None where it has none."""
    status, body = get(f"/images/{quote(reference, safe='')}/json")
    return body if status == 200 and isinstance(body, dict) else None


class Session:
    """What BuildKit asks of a client meanwhile: whether it is still there, and who it is to a registry (nobody).

    HTTP/2 with the roles turned round (RFC 9113), as far as that needs it: the health check is the one question with an empty message, and is
    answered; every other one gets "not implemented", which BuildKit takes for "no".
    """

    PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    DATA, HEADERS, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 4, 6, 7, 8
    END_STREAM, ACK, END_HEADERS = 1, 1, 4

    def __init__(self) -> None:
        self.id = base64.b32encode(os.urandom(15)).decode().lower()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(SOCKET)
        self._socket.sendall((
            f"POST {API}/session HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
            f"X-Docker-Expose-Session-Uuid: {self.id}\r\nX-Docker-Expose-Session-Name: pocketpaas\r\n"
            "X-Docker-Expose-Session-Grpc-Method: /grpc.health.v1.Health/Check\r\n\r\n").encode())
        self._file: BinaryIO = self._socket.makefile("rb")
        status = self._file.readline(4096)
        if b" 101 " not in status:
            raise EngineError("the Docker engine opens no session for a build")
        while self._file.readline(4096) not in (b"\r\n", b""):
            pass
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Ends it; the build must have ended."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            # The engine was quicker.
            pass

    def _send(self, kind: int, flags: int, stream: int, payload: bytes = b"") -> None:
        self._socket.sendall(struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload)

    def _serve(self) -> None:
        try:
            if self._file.read(len(self.PREFACE)) != self.PREFACE:
                return
            self._send(self.SETTINGS, 0, 0)
            messages: dict[int, int] = {}
            while len(head := self._file.read(9)) == 9:
                length, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
                stream = int.from_bytes(head[5:], "big") & 0x7FFFFFFF
                payload = self._file.read(length)
                self._frame(kind, flags, stream, payload, messages)
        except OSError:
            # The engine has gone; the build says so itself.
            pass

    def _frame(self, kind: int, flags: int, stream: int, payload: bytes, messages: dict[int, int]) -> None:
        if kind == self.SETTINGS and not flags & self.ACK:
            self._send(self.SETTINGS, self.ACK, 0)
        elif kind == self.PING and not flags & self.ACK:
            self._send(self.PING, self.ACK, 0, payload)
        elif kind in (self.DATA, self.HEADERS):
            if kind == self.DATA and payload:
                messages[stream] = messages.get(stream, 0) + len(payload)
                self._send(self.WINDOW_UPDATE, 0, 0, struct.pack(">I", len(payload)))
            if flags & self.END_STREAM:
                # A message has five bytes before it.
                self._answer(stream, messages.pop(stream, 0) <= 5)

    def _answer(self, stream: int, health: bool) -> None:
        # HPACK (RFC 7541): ":status: 200" from the static table, the others as plain literals.
        headers = b"\x88" + literal("content-type", "application/grpc")
        if health:
            self._send(self.HEADERS, self.END_HEADERS, stream, headers)
            # HealthCheckResponse{status: SERVING}
            self._send(self.DATA, 0, stream, b"\x00\x00\x00\x00\x02\x08\x01")
            self._send(self.HEADERS, self.END_HEADERS | self.END_STREAM, stream, literal("grpc-status", "0"))
        else:
            self._send(self.HEADERS, self.END_HEADERS | self.END_STREAM, stream, headers + literal("grpc-status", "12"))


def literal(name: str, value: str) -> bytes:
    """A header field that is not indexed; both texts are shorter than 127 bytes."""
    return b"\x00" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


class Build:
    """One build of a tar. `run` may be called once; `cancel` from a signal's handler."""

    def __init__(self, parameters: Mapping[str, str], arguments: Mapping[str, str], labels: Mapping[str, str]) -> None:
        self._id = base64.b32encode(os.urandom(15)).decode().lower()
        self._parameters = dict(parameters)
        self._arguments = dict(arguments)
        self._labels = dict(labels)
        self.image = ""

    def run(self, source: str) -> str:
        """Builds, printing what it says. Returns why it failed, or the empty text; `image` is then its id. Raises EngineError."""
        session = Session()
        try:
            query = urlencode({
                **self._parameters, "version": "2", "session": session.id, "buildid": self._id,
                "buildargs": json.dumps(self._arguments), "labels": json.dumps(self._labels)})
            if len(query) > MOST_QUERY:
                raise EngineError("the build arguments are larger than the engine takes")
            return self._ask(query, source)
        except (OSError, http.client.HTTPException, ValueError) as problem:
            raise EngineError(f"the Docker engine does not answer: {problem}") from problem
        finally:
            session.close()

    def cancel(self) -> None:
        """Asks the engine to stop it."""
        connection = EngineConnection()
        try:
            connection.request("POST", f"{API}/build/cancel?id={self._id}")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            # Then it ends with our connection.
            pass
        finally:
            connection.close()

    def _ask(self, query: str, source: str) -> str:
        connection = EngineConnection()
        with open(source, "rb") as body:
            try:
                connection.request("POST", f"{API}/build?{query}", body, {
                    "Content-Type": "application/x-tar", "Content-Length": str(os.fstat(body.fileno()).st_size)})
            except BrokenPipeError:
                # An engine that has failed already does not read on, but has answered.
                pass
        answer = connection.getresponse()
        if answer.status != 200:
            try:
                return str(json.loads(answer.read())["message"])
            except (ValueError, KeyError, TypeError):
                return f"the Docker engine answered {answer.status}"
        progress = Progress()
        why = ""
        while line := answer.readline():
            said = json.loads(line)
            if said.get("id") == "moby.buildkit.trace":
                progress.show(base64.b64decode(said["aux"]))
            elif said.get("id") == "moby.image.id":
                self.image = str(said["aux"]["ID"])
            elif "error" in said:
                why = str(said["error"])
        progress.end()
        return why if why or self.image else "the build ended without an image"


class Progress:
    """Prints BuildKit's StatusResponse messages (control.proto: vertexes 1, logs 3) as lines."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._names: dict[bytes, str] = {}
        self._ended: set[bytes] = set()
        self._parts: dict[bytes, bytes] = {}

    def show(self, message: bytes) -> None:
        for number, value in fields(message):
            if number == 1 and isinstance(value, bytes):
                self._vertex(dict(fields(value)))
            elif number == 3 and isinstance(value, bytes):
                self._log(dict(fields(value)))

    def end(self) -> None:
        """Prints what has no end of line yet."""
        for digest, rest in self._parts.items():
            if rest:
                self._print(digest, rest)
        self._parts.clear()

    def _vertex(self, vertex: Mapping[int, Any]) -> None:
        digest, name = vertex.get(1, b""), vertex.get(3, b"").decode("utf-8", "replace")
        # What the engine does for itself is of interest only where it fails.
        if digest in self._ended or (7 not in vertex and (name.startswith("[internal]") or name == "copy /context /")):
            return
        if 5 not in vertex and 4 not in vertex and 7 not in vertex:
            return
        if digest not in self._numbers:
            self._numbers[digest] = len(self._numbers) + 1
            self._line(f"#{self._numbers[digest]} {name}")
        if 6 not in vertex and 4 not in vertex:
            return
        rest = self._parts.pop(digest, b"")
        if rest:
            self._print(digest, rest)
        self._ended.add(digest)
        if vertex.get(7):
            self._line(f"#{self._numbers[digest]} ERROR: {vertex[7].decode('utf-8', 'replace')}")
        elif vertex.get(4):
            self._line(f"#{self._numbers[digest]} CACHED")
        elif 5 in vertex:
            self._line(f"#{self._numbers[digest]} DONE {seconds(vertex[6]) - seconds(vertex[5]):.1f}s")

    def _log(self, log: Mapping[int, Any]) -> None:
        digest = log.get(1, b"")
        *whole, rest = (self._parts.get(digest, b"") + log.get(4, b"")).split(b"\n")
        for line in whole:
            self._print(digest, line)
        if len(rest) > 4000:
            self._print(digest, rest)
            rest = b""
        self._parts[digest] = rest

    def _print(self, digest: bytes, line: bytes) -> None:
        self._line(f"#{self._numbers.get(digest, 0)} {line.decode('utf-8', 'replace')}")

    @staticmethod
    def _line(text: str) -> None:
        print(text, flush=True)


def fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a protocol buffer: numbers as int, all else as bytes."""
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(message, at)
            yield key >> 3, value
            continue
        if kind == 2:
            size, at = varint(message, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise ValueError("a message of the engine cannot be read")
        yield key >> 3, message[at:at + size]
        at += size


def varint(message: bytes, at: int) -> tuple[int, int]:
    """A number of variable length at a place, and the place after it."""
    value = shift = 0
    while True:
        if at >= len(message):
            raise ValueError("a message of the engine ends early")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def seconds(timestamp: bytes) -> float:
    """A google.protobuf.Timestamp."""
    parts = dict(fields(timestamp))
    return float(parts.get(1, 0)) + float(parts.get(2, 0)) / 1e9
