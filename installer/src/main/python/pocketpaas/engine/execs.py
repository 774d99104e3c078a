"""Commands in a container that runs already (the engine's "exec"): their standard streams are the caller's. The engine
lets one go on when nobody is attached any more, so whoever leaves one ends it."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from pocketpaas.engine import attach, cgroup, exec_kill
from pocketpaas.engine.cgroup import Work
from pocketpaas.engine.client import Engine, EngineAway, EngineError
from pocketpaas.engine.watch import Patience, Watch
from pocketpaas.machine.channel import terminal_kind

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


class Stalled(Exception):
    """A command printed nothing for too long (`seconds`), and took nothing of what it was given; it was ended."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class Overtime(EngineAway):
    """A command had not ended when its time was over; it was ended."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"a command in a container had not ended after {seconds:.0f} s")
        self.text = self.why


def run(
    engine: Engine, container: str, words: Sequence[str], user: str = "", given: bytes = b"", seconds: float = 60.0
) -> Ended:
    """Runs the words with `given` on standard input. Raises `EngineError`; `Overtime` after `seconds`, whatever it has
    printed until then."""
    out, err = bytearray(), bytearray()

    def keep(kind: int, data: bytes) -> None:
        kept = err if kind == attach.STDERR else out
        kept.extend(data[: _KEPT - len(kept)])

    made = create(engine, container, words, None, user)
    with _started(engine, made, False) as (name, connection):
        with Watch(seconds, lambda: _end(engine, name, connection)) as watch:
            try:
                connection.sendall(given)
                connection.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                # It has ended without reading all of it.
                pass
            _pump(connection, False, keep)
        if watch.stalled:
            raise Overtime(seconds)
        return Ended(code(engine, name), bytes(out), bytes(err))


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
    silence: Patience | float | None = None,
    created: Callable[[str], None] = lambda name: None,
) -> int:
    """The same with streams of any length; its exit code. `given` is read by a thread that lives on where nothing more
    comes; what fails there cuts the command's input off without an end of it, so that no part counts as the whole.
    `created` hears the name before it runs; `started`, for `resize`, when it does. Raises `Stalled` where nothing moves
    for `silence` seconds."""
    failed: list[BaseException] = []
    made = create(engine, container, words, terminal_kind() if tty else None, user)
    created(made)
    with _started(engine, made, tty) as (name, connection):
        started(name)
        with Watch(silence, lambda: _end(engine, name, connection), lambda: _work(engine, container)) as watch:

            def printed(kind: int, data: bytes) -> None:
                watch.moved(len(data))
                with watch.waits_for_others():
                    (err if kind == attach.STDERR else out)(data)

            threading.Thread(target=_hand_in, args=(given, connection, failed, watch), daemon=True).start()
            _pump(connection, tty, printed)
        if watch.stalled:
            raise Stalled(watch.stood)
        if failed:
            raise failed[0]
        return code(engine, name)


def _work(engine: Engine, container: str) -> Work | None:
    try:
        facts = engine.get(f"/containers/{container}/json")
    except EngineError:
        return None
    return cgroup.work(cgroup.of_pid(int((facts.get("State") or {}).get("Pid") or 0)))


def _end(engine: Engine, name: str, connection: socket.socket) -> None:
    """Nothing of it goes on, and who reads what it prints returns."""
    try:
        exec_kill.kill(engine, name)
    finally:
        _shut(connection, socket.SHUT_RDWR)


def resize(engine: Engine, name: str, rows: int, columns: int) -> None:
    """Its terminal has that size from now on. Never a reason to fail."""
    try:
        engine.call("POST", f"/exec/{name}/resize", {"h": str(rows), "w": str(columns)})
    except EngineError:
        # It has ended, or shows its lines at another width.
        pass


def _hand_in(
    given: BinaryIO | io.RawIOBase | None,
    connection: socket.socket,
    failed: list[BaseException],
    watch: Watch,
) -> None:
    try:
        while True:
            with watch.waits_for_others():
                data = _next(given)
            if not data:
                break
            if not _took(connection, data):
                return
            watch.moved(len(data))
    except Exception as error:  # noqa: BLE001: whatever `given` raises, OSError too, is for who waits for the command
        failed.append(error)
        # Who reads what it prints returns, too; and no part of the input counts as the whole.
        _shut(connection, socket.SHUT_RDWR)
    else:
        _shut(connection, socket.SHUT_WR)


def _next(given: BinaryIO | io.RawIOBase | None) -> bytes:
    if given is None:
        return b""
    # `read1`, where there is one: it does not wait until the whole piece is there.
    read: Callable[[int], bytes | None] = getattr(given, "read1", given.read)
    return read(_CHUNK) or b""


def _took(connection: socket.socket, data: bytes) -> bool:
    """False once the command has ended: nobody takes any more."""
    try:
        connection.sendall(data)
        return True
    except OSError:
        return False


def _shut(connection: socket.socket, how: int) -> None:
    try:
        connection.shutdown(how)
    except OSError:
        # It has ended.
        pass


def _pump(connection: socket.socket, tty: bool, each: Callable[[int, bytes], object]) -> None:
    with connection.makefile("rb", 0) as pieces:
        printed = attach.Printed(pieces)
        if tty:
            while data := printed.read(_CHUNK):
                each(attach.STDOUT, data)
        else:
            for kind, data in attach.demultiplexed(printed):
                each(kind, data)


@contextmanager
def _started(engine: Engine, name: str, tty: bool) -> Iterator[tuple[str, socket.socket]]:
    try:
        with attach.upgraded(engine, f"/exec/{name}/start", {"Detach": False, "Tty": tty}) as connection:
            yield name, connection
    except BaseException:
        # Whatever it is, a signal, too: nobody waits for the command any more.
        exec_kill.kill(engine, name)
        raise


def create(engine: Engine, container: str, words: Sequence[str], terminal: str | None, user: str = "") -> str:
    """Its id; it does not run yet. `terminal` as in `release.one_off.create`; `user` is the
    image's without one. Raises `EngineError`."""
    document = {
        "Cmd": list(words),
        "Tty": terminal is not None,
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "Env": [f"TERM={terminal}"] if terminal else [],
        "User": user,
    }
    return str(engine.call("POST", f"/containers/{container}/exec", document=document)["Id"])


def code(engine: Engine, name: str) -> int:
    """The code that it has ended with. The streams end a moment before the engine knows it. Raises `EngineError`,
    `EngineAway`."""
    end = time.monotonic() + _END_SECONDS
    while True:
        found = engine.get(f"/exec/{name}/json")
        if not found.get("Running") and found.get("ExitCode") is not None:
            return int(found["ExitCode"])
        if time.monotonic() > end:
            raise EngineAway("it does not tell how a command in a container ended")
        time.sleep(0.01)
