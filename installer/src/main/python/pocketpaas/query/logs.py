"""What an app printed, from the journal, so it outlives containers and releases: lines TIME TAB TYPE.N TAB text. With
`access` what nginx wrote down of its requests instead: lines TAB nginx TAB text.

Arguments: APP [follow] [access] [lines=N] [since=SECONDS since 1970] [type=T] [release=N] [cron=JOB] [run=RUN].
"""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pocketpaas.machine.request import Request
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.client import Client
from pocketpaas.machine.process import ENVIRONMENT
from pocketpaas.query.journal import Entry, entries
from pocketpaas.schedule import runs
from pocketpaas.state import names

_ACCESS_LOGS = Path("/var/log/nginx")
_MOST_LINES = 10_000_000
_CHUNK = 1 << 16
#: How often somebody looks whether the client is still there.
_LOOK = 0.5
_GRACE = 2.0
#: The fields that we need of an entry: what was printed, the labels of its container, when it was.
_FIELDS = "MESSAGE,POCKETPAAS_TYPE,POCKETPAAS_INSTANCE,_SOURCE_REALTIME_TIMESTAMP"


@dataclass(frozen=True)
class Wanted:
    """What is asked for."""

    app: str
    follow: bool = False
    access: bool = False
    lines: int = 100
    since: int | None = None
    type: str = ""
    release: str = ""
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
        return Wanted(app, **found)  # type: ignore[arg-type]

    def journalctl(self) -> list[str]:
        """The command: the export format is documented and the same in every version
        (systemd.io/JOURNAL_EXPORT_FORMATS)."""
        command = ["/usr/bin/journalctl", "--quiet", "--all", "--output=export", f"--output-fields={_FIELDS}"]
        command.append(f"--lines={self.lines}")
        if self.since is not None:
            command.append(f"--since=@{self.since}")
        if self.follow:
            command.append("--follow")
        command += [f"POCKETPAAS_APP={self.app}", "_COMM=dockerd"]
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
    client = Client.of_this_process()
    if wanted.access:
        return _access(wanted, client)
    with subprocess.Popen(
        wanted.journalctl(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(ENVIRONMENT),
    ) as journal:
        assert journal.stdout is not None
        try:
            for shown in _shown(journal.stdout.fileno(), client):
                _write(shown)
        finally:
            _end(journal)
    return 0


def _with_whole_id(request: Request, wanted: Wanted) -> Wanted:
    """People name a run by the end of its id; the journal knows all of it."""
    if not wanted.run:
        return wanted
    run = runs.by_number(request.paths, wanted.app, wanted.run)
    if run is None:
        raise Refused("no-run", f"{wanted.app} has no run {wanted.run}", 'see "pocketpaas runs"')
    return replace(wanted, run=run.id)


def _end(reader: subprocess.Popen[bytes]) -> None:
    """One that does not heed the signal is killed."""
    reader.terminate()
    try:
        reader.wait(_GRACE)
    except subprocess.TimeoutExpired:
        reader.kill()


def _shown(source: int, client: Client) -> Iterator[bytes]:
    """The lines of the journal, in blocks as they come; ends with the journal, or with the client."""
    pending = b""
    for data in _blocks(source, client):
        found, pending = entries(pending + data)
        if found:
            yield b"".join(line_of(entry) for entry in found)


def _blocks(source: int, client: Client) -> Iterator[bytes]:
    """What comes on the descriptor. Quiet apps write nothing that could fail, so somebody has to notice that the client
    has gone."""
    while True:
        readable, _, _ = select.select([source], [], [], _LOOK)
        if readable:
            data = os.read(source, _CHUNK)
            if not data:
                return
            yield data
        elif not client.is_there():
            return


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
    log = _ACCESS_LOGS / f"pocketpaas-{wanted.app}.log"
    if not wanted.follow:
        lines = [line for file in (log.with_name(log.name + ".1"), log) for line in _lines(file)]
        _write(b"".join(b"\tnginx\t" + line + b"\n" for line in lines[len(lines) - wanted.lines :] if wanted.lines))
        return 0
    command = ["/usr/bin/tail", "-n", str(wanted.lines), "-F", "--", str(log)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(ENVIRONMENT)
    ) as tail:
        assert tail.stdout is not None
        pending = b""
        try:
            for data in _blocks(tail.stdout.fileno(), client):
                *whole, pending = (pending + data).split(b"\n")
                _write(b"".join(b"\tnginx\t" + line + b"\n" for line in whole))
        finally:
            _end(tail)
    return 0


def _lines(file: Path) -> list[bytes]:
    try:
        return file.read_bytes().splitlines()
    except FileNotFoundError:
        return []
