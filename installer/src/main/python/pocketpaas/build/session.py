"""What BuildKit asks of a client during a build: HTTP/2 with the roles turned round, over the engine's socket."""

from __future__ import annotations

import base64
import os
import socket
import struct
import threading
from typing import BinaryIO

from pocketpaas.engine.client import Engine, EngineAway


class Session:
    """What BuildKit asks of a client meanwhile: whether it is still there, and who it is to a registry (nobody).

    HTTP/2 with the roles turned round (RFC 9113), as far as that needs it: the health check is the one question with an
    empty message, and is answered; every other one gets "not implemented", which BuildKit takes for "no"."""

    PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    DATA, HEADERS, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 4, 6, 7, 8
    END_STREAM, ACK, END_HEADERS = 1, 1, 4

    def __init__(self, engine: Engine) -> None:
        self.id = base64.b32encode(os.urandom(15)).decode().lower()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._file: BinaryIO = self._socket.makefile("rb")
        try:
            opened = self._open(engine)
        except OSError as error:
            self._end()
            raise EngineAway("it opens no session for a build") from error
        if not opened:
            self._end()
            raise EngineAway("it opens no session for a build")
        threading.Thread(target=self._serve, daemon=True).start()

    def _open(self, engine: Engine) -> bool:
        """Whether the engine took it. Raises OSError where it hangs up in the middle of it."""
        self._socket.connect(os.fspath(engine.socket_path))
        self._socket.sendall(
            (
                f"POST /v{engine.version()}/session HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
                f"X-Docker-Expose-Session-Uuid: {self.id}\r\nX-Docker-Expose-Session-Name: pocketpaas\r\n"
                "X-Docker-Expose-Session-Grpc-Method: /grpc.health.v1.Health/Check\r\n\r\n"
            ).encode()
        )
        if b" 101 " not in self._file.readline(4096):
            return False
        while self._file.readline(4096) not in (b"\r\n", b""):
            pass
        return True

    def close(self) -> None:
        """Ends it; the build must have ended."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            # The engine was quicker.
            pass

    def _send(self, kind: int, flags: int, stream: int, payload: bytes = b"") -> None:
        length = struct.pack(">I", len(payload))[1:]
        self._socket.sendall(length + bytes([kind, flags]) + struct.pack(">I", stream) + payload)

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
        finally:
            self._end()

    def _end(self) -> None:
        self._file.close()
        self._socket.close()

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
