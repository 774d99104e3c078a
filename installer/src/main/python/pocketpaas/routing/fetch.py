"""Fetching a token through a name, as a visitor or an authority would: redirects are followed, a certificate proves
nothing here."""

from __future__ import annotations

import enum
import http.client
import socket
import ssl
import time
from urllib.parse import urljoin, urlsplit

_CONNECT_SECONDS = 4.0
_SECONDS = 8.0
_REDIRECTS = 3
_MOST = 200


class Answer(enum.Enum):
    """What came back."""

    #: The token.
    HERE = "here"
    #: The name does not resolve.
    UNRESOLVED = "unresolved"
    #: Nothing answers: it may be this network that does not lead back to itself.
    SILENT = "silent"
    #: Something that is no proper answer.
    BROKEN = "broken"
    #: Another answer.
    ELSEWHERE = "elsewhere"


class _Silent(Exception):
    """Nobody took the connection, or nothing came in time."""


def fetch(name: str, port: int, path: str, token: str) -> Answer:
    """What `path` of `/.well-known/` on that port of the name is; after eight seconds at most, unless the name's server
    takes longer."""
    end = time.monotonic() + _SECONDS
    url = f"http://{name}:{port}/.well-known/{path}"
    for _ in range(_REDIRECTS + 1):
        try:
            onward, body = _get(url, end)
        except socket.gaierror:
            return Answer.UNRESOLVED
        except (_Silent, TimeoutError):
            return Answer.SILENT
        except (OSError, http.client.HTTPException, ValueError):
            return Answer.BROKEN
        if not onward:
            return Answer.HERE if body == token.encode() else Answer.ELSEWHERE
        url = urljoin(url, onward)
        if urlsplit(url).scheme not in ("http", "https"):
            break
    return Answer.BROKEN


def addresses(name: str, most: int = 4) -> tuple[str, ...]:
    """What the name resolves to, in order; empty where it does not."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(sorted({str(entry[4][0]) for entry in found})[:most])


def _get(url: str, end: float) -> tuple[str, bytes]:
    """Where the answer sends on to (empty: it does not), and its beginning."""
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    try:
        _connect(connection, end)
        target = parts.path or "/"
        connection.request("GET", f"{target}?{parts.query}" if parts.query else target)
        answer = connection.getresponse()
        if answer.status in (301, 302, 303, 307, 308):
            onward = answer.getheader("Location")
            if onward:
                return onward, b""
        return "", _body(connection, answer, end)
    finally:
        connection.close()


def _body(connection: http.client.HTTPConnection, answer: http.client.HTTPResponse, end: float) -> bytes:
    """No more than is longer than any token; a peer that sends a byte now and then is not waited for."""
    body = b""
    while len(body) <= _MOST:
        _bound(connection, end)
        part = answer.read1(_MOST + 1 - len(body))
        if not part:
            break
        body += part
    return body


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    return http.client.HTTPSConnection(host, port) if scheme == "https" else http.client.HTTPConnection(host, port)


def _connect(connection: http.client.HTTPConnection, end: float) -> None:
    plain = _open(connection.host, connection.port, end)
    connection.sock = plain
    _bound(connection, end)
    if isinstance(connection, http.client.HTTPSConnection):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection.sock = context.wrap_socket(plain, server_hostname=connection.host)


def _open(host: str, port: int, end: float) -> socket.socket:
    """The first address that takes a connection; each of those that are left gets its share of the time."""
    targets = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    end = min(end, time.monotonic() + _CONNECT_SECONDS)
    for at, (family, kind, protocol, _, address) in enumerate(targets):
        opened = socket.socket(family, kind, protocol)
        try:
            opened.settimeout(max(0.1, (end - time.monotonic()) / (len(targets) - at)))
            opened.connect(address)
            return opened
        except OSError:
            opened.close()
    raise _Silent


def _bound(connection: http.client.HTTPConnection, end: float) -> None:
    left = end - time.monotonic()
    if left <= 0:
        raise _Silent
    if connection.sock is not None:
        connection.sock.settimeout(left)
