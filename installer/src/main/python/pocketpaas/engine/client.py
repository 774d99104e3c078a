"""HTTP to the Docker Engine over its socket (https://docs.docker.com/reference/api/engine/). One `Engine` a program;
safe for several threads, as each call has a connection of its own."""

from __future__ import annotations

import io
import json
import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlencode

from pocketpaas.failure import Failure, NoEngine
from pocketpaas.machine import http
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

SOCKET = Path("/var/run/docker.sock")
PID_FILE = Path("/var/run/docker.pid")
#: The API versions that we have seen work: 1.41 is Debian 12's; newer engines refuse old ones.
OLDEST, NEWEST = 41, 44
_PATIENCE = 60.0
#: One that is started anew is back in seconds.
_AWAY_PATIENCE = 60.0
#: Who only looks is told sooner; an engine that is busy answers this in milliseconds.
_LOOK_PATIENCE = 4.0
_FIRST_PING = 1.5
_SILENT_SECONDS = 1.0
_WAITING = "the Docker engine on the host does not answer; waiting up to a minute for it"


class EngineError(Failure):
    """The engine refused: `status` is that of HTTP, the text is the engine's own."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__("engine", text)
        self.status = status


class EngineAway(EngineError):
    """The engine does not answer."""

    def __init__(self, why: str) -> None:
        super().__init__(0, f"the Docker engine does not answer: {why}")
        self.why = why


@contextmanager
def _connected(path: Path, seconds: float | None) -> Iterator[tuple[socket.socket, io.BufferedReader]]:
    """A connection on which each wait is bounded, and what is read from it. Raises OSError."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(seconds)
        connection.connect(os.fspath(path))
        with connection.makefile("rb") as source:
            yield connection, source


class Engine:
    """The engine of this host."""

    def __init__(self, paths: HostPaths, socket_path: Path = SOCKET, pid_file: Path = PID_FILE) -> None:
        self._paths = paths
        self._socket = socket_path
        self._pid_file = pid_file
        self._version = ""
        #: Told once, when an engine that is away is waited for.
        self.on_waiting: Callable[[str], None] = lambda _text: None

    # ------------------------------------------------------------ calls

    @property
    def socket_path(self) -> Path:
        """Where it listens: for what is no question and answer (`engine.attach`)."""
        return self._socket

    @contextmanager
    def open(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        *,
        body: bytes | BinaryIO | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float | None = _PATIENCE,
    ) -> Iterator[BinaryIO]:
        """The answer, to be read as a stream. Raises `EngineError` for a status from 400 on, `EngineAway`. `seconds`
        bounds each wait for the engine (None: without end, for what may be silent)."""
        target = f"/v{self.version()}{path}"
        pairs = list(query.items() if isinstance(query, Mapping) else query)
        if pairs:
            target += "?" + urlencode(pairs, errors="surrogateescape")
        with ExitStack() as stack:
            try:
                connection, source = stack.enter_context(_connected(self._socket, seconds))
                http.send(connection, method, target, headers or {}, body)
                answer = http.receive(source, method)
            except OSError as error:
                raise EngineAway(_why(error)) from error
            if answer.status >= 400:
                raise EngineError(answer.status, _message(answer))
            yield answer.body

    def head(self, path: str, query: Mapping[str, str]) -> Mapping[str, str]:
        """The headers of the answer, by their names in lower case. Raises as `open` does."""
        target = f"/v{self.version()}{path}?{urlencode(query, errors='surrogateescape')}"
        try:
            with _connected(self._socket, _PATIENCE) as (connection, source):
                http.send(connection, "HEAD", target, {})
                answer = http.receive(source, "HEAD")
        except OSError as error:
            raise EngineAway(_why(error)) from error
        if answer.status >= 400:
            raise EngineError(answer.status, f"the Docker engine answered {answer.status}")
        return answer.headers

    def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        *,
        document: Any = None,
        seconds: float | None = _PATIENCE,
    ) -> Any:
        """One question with a JSON document (or none) in either direction; None for an empty answer. Raises as `open`
        does."""
        body = None if document is None else json.dumps(document).encode()
        headers = {"Content-Type": "application/json"} if body is not None else {}
        with self.open(method, path, query, body=body, headers=headers, seconds=seconds) as answer:
            try:
                data = answer.read()
            except OSError as error:
                raise EngineAway(_why(error)) from error
        return json.loads(data) if data.strip() else None

    def get(self, path: str, query: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> Any:
        """`call` with GET."""
        return self.call("GET", path, query)

    def list(self, path: str, filters: Mapping[str, Iterable[str]], **query: str) -> Any:
        """A list by filters, as the engine takes them: `{"label": ["pocketpaas.app=shop"]}`."""
        text = json.dumps({name: list(wanted) for name, wanted in filters.items()})
        return self.get(path, {"filters": text, **query}) or []

    # ------------------------------------------------------------ the engine itself

    def version(self) -> str:
        """The engine's API version, so that neither an old nor a new engine refuses us, but none that we have not seen.
        Asked once for each start of the engine: the file `engine` is `PID VERSION` of the one that was asked last.
        Raises `EngineAway`."""
        if not self._version:
            self._version = self._known() or self._ask()
        return self._version

    def _known(self) -> str:
        pid = values.read_or(self._pid_file, "").strip()
        known = self._paths.root / "engine"
        try:
            if pid and known.stat().st_mtime_ns > self._pid_file.stat().st_mtime_ns:
                asked, _, version = values.read_or(known, "").partition(" ")
                major, _, minor = version.partition(".")
                if asked == pid and major == "1" and minor.isdigit() and OLDEST <= int(minor) <= NEWEST:
                    return version
        except OSError:
            pass
        return ""

    def _ask(self) -> str:
        version = self.ping()
        pid = values.read_or(self._pid_file, "").strip()
        if pid and self._paths.root.is_dir():
            try:
                values.write_file(self._paths.root / "engine", f"{pid} {version}".encode(), durable=False)
            except OSError:
                # Where it cannot be kept the next program asks again.
                pass
        return version

    def ping(self, seconds: float = 10) -> str:
        """The API version to use, from the engine itself. Raises `EngineAway`."""
        try:
            with _connected(self._socket, seconds) as (connection, source):
                http.send(connection, "HEAD", "/_ping", {})
                answer = http.receive(source, "HEAD")
        except OSError as error:
            raise EngineAway(_why(error)) from error
        minor = answer.headers.get("api-version", "").removeprefix("1.")
        return f"1.{min(max(int(minor), OLDEST), NEWEST) if minor.isdigit() else OLDEST}"

    def wait(self) -> bool:
        """Whether the engine answers; waits a minute for one that is away: it may just be starting anew."""
        begin, told, seconds = time.monotonic(), False, _FIRST_PING
        while True:
            try:
                self.ping(seconds)
                return True
            except EngineAway:
                away = time.monotonic() - begin
                if away >= _AWAY_PATIENCE:
                    return False
                if away >= _SILENT_SECONDS and not told:
                    told = True
                    self.on_waiting(_WAITING)
                seconds = 10
                time.sleep(0.2)

    def need(self) -> None:
        """The same, and raises `NoEngine`: without the engine nothing is known of what runs."""
        if not self.wait():
            self.look()

    def look(self) -> None:
        """For who only asks: raises `NoEngine` within seconds where the engine does not answer."""
        try:
            self.ping(_LOOK_PATIENCE)
        except EngineAway as away:
            raise NoEngine(away.why) from away


def _why(error: Exception) -> str:
    """What the system says of a connection, without its number."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def _message(answer: http.Answer) -> str:
    """The engine's own words, for people; nothing is decided by them."""
    try:
        document = json.loads(answer.body.read(65536))
        said = document.get("message", "") if isinstance(document, dict) else ""
    except (OSError, ValueError):
        said = ""
    return str(said).replace("\n", " ") or f"the Docker engine answered {answer.status}"
