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
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pocketpaas.machine.request import Request
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.client import Client
from pocketpaas.machine.process import ENVIRONMENT
from pocketpaas.query import nginx_log
from pocketpaas.query.journal import Entry, entries
from pocketpaas.routing import places
from pocketpaas.schedule import runs
from pocketpaas.state import names, spans

_MOST_LINES = 10_000_000
_CHUNK = 1 << 16
#: How often somebody looks whether the client is still there.
_LOOK = 0.5
_GRACE = 2.0
#: The fields that we need of an entry: what was printed, the labels of its container, when it was.
_FIELDS = "MESSAGE,POCKETPAAS_TYPE,POCKETPAAS_INSTANCE,POCKETPAAS_SERVICE,POCKETPAAS_PROCESS,_SOURCE_REALTIME_TIMESTAMP"


@dataclass(frozen=True)
class Wanted:
    """What is asked for; with `service`, `app` is the name of one."""

    app: str
    follow: bool = False
    access: bool = False
    lines: int = 100
    since: float | None = None
    until: float | None = None
    type: str = ""
    release: str = ""
    service: bool = False
    cron: str = ""
    run: str = ""

    @staticmethod
    def of(app: str, options: tuple[str, ...]) -> Wanted:
        """From the verb's arguments; raises `BadRequest`."""
        found: dict[str, object] = {}
        for option in options:
            name, _, value = option.partition("=")
            if option in ("follow", "access"):
                found[name] = True
            elif name == "lines" and names.is_number(value, 0, _MOST_LINES):
                found[name] = int(value)
            elif name == "since" and names.is_number(value):
                found[name] = int(value)
            elif name == "type" and names.is_process_type(value):
                found[name] = value
            elif name == "release" and names.is_release(value):
                found[name] = value
            elif (name == "cron" and names.is_job(value)) or (name == "run" and names.is_run(value)):
                found[name] = value
            else:
                raise BadRequest(f"logs: no such option as {option}")
        return Wanted(app, **found)  # type: ignore[arg-type] # each was checked above

    @property
    def nginx(self) -> bool:
        """Whether requests that went wrong are among what is asked for: nginx sends them to web, of no release in
        particular."""
        return self.type in ("", "web") and not (self.release or self.service or self.cron or self.run)

    @property
    def label(self) -> str:
        """The label of the containers, as the journal has it."""
        return "POCKETPAAS_SERVICE" if self.service else "POCKETPAAS_APP"

    def journalctl(self) -> list[str]:
        """The command: the export format is documented and the same in every version
        (systemd.io/JOURNAL_EXPORT_FORMATS)."""
        command = ["/usr/bin/journalctl", "--quiet", "--all", "--output=export", f"--output-fields={_FIELDS}"]
        command.append(f"--lines={self.lines}")
        if self.since is not None:
            command.append(f"--since=@{self.since}")
        if self.until is not None:
            command.append(f"--until=@{self.until}")
        if self.follow:
            command.append("--follow")
        command += [f"{self.label}={self.app}", "_COMM=dockerd"]
        if self.type:
            command.append(f"POCKETPAAS_TYPE={self.type}")
        if self.release:
            command.append(f"POCKETPAAS_RELEASE={self.release}")
        if self.cron:
            command += ["POCKETPAAS_SLOT=cron", f"POCKETPAAS_INSTANCE={self.cron}"]
        if self.run:
            command.append(f"POCKETPAAS_RUN={self.run}")
        return command


def serve(request: Request) -> int:
    """See the module."""
    wanted = _with_whole_id(request, Wanted.of(request.app, request.arguments[1:]))
    if wanted.access:
        return _access(wanted, Client.of_this_process())
    return _journal(request, wanted)


def of_service(request: Request, service: str, options: Sequence[str]) -> int:
    """The same for a service, without the options that are for an app only."""
    wanted = Wanted.of(service, tuple(options))
    if wanted.access or wanted.type or wanted.release or wanted.cron or wanted.run:
        raise BadRequest("logs: a service has neither types nor releases, and no runs")
    return _journal(request, replace(wanted, service=True))


def _journal(request: Request, wanted: Wanted) -> int:
    client = Client.of_this_process()
    failed = nginx_log.past(request.paths, wanted.app, int(wanted.since or 0), wanted.lines) if wanted.nginx else []
    if not wanted.service:
        failed = sorted([*failed, *_before(request, wanted, client)], key=lambda entry: entry.microseconds)
        wanted = _of_its_own(request, wanted)
    with _started(wanted.journalctl()) as journal:
        if wanted.follow:
            _follow(request, wanted, client, journal, failed)
        elif failed:
            # So that the lines wanted are the last ones of both.
            printed = (entry for found in _entries(journal, client) for entry in found)
            merged = heapq.merge(printed, failed, key=lambda entry: entry.microseconds)
            _write(b"".join(line_of(entry) for entry in deque(merged, wanted.lines)))
        else:
            for found in _entries(journal, client):
                _write(b"".join(line_of(entry) for entry in found))
    return 0


def _of_its_own(request: Request, wanted: Wanted) -> Wanted:
    """Nothing of another app that had the name before."""
    since = spans.present(request.paths, wanted.app).since
    return replace(wanted, since=max(since, wanted.since or 0)) if since else wanted


def _before(request: Request, wanted: Wanted, client: Client) -> list[Entry]:
    """The last lines that the app printed by the names that it had before."""
    found: deque[Entry] = deque(maxlen=wanted.lines)
    for one in spans.before(request.paths, wanted.app):
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


def _follow(request: Request, wanted: Wanted, client: Client, journal: int, failed: list[Entry]) -> None:
    """The past of both by time, then what comes."""
    limits = nginx_log.Limits.of(request.paths, wanted.app)
    waiting = deque(failed)
    rest = {journal: b""}
    with ExitStack() as stack:
        sources = [journal]
        if wanted.nginx:
            sources.append(stack.enter_context(_started(_tail(places.error_log(wanted.app), 0))))
        for source, data in _blocks(sources, client):
            found: list[Entry] = []
            if source == journal:
                found, rest[source] = entries(rest[source] + data)
            elif source is not None:
                *whole, rest[source] = (rest.get(source, b"") + data).split(b"\n")
                found = [entry for entry in (nginx_log.entry_of(line, limits) for line in whole) if entry is not None]
            for entry in found:
                while waiting and waiting[0].microseconds <= entry.microseconds:
                    _write(line_of(waiting.popleft()))
                _write(line_of(entry))
            if source is None:
                # All of the past has come.
                _write(b"".join(line_of(entry) for entry in waiting))
                waiting.clear()


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


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


def _access(wanted: Wanted, client: Client) -> int:
    """The requests, through the last turn of the log."""
    log = places.access_log(wanted.app)
    if not wanted.follow:
        lines = [line for file in (log.with_name(log.name + ".1"), log) for line in _lines(file)]
        _write(b"".join(b"\tnginx\t" + line + b"\n" for line in lines[len(lines) - wanted.lines :] if wanted.lines))
        return 0
    with _started(_tail(log, wanted.lines)) as tail:
        pending = b""
        for _, data in _blocks([tail], client):
            *whole, pending = (pending + data).split(b"\n")
            _write(b"".join(b"\tnginx\t" + line + b"\n" for line in whole))
    return 0


def _lines(file: Path) -> list[bytes]:
    try:
        return file.read_bytes().splitlines()
    except FileNotFoundError:
        return []
