"""Runs a command in a container of its own, with the live release's image, environment and network; standard streams
are the caller's.

Arguments: APP tty|pipe COMMAND [type=TYPE]; COMMAND is base64url of the NUL-separated words, TYPE the process type
whose limits hold. Exit codes: those of the command; 2 bad request and 4 nothing live (both with +fail on standard
error); 125 and above as Docker's. """

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from pocketpaas.engine import attach, containers
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.machine.request import Request, words_of
from pocketpaas.failure import BadRequest, Cancelled, Refused
from pocketpaas.operation.audit import audit
from pocketpaas.machine.channel import HANGUP, ended_by_signals, raw_terminal, terminal_kind, watched, window
from pocketpaas.machine.client import Client
from pocketpaas.query.beside import told_beside
from pocketpaas.release import bundle as bundles
from pocketpaas.release import one_off, slots, still
from pocketpaas.state import moves, names, values

#: A command waits so long for an app that holds still while its volumes are copied.
_STILL_SECONDS = 60.0


def serve(request: Request) -> int:
    """See the module. Standard output is the command's, so failures are told on standard error."""
    return told_beside(lambda: _run(request))


def _run(request: Request) -> int:
    paths, app, terminal = request.paths, request.app, request.arguments[1]
    if terminal not in ("tty", "pipe"):
        raise BadRequest("run: tty or pipe")
    words = words_of(request.arguments[2])
    live, kind = live_and_type(request, request.arguments[3:])
    words, kind = as_process(paths.release(app, live), words, kind)
    term = terminal_kind() if terminal == "tty" else None
    engine = Engine(paths)
    engine.look()
    container = ""
    code = HANGUP
    client = Client.of_this_process()
    try:
        with ended_by_signals(), ExitStack() as starts:
            starting = still.starting(paths, app, _STILL_SECONDS)
            starts.callback(starting.release)
            container = one_off.create(paths, engine, app, live, kind or "run", words, term)
            # Who closed the app since may not have seen this container, and nothing else ends it.
            moves.refuse(paths, app)
            with watched(client):
                code = _attached(engine, container, terminal == "tty", starting.release)
    except Cancelled:
        code = HANGUP
    except EngineError:
        # It was just removed because the app leaves: so it is told.
        moves.refuse(paths, app)
        raise
    finally:
        # Whatever ends this, the container goes.
        if container:
            containers.remove(engine, (container,))
        audit(paths, request.key, app, "run", code)
    return code


def as_process(bundle: Path, words: tuple[str, ...], kind: str) -> tuple[tuple[str, ...], str]:
    """A process type in the place of a command stands for the command of that type, by whose limits it runs; what comes
    after it is added."""
    command = values.read(bundle / "processes" / words[0] / "command") if names.is_process_type(words[0]) else None
    if not command:
        return words, kind
    return ("/bin/sh", "-c", f'{command.rstrip()} "$@"', words[0], *words[1:]), kind or words[0]


def live_and_type(request: Request, more: tuple[str, ...]) -> tuple[int, str]:
    """The live release, and the process type that `more` (type=TYPE) names, empty for none. Raises `Refused`,
    `BadRequest`."""
    paths, app = request.paths, request.app
    kind = more[0].removeprefix("type=") if more else ""
    if more and not names.is_process_type(kind):
        raise BadRequest("this is not the name of a process type")
    live = slots.live_release(paths, app)
    if live is None:
        raise Refused(
            "nothing-live", f"nothing is live in {app}, so there is nothing to run the command in", "deploy it first"
        )
    if kind and kind not in (known := bundles.types(paths.release(app, live))):
        raise BadRequest(f"{app} has no process type {kind}; it has: {' '.join(known)}", "no-process")
    return live, kind


def _attached(engine: Engine, container: str, tty: bool, started: Callable[[], None]) -> int:
    given, out, err = sys.stdin.buffer, sys.stdout.buffer, sys.stderr.buffer
    if not tty:
        return attach.interactive(engine, container, False, given, out, err, started)
    with raw_terminal():

        def begun() -> None:
            started()
            resize()

        def resize() -> None:
            rows, columns = window()
            attach.resize(engine, container, rows, columns)

        signal.signal(signal.SIGWINCH, lambda _number, _frame: resize())
        return attach.interactive(engine, container, True, given, out, err, begun)
