"""Runs a command in a container of its own, with the live release's image, environment and network; standard streams
are the caller's.

Arguments: APP tty|pipe COMMAND [type=TYPE]; COMMAND is base64url of the NUL-separated words, TYPE the process type
whose limits hold. Exit codes: those of the command; 2 bad request and 4 nothing live (both with +fail on standard
error); 125 and above as Docker's. """

from __future__ import annotations

import base64
import binascii
import fcntl
import os
import re
import signal
import struct
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from pocketpaas.engine import attach, containers
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.machine.request import Request
from pocketpaas.failure import BadRequest, Cancelled, Failure, Refused
from pocketpaas.operation.audit import audit
from pocketpaas.machine.client import Client
from pocketpaas.machine.events import Reporter
from pocketpaas.release import bundle as bundles
from pocketpaas.release import one_off, slots
from pocketpaas.state import names, values

_LOOK = 0.5
_TERM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,39}", re.ASCII)
_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
#: What a terminal's program is told when its terminal is gone.
_HANGUP = 129


def serve(request: Request) -> int:
    """See the module. Standard output is the command's, so failures are told on standard error."""
    try:
        return _run(request)
    except Failure as failure:
        Reporter(_standard_error).failed(failure)
        return failure.code
    except EngineError as error:
        Reporter(_standard_error).fail("engine", str(error))
        return 1


def _standard_error(data: bytes) -> None:
    os.write(2, data)


def _run(request: Request) -> int:
    paths, app, terminal = request.paths, request.app, request.arguments[1]
    if terminal not in ("tty", "pipe"):
        raise BadRequest("run: tty or pipe")
    words = command_of(request.arguments[2])
    kind = _type_of(request)
    live = slots.live_release(paths, app)
    if live is None:
        raise Refused(
            "nothing-live", f"nothing is live in {app}, so there is nothing to run the command in", "deploy it first"
        )
    if kind and kind not in (known := bundles.types(paths.release(app, live))):
        raise BadRequest(f"{app} has no process type {kind}; it has: {' '.join(known)}", "no-process")
    words, kind = as_process(paths.release(app, live), words, kind)
    term = _terminal() if terminal == "tty" else None
    engine = Engine(paths)
    engine.look()
    container = ""
    code = _HANGUP
    client = Client.of_this_process()
    try:
        with _ended_by_signals():
            container = one_off.create(paths, engine, app, live, kind or "run", words, term)
            with _watched(client):
                code = _attached(engine, container, terminal == "tty")
    except Cancelled:
        code = _HANGUP
    finally:
        # Whatever ends this, the container goes.
        if container:
            containers.remove(engine, (container,))
        audit(paths, request.key, app, "run", code)
    return code


def command_of(text: str) -> tuple[str, ...]:
    """The words of the command; raises `BadRequest`."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadRequest("run: the command is missing") from error
    words = tuple(values.decode(word) for word in data.removesuffix(b"\0").split(b"\0"))
    if not words[0]:
        raise BadRequest("run: the command is missing")
    return words


def as_process(bundle: Path, words: tuple[str, ...], kind: str) -> tuple[tuple[str, ...], str]:
    """A process type in the place of a command stands for the command of that type, by whose limits it runs; what comes
    after it is added."""
    command = values.read(bundle / "processes" / words[0] / "command") if names.is_process_type(words[0]) else None
    if not command:
        return words, kind
    return ("/bin/sh", "-c", f'{command.rstrip()} "$@"', words[0], *words[1:]), kind or words[0]


def _terminal() -> str:
    """The kind of the caller's terminal, as sshd was told; empty for one that cannot be told on."""
    term = os.environ.get("TERM", "")
    return term if _TERM.fullmatch(term) else ""


def _type_of(request: Request) -> str:
    if len(request.arguments) < 4:
        return ""
    kind = request.arguments[3].removeprefix("type=")
    if not names.is_process_type(kind):
        raise BadRequest("this is not the name of a process type")
    return kind


def _attached(engine: Engine, container: str, tty: bool) -> int:
    given, out, err = sys.stdin.buffer, sys.stdout.buffer, sys.stderr.buffer
    if not tty:
        return attach.interactive(engine, container, False, given, out, err)
    with _raw_terminal():

        def resize() -> None:
            rows, columns = _window()
            attach.resize(engine, container, rows, columns)

        signal.signal(signal.SIGWINCH, lambda _number, _frame: resize())
        return attach.interactive(engine, container, True, given, out, err, resize)


def _window() -> tuple[int, int]:
    rows, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8))
    return rows, columns


@contextmanager
def _raw_terminal() -> Iterator[None]:
    """Every byte as it is typed: the container's own terminal makes signals and lines of them."""
    import tty as terminals

    before = termios.tcgetattr(0)
    terminals.setraw(0)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    def end(_number: int, _frame: FrameType | None) -> None:
        for number in _ENDING:
            signal.signal(number, signal.SIG_IGN)
        raise Cancelled

    before = {number: signal.signal(number, end) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _watched(client: Client) -> Iterator[None]:
    """A client that goes away ends the command: one that is quiet writes nothing that could fail."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK):
            if not client.is_there():
                os.kill(os.getpid(), signal.SIGHUP)
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        # Not waited for longer than one look takes.
        watcher.join(2 * _LOOK)
