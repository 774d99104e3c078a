"""Runs a command in the container of a process that runs; standard streams are the caller's. It ends with its client.

Arguments: APP TYPE.N tty|pipe COMMAND; COMMAND is base64url of the NUL-separated words, `-` for a shell. Exit codes:
those of the command; 2 bad request and 4 no such process (both with +fail on standard error); 125 and above as
Docker's."""

from __future__ import annotations

import signal
import sys

from pocketpaas.engine import attach, exec_kill, execs
from pocketpaas.engine.client import Engine
from pocketpaas.engine.containers import Container
from pocketpaas.failure import BadRequest, Cancelled
from pocketpaas.machine.channel import HANGUP, ended_by_signals, raw_terminal, terminal_kind, watched, window
from pocketpaas.machine.client import Client
from pocketpaas.machine.request import Request, words_of
from pocketpaas.operation.audit import audit
from pocketpaas.query import far, instances
from pocketpaas.query.beside import told_beside
from pocketpaas.query.instances import Far
from pocketpaas.state import values

#: What a release was built on, as far as it matters here.
SLUG, ANY = "slug", "-"
_SHELL = ("/bin/sh", "-c", "if [ -x /bin/bash ]; then exec /bin/bash; else exec /bin/sh; fi")


def serve(request: Request) -> int:
    """See the module. Standard output is the command's, so failures are told on standard error."""
    return told_beside(lambda: _run(request))


def _run(request: Request) -> int:
    process, terminal, text = request.arguments[1:]
    if terminal not in ("tty", "pipe"):
        raise BadRequest("exec: tty or pipe")
    engine = Engine(request.paths)
    engine.look()
    found = instances.look_up(request, engine, process)
    base = values.read_or(request.paths.release(request.app, found.release) / "base", "")
    if isinstance(found, Far):
        term = terminal_kind() if terminal == "tty" else None
        words = [terminal, SLUG if base == SLUG else ANY, text]
        return far.handed_on(request, found, "exec", words, f"exec {found.name}", term)
    return within(request, engine, found, f"exec {process}", (terminal, base, text))


def within(request: Request, engine: Engine, container: Container, what: str, words: tuple[str, str, str]) -> int:
    """Runs the command in the container: `words` are tty or pipe, the base of the release, and the command as the verb
    has it. The command's exit code. Raises `BadRequest`, `EngineError`."""
    terminal, base, text = words
    if terminal not in ("tty", "pipe"):
        raise BadRequest("exec: tty or pipe")
    command = _as_the_app(base, _SHELL if text == "-" else words_of(text))
    client = Client.of_this_process()
    execution = ""
    code = HANGUP
    try:
        with ended_by_signals():
            term = terminal_kind() if terminal == "tty" else None
            execution = execs.create(engine, container.id, command, term)
            with watched(client):
                code = _attached(engine, execution, terminal == "tty")
    except Cancelled:
        code = HANGUP
    finally:
        if execution:
            exec_kill.kill(engine, execution)
        audit(request.paths, request.key, container.app, what, code)
    return code


def _as_the_app(base: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """In a slug its entrypoint prepares the environment that buildpacks ask for."""
    return ("/usr/local/bin/pocketpaas-start", "exec", *words) if base == SLUG else words


def _attached(engine: Engine, execution: str, tty: bool) -> int:
    with attach.upgraded(engine, f"/exec/{execution}/start", {"Detach": False, "Tty": tty}) as connection:
        given, out, err = sys.stdin.buffer, sys.stdout.buffer, sys.stderr.buffer
        if not tty:
            attach.pump(connection, False, given, out, err)
        else:
            with raw_terminal():

                def resize() -> None:
                    execs.resize(engine, execution, *window())

                signal.signal(signal.SIGWINCH, lambda _number, _frame: resize())
                resize()
                attach.pump(connection, True, given, out, err)
    return execs.code(engine, execution)
