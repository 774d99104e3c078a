"""What nginx says of an app's requests that went wrong, as sentences with what to do: its error log is not for the
people who have an app, and the app itself does not know. Only what concerns the app or its limits; what else nginx
says is in `logs --access` or is the host's.

nginx writes (ngx_log.c, the same in every version): `YYYY/MM/DD HH:MM:SS [LEVEL] PID#TID: *CONNECTION MESSAGE, client:
…, server: …, request: "METHOD URI PROTOCOL", upstream: "http://ADDRESS:PORT…", host: "…"`, in the host's time zone."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pocketpaas import rules
from pocketpaas.engine import networks
from pocketpaas.query.journal import Entry
from pocketpaas.release.slots import live_release
from pocketpaas.routing import front, places
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

#: The end of a log that is looked at: whoever wants to fill it can.
_MOST_BYTES = 4 << 20
_MOST_PATH = 200
_LINE = re.compile(
    rb"(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) \[(?:error|crit|alert|emerg)\] \d+#\d+: \*\d+ (.*?), client: [^,]*, server: "
    rb'[^,]*, request: "([^ "]*) ([^ ?"]*)(.*)'
)
_UPSTREAM = re.compile(r', upstream: "http://([0-9.]+):([0-9]+)')
_BODY = re.compile(r"client intended to send too large (?:chunked )?body: (?:([0-9]+)\+)?([0-9]+) bytes")


@dataclass(frozen=True)
class Limits:
    """What an app's settings allow: sizes in bytes, the time in seconds."""

    response_headers: int
    max_body: int
    timeout: int

    @staticmethod
    def of(paths: HostPaths, app: str) -> Limits:
        """Those of the live release, and the default ones where none is live. Raises `Damaged`."""
        # A machine that is a front alone has no releases, and the settings of what is live.
        number = live_release(paths, app) if (paths.app(app) / "releases").is_dir() else None
        settings = paths.app(app) / "settings" if number is None else paths.release(app, number) / "settings"
        found = front.read(paths, app, settings)
        headers = found.response_headers or int(rules.default("http-response-headers"))
        return Limits(headers, found.max_body, found.timeout)


@dataclass(frozen=True)
class _Failure:
    """`doing` is where nginx was with the request; `web` the process that it had asked, TYPE.N, or the app's."""

    text: str
    request: str
    web: str
    port: str

    @property
    def body(self) -> bool:
        """Whether a part of the response had been sent."""
        return any(place in self.text for place in ("while reading upstream", "while sending to client"))


def past(paths: HostPaths, app: str, since: int, most: int) -> list[Entry]:
    """The last ones, the oldest first; `since` in seconds since 1970. Raises `Damaged`."""
    log = places.error_log(app)
    lines = [line for file in (log.with_name(log.name + ".1"), log) for line in _end_of(file)]
    limits = Limits.of(paths, app)
    found = [entry for entry in (entry_of(line, limits) for line in lines) if entry is not None]
    found = [entry for entry in found if entry.microseconds >= since * 1_000_000]
    return found[len(found) - most :] if most < len(found) else found


def _end_of(file: Path) -> Iterator[bytes]:
    try:
        with open(file, "rb") as source:
            size = source.seek(0, 2)
            source.seek(max(0, size - _MOST_BYTES))
            yield from source.read(_MOST_BYTES).splitlines()
    except FileNotFoundError:
        return


def entry_of(line: bytes, limits: Limits) -> Entry | None:
    """What a line of the log means; None where it is nothing that the people of the app have to know."""
    match = _LINE.match(line)
    if match is None:
        return None
    rest = values.decode(match[5])
    upstream = _UPSTREAM.search(rest)
    number = networks.web_instance(upstream[1]) if upstream else None
    request = values.decode(match[3] + b" " + match[4])
    request = request if len(request) <= _MOST_PATH else request[:_MOST_PATH] + "…"
    web = "the app" if number is None else f"web.{number}"
    failure = _Failure(values.decode(match[2]), request, web, upstream[2] if upstream else "")
    text = _sentence(failure, limits)
    if text is None:
        return None
    when = time.mktime(time.strptime(match[1].decode(), "%Y/%m/%d %H:%M:%S"))
    return Entry(int(when) * 1_000_000, b"nginx", values.encode(text))


def _sentence(found: _Failure, limits: Limits) -> str | None:
    too_large = _BODY.match(found.text)
    if too_large:
        size = sum(int(part) for part in too_large.groups() if part)
        return (
            f"413 {found.request}: the request body has {'at least ' if too_large[1] else ''}{size} bytes, "
            f"{_size(limits.max_body)} are allowed; raise http.max-body in pocketpaas.yml"
        )
    if found.text.startswith("upstream sent too big header"):
        return (
            f"502 {found.request}: {found.web} sent a response header larger than {_size(limits.response_headers)}; "
            "set fewer or smaller cookies, or raise http.response-headers in pocketpaas.yml"
        )
    if found.text.startswith("upstream timed out"):
        return _timed_out(found, limits)
    return _lost(found)


def _timed_out(found: _Failure, limits: Limits) -> str:
    if "while connecting" in found.text:
        return (
            f"{found.request}: {found.web} took no connection within 5 s; "
            'it is overloaded or has ended: see "pocketpaas ps"'
        )
    if found.body:
        return (
            f"{found.request}: {found.web} sent nothing for {limits.timeout} s in the middle of its response, "
            "so it was cut off; send more often, or raise http.timeout in pocketpaas.yml"
        )
    if "while sending request" in found.text:
        return f"504 {found.request}: {found.web} did not read the request within {limits.timeout} s"
    return (
        f"504 {found.request}: {found.web} did not answer within {limits.timeout} s; "
        "do the work in a worker, or raise http.timeout in pocketpaas.yml"
    )


def _lost(found: _Failure) -> str | None:
    """A connection that broke, and what is no HTTP. Without a status: nginx may have asked the next process."""
    if found.text.startswith("connect() failed (111:"):
        return (
            f"{found.request}: {found.web} does not listen on port {found.port}; "
            'it is starting or has ended: see "pocketpaas ps"'
        )
    if found.text.startswith("connect() failed"):
        return f'{found.request}: {found.web} cannot be reached; it has ended: see "pocketpaas ps"'
    closed = found.text.startswith("upstream prematurely closed connection") or (
        found.text.startswith(("recv() failed", "readv() failed", "writev() failed", "send() failed"))
        and "upstream" in found.text
    )
    if closed and found.body:
        return (
            f"{found.request}: {found.web} closed the connection in the middle of its response; "
            "did it crash, or is its Content-Length wrong?"
        )
    if closed:
        return (
            f"{found.request}: {found.web} closed the connection without an answer; "
            'did it crash? See its lines here and "pocketpaas ps"'
        )
    if found.text.startswith("upstream sent"):
        what = found.text.removeprefix("upstream ").partition(" while ")[0]
        return f"{found.request}: the response of {found.web} is not valid HTTP/1.1 ({found.web} {what})"
    return None


def _size(size: int) -> str:
    for unit, name in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"
