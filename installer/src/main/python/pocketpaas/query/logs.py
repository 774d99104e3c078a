"""What an app printed, from the journal, so it outlives containers and releases: lines TIME TAB TYPE.N TAB text; among
them those of the time when it had another name, and, with `nginx` for TYPE.N, what nginx says of requests that went
wrong (`nginx_log`), unless another type or one release is asked for. With `access` what nginx wrote down of all
requests instead: lines TAB nginx TAB text.

Arguments: APP [follow] [access] [lines=N] [since=SECONDS since 1970] [type=T] [release=N] [cron=JOB] [run=RUN].
"""

from __future__ import annotations

import heapq
import os
import select
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from pocketpaas.machine.request import Request
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.client import Client
from pocketpaas.machine.process import ENVIRONMENT
from pocketpaas.query import nginx_log
from pocketpaas.query.journal import Entry, entries
from pocketpaas.query.logs_wanted import Wanted
from pocketpaas.routing import places
from pocketpaas.routing.addresses import is_spread_at_all
from pocketpaas.schedule import runs
from pocketpaas.state import nodes, spans
from pocketpaas.state.paths import HostPaths

_CHUNK = 1 << 16
#: How often somebody looks whether the client is still there.
_LOOK = 0.5
_GRACE = 2.0


def serve(request: Request) -> int:
    """See the module."""
    wanted = _with_whole_id(request, Wanted.of(request.app, request.arguments[1:]))
    if nodes.is_home(request.paths) and wanted.is_spread and is_spread_at_all(request.paths, request.app):
        # Loaded in a cluster alone.
        from pocketpaas.query import far_logs

        return far_logs.serve(request, wanted)
    return of_this_machine(request.paths, wanted)


def of_this_machine(paths: HostPaths, wanted: Wanted, past_over: Callable[[], None] = lambda: None) -> int:
    """What there is on this machine; `past_over` is called when what is followed has no more past. Raises `Damaged`."""
    client = Client.of_this_process()
    for lines in found(paths, wanted, client):
        if lines is None:
            past_over()
        else:
            write(lines)
    return 0


def of_service(request: Request, service: str, options: Sequence[str]) -> int:
    """The same for a service, without the options that are for an app only."""
    wanted = Wanted.of(service, tuple(options))
    if wanted.access or wanted.type or wanted.release or wanted.cron or wanted.run:
        raise BadRequest("logs: a service has neither types nor releases, and no runs")
    return of_this_machine(request.paths, replace(wanted, service=True))


def found(paths: HostPaths, wanted: Wanted, client: Client) -> Iterator[bytes | None]:
    """What is asked for, in whole lines, by time; of what is followed None once, when all of the past has come. Ends
    with the client. Raises `Damaged`."""
    if wanted.access:
        yield from _access(wanted, client)
        return
    failed = nginx_log.past(paths, wanted.app, int(wanted.since or 0), wanted.lines) if wanted.nginx else []
    if not wanted.service:
        failed = sorted([*failed, *_before(paths, wanted, client)], key=lambda entry: entry.microseconds)
        wanted = _of_its_own(paths, wanted)
    with _started(wanted.journalctl()) as journal:
        if wanted.follow:
            yield from _follow(paths, wanted, client, journal, failed)
        elif failed:
            # So that the lines wanted are the last ones of both.
            printed = (entry for block in _entries(journal, client) for entry in block)
            merged = heapq.merge(printed, failed, key=lambda entry: entry.microseconds)
            yield from (line_of(entry) for entry in deque(merged, wanted.lines))
        else:
            for block in _entries(journal, client):
                yield b"".join(line_of(entry) for entry in block)


def _of_its_own(paths: HostPaths, wanted: Wanted) -> Wanted:
    """Nothing of another app that had the name before."""
    since = spans.present(paths, wanted.app).since
    return replace(wanted, since=max(since, wanted.since or 0)) if since else wanted


def _before(paths: HostPaths, wanted: Wanted, client: Client) -> list[Entry]:
    """The last lines that the app printed by the names that it had before."""
    found: deque[Entry] = deque(maxlen=wanted.lines)
    for one in spans.before(paths, wanted.app):
        since = max(one.since, wanted.since or 0)
        if one.until is None or since >= one.until:
            continue
        then = replace(wanted, app=one.name, since=since or None, until=one.until, follow=False)
        with _started(then.journalctl()) as journal:
            for part in _entries(journal, client):
                found.extend(part)
    return list(found)


def _with_whole_id(request: Request, wanted: Wanted) -> Wanted:
    """People name a run by the end of its id; the journal knows all of it."""
    if not wanted.run:
        return wanted
    run = runs.by_number(request.paths, wanted.app, wanted.run)
    if run is None:
        raise Refused("no-run", f"{wanted.app} has no run {wanted.run}", 'see "pocketpaas runs"')
    return replace(wanted, run=run.id)


@contextmanager
def _started(command: list[str]) -> Iterator[int]:
    """Its standard output, until it is no longer wanted. One that does not heed the signal is killed."""
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(ENVIRONMENT)
    ) as reader:
        assert reader.stdout is not None
        try:
            yield reader.stdout.fileno()
        finally:
            reader.terminate()
            try:
                reader.wait(_GRACE)
            except subprocess.TimeoutExpired:
                reader.kill()


def _entries(journal: int, client: Client) -> Iterator[list[Entry]]:
    """What the journal has, in blocks as it comes; ends with the journal, or with the client."""
    pending = b""
    for _, data in _blocks([journal], client):
        found, pending = entries(pending + data)
        if found:
            yield found


def _follow(
    paths: HostPaths, wanted: Wanted, client: Client, journal: int, failed: list[Entry]
) -> Iterator[bytes | None]:
    """The past of both by time, then what comes."""
    limits = nginx_log.Limits.of(paths, wanted.app)
    waiting = deque(failed)
    rest = {journal: b""}
    over = False
    with ExitStack() as stack:
        sources = [journal]
        if wanted.nginx:
            sources.append(stack.enter_context(_started(_tail(places.error_log(wanted.app), 0))))
        for source, data in _blocks(sources, client):
            block: list[Entry] = []
            if source == journal:
                block, rest[source] = entries(rest[source] + data)
            elif source is not None:
                *whole, rest[source] = (rest.get(source, b"") + data).split(b"\n")
                block = [entry for entry in (nginx_log.entry_of(line, limits) for line in whole) if entry is not None]
            for entry in block:
                while waiting and waiting[0].microseconds <= entry.microseconds:
                    yield line_of(waiting.popleft())
                yield line_of(entry)
            if source is None and not over:
                yield from (line_of(entry) for entry in waiting)
                waiting.clear()
                yield None
                over = True


def _tail(log: Path, lines: int) -> list[str]:
    return ["/usr/bin/tail", "-n", str(lines), "-F", "--", str(log)]


def _blocks(sources: list[int], client: Client) -> Iterator[tuple[int | None, bytes]]:
    """What comes on the descriptors, each with its own; without one where nothing has come for a moment. Ends with the
    first that ends. Quiet apps write nothing that could fail, so somebody has to notice that the client has gone."""
    while True:
        readable, _, _ = select.select(sources, [], [], _LOOK)
        for source in readable:
            data = os.read(source, _CHUNK)
            if not data:
                return
            yield source, data
        if not readable:
            if not client.is_there():
                return
            yield None, b""


def line_of(entry: Entry) -> bytes:
    """TIME TAB TYPE.N TAB text, a line for each of a text of several; TIME as RFC 3339 in UTC with microseconds."""
    second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(entry.microseconds // 1_000_000))
    prefix = f"{second}.{entry.microseconds % 1_000_000:06d}Z\t".encode() + entry.process + b"\t"
    text = entry.text[:-1] if entry.text.endswith(b"\n") else entry.text
    return b"".join(prefix + line + b"\n" for line in text.split(b"\n"))


def write(data: bytes) -> None:
    """All of it, to whoever asked."""
    while data:
        data = data[os.write(1, data) :]


def _access(wanted: Wanted, client: Client) -> Iterator[bytes | None]:
    """The requests, through the last turn of the log."""
    log = places.access_log(wanted.app)
    if not wanted.follow:
        lines = [line for file in (log.with_name(log.name + ".1"), log) for line in _lines(file)]
        yield from (_request(line) for line in lines[len(lines) - wanted.lines :] if wanted.lines)
        return
    with _started(_tail(log, wanted.lines)) as tail:
        pending, over = b"", False
        for source, data in _blocks([tail], client):
            *whole, pending = (pending + data).split(b"\n")
            yield from (_request(line) for line in whole)
            if source is None and not over:
                yield None
                over = True


def _request(line: bytes) -> bytes:
    return b"\tnginx\t" + line + b"\n"


def _lines(file: Path) -> list[bytes]:
    try:
        return file.read_bytes().splitlines()
    except FileNotFoundError:
        return []
