"""Commands inside a container that runs: its standard streams are the caller's."""

from __future__ import annotations

import io
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from pocketpaas.engine import attach
from pocketpaas.engine.client import Engine, EngineAway, EngineError

_KEPT = 64 * 1024
_CHUNK = 65536
_END_SECONDS = 10.0


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed (at most 64 KiB of each)."""

    code: int
    out: bytes
    err: bytes

    @property
    def ok(self) -> bool:
        """Whether it ended with 0."""
        return self.code == 0

    @property
    def complaint(self) -> str:
        """The last line that it printed on standard error, else on standard output; the code where it printed none."""
        for printed in (self.err, self.out):
            lines = printed.decode("utf-8", "replace").strip().split("\n")
            if lines[-1]:
                return lines[-1]
        return f"it ended with {self.code}"


def run(
    engine: Engine, container: str, words: Sequence[str], user: str = "", given: bytes = b"", seconds: float = 60.0
) -> Ended:
    """Runs the words with `given` on standard input. Raises `EngineError`; `EngineAway` after `seconds` of silence."""
    out, err = bytearray(), bytearray()

    def keep(kind: int, data: bytes) -> None:
        kept = err if kind == attach.STDERR else out
        kept.extend(data[: _KEPT - len(kept)])

    with _started(engine, container, words, user, False) as (name, connection):
        connection.settimeout(seconds)
        try:
            connection.sendall(given)
            connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            # It has ended without reading all of it.
            pass
        _pump(connection, False, keep)
        return Ended(_code(engine, name), bytes(out), bytes(err))


def stream(
    engine: Engine,
    container: str,
    words: Sequence[str],
    user: str,
    given: BinaryIO | io.RawIOBase | None,
    out: Callable[[bytes], None],
    err: Callable[[bytes], None],
    tty: bool = False,
    started: Callable[[str], None] = lambda name: None,
) -> int:
    """The same with streams of any length; its exit code. `given` is read by a thread that lives on where nothing more
    comes; what fails there cuts the command's input off without an end of it, so that no part counts as the whole.
    `started` hears the name for `resize`."""
    failed: list[BaseException] = []
    with _started(engine, container, words, user, tty) as (name, connection):
        started(name)
        threading.Thread(target=_hand_in, args=(given, connection, failed), daemon=True).start()
        _pump(connection, tty, lambda kind, data: (err if kind == attach.STDERR else out)(data))
        if failed:
            raise failed[0]
        return _code(engine, name)


def resize(engine: Engine, name: str, rows: int, columns: int) -> None:
    """Its terminal has that size from now on. Never a reason to fail."""
    try:
        engine.call("POST", f"/exec/{name}/resize", {"h": str(rows), "w": str(columns)})
    except EngineError:
        # It has ended, or shows its lines at another width.
        pass


def _hand_in(given: BinaryIO | io.RawIOBase | None, connection: socket.socket, failed: list[BaseException]) -> None:
    try:
        if given is not None:
            read: Callable[[int], bytes] = getattr(given, "read1", given.read)  # type: ignore[arg-type]
            while data := read(_CHUNK):
                connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        # It has ended: nobody takes any more.
        pass
    except Exception as error:  # noqa: BLE001: handed to who waits for the command
        failed.append(error)
        # Who reads what it prints returns, too.
        connection.shutdown(socket.SHUT_RDWR)


def _pump(connection: socket.socket, tty: bool, each: Callable[[int, bytes], object]) -> None:
    with connection.makefile("rb", 0) as pieces:
        if tty:
            while data := pieces.read(_CHUNK):
                each(attach.STDOUT, data)
        else:
            for kind, data in attach.demultiplexed(pieces):
                each(kind, data)


@contextmanager
def _started(
    engine: Engine, container: str, words: Sequence[str], user: str, tty: bool
) -> Iterator[tuple[str, socket.socket]]:
    document = {
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": tty,
        "Cmd": list(words),
        "User": user,
    }
    name = str(engine.call("POST", f"/containers/{container}/exec", document=document)["Id"])
    body = json.dumps({"Detach": False, "Tty": tty}).encode()
    with attach.upgraded(engine, f"/exec/{name}/start", body) as connection:
        yield name, connection


def _code(engine: Engine, name: str) -> int:
    """The streams end a moment before the engine knows how it ended."""
    end = time.monotonic() + _END_SECONDS
    while True:
        found = engine.get(f"/exec/{name}/json")
        if not found.get("Running") and found.get("ExitCode") is not None:
            return int(found["ExitCode"])
        if time.monotonic() > end:
            raise EngineAway("it does not tell how a command in a container ended")
        time.sleep(0.01)
