"""What an app that runs over a cluster printed on all machines, by time. Each of the others is asked over SSH for its
own (`peer logs`). With `nginx@NODE` for TYPE.N, what nginx of another machine says; with `pocketpaas`, which machine
could not be asked."""

from __future__ import annotations

import calendar
import heapq
import queue
import re
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Union

from pocketpaas.cluster import peers
from pocketpaas.failure import Cancelled, Failure
from pocketpaas.machine.channel import ended_by_signals
from pocketpaas.machine.client import Client
from pocketpaas.machine.process import ENVIRONMENT
from pocketpaas.machine.request import Request
from pocketpaas.query import logs
from pocketpaas.query.journal import Entry
from pocketpaas.query.logs_wanted import Wanted
from pocketpaas.state import nodes
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths

#: How long a line waits for an older one of another machine, and all for the past of each, in seconds.
_WAIT, _PAST_SECONDS = 0.3, 8.0
_LOOK = 0.5
_AGAIN_SECONDS = 5.0
#: RFC 3339 in UTC with microseconds: as text in the order of time.
_TIME = len("2026-01-01T00:00:00.000000Z")
#: nginx's own form of a time (`combined`), in UTC or with its distance.
_REQUEST_TIME = re.compile(rb" \[(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d:\d\d:\d\d) ([+-])(\d\d)(\d\d)\]")
#: What a machine says when all of its past has come.
PAST_OVER = b"\n"
_MOST = 10_000_000
#: In the place of a process: what is told by us.
_OURS = b"pocketpaas"


class _Mark(Enum):
    """What else a source says than lines: its past is over; it has ended."""

    PAST_OVER = 1
    ENDED = 2


#: A line of a source, or what else it says, or why it failed.
_Said = Union[bytes, _Mark, Failure]
_Coming = queue.SimpleQueue[tuple[str, _Said]]


@dataclass(frozen=True, order=True)
class _Line:
    """A line, or the lines of one text, and what orders it."""

    at: bytes
    number: int
    text: bytes
    came: float


def serve(request: Request, wanted: Wanted) -> int:
    """See the module."""
    paths, others = request.paths, nodes.others(request.paths)
    client = Client.of_this_process()
    if wanted.follow:
        _follow(paths, wanted, others, client)
        return 0
    if not wanted.lines:
        return 0
    sources: list[Iterator[tuple[bytes, bytes]]] = [_own(paths, wanted, client)]
    # Asked at the same time; each is read when it is its turn.
    sources += [_far(one) for one in [_Asked(paths, node, wanted) for node in others]]
    merged = heapq.merge(*sources, key=lambda line: line[0])
    for _, text in deque(merged, wanted.lines):
        logs.write(text)
    return 0


def _own(paths: HostPaths, wanted: Wanted, client: Client) -> Iterator[tuple[bytes, bytes]]:
    for block in logs.found(paths, wanted, client):
        for line in (block or b"").splitlines(keepends=True):
            yield order_of(line), line


class _Asked:
    """A machine that was asked: its lines, while they come."""

    def __init__(self, paths: HostPaths, node: Node, wanted: Wanted) -> None:
        self.node = node
        self._program = subprocess.Popen(
            peers.reading(paths, node, ["logs", wanted.app, *wanted.options()]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(ENVIRONMENT),
        )

    def lines(self) -> Iterator[bytes]:
        """In whole lines. The last one says what is wrong, where the machine could not tell all."""
        with self._program as program:
            assert program.stdout is not None and program.stderr is not None
            why = ""
            try:
                for line in program.stdout:
                    if line.startswith(b"+fail\t"):
                        why = line.decode("utf-8", "replace").rstrip("\n").split("\t")[-1]
                    elif line == PAST_OVER or line.count(b"\t") >= 2:
                        yield _named(line, self.node.name)
                said = program.stderr.read().decode("utf-8", "replace").split("\n")
                if program.wait() != 0:
                    yield _missing(self.node.name, why or " ".join(said).strip() or "the connection was lost")
            finally:
                program.kill()

    def end(self) -> None:
        """It is not wanted any more."""
        self._program.kill()
        self._program.wait()


def _far(asked: _Asked) -> Iterator[tuple[bytes, bytes]]:
    for line in asked.lines():
        yield order_of(line), line


def _named(line: bytes, node: str) -> bytes:
    """Each machine has an nginx; a process is on one of them alone."""
    if line == PAST_OVER:
        return line
    when, process, text = line.split(b"\t", 2)
    return b"\t".join((when, b"nginx@" + node.encode() if process == b"nginx" else process, text))


def _missing(node: str, why: str) -> bytes:
    text = f"{node} could not be asked, so what ran there is missing: {why}"
    return logs.line_of(Entry(time.time_ns() // 1000, _OURS, " ".join(text.split()).encode()))


def order_of(line: bytes) -> bytes:
    """What orders lines by time: the time that they begin with, else the one that nginx wrote into the request."""
    if line[:1] != b"\t":
        return line[:_TIME]
    found = _REQUEST_TIME.search(line)
    if found is None:
        return b""
    day, month, year, clock = (part.decode() for part in found.groups()[:4])
    try:
        seconds = calendar.timegm(time.strptime(f"{day} {month} {year} {clock}", "%d %b %Y %H:%M:%S"))
    except ValueError:
        return b""
    ahead = (int(found[6]) * 60 + int(found[7])) * 60
    seconds += -ahead if found[5] == b"+" else ahead
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)).encode()


# ---------------------------------------------------------------- what is followed


def _follow(paths: HostPaths, wanted: Wanted, others: tuple[Node, ...], client: Client) -> None:
    coming: _Coming = queue.SimpleQueue()
    followed = [_Followed(paths, node, wanted, coming) for node in others]
    merged = _Merged({"", *(node.name for node in others)})
    try:
        with ended_by_signals():
            threading.Thread(target=_hand_in_own, args=(paths, wanted, client, coming), daemon=True).start()
            for one in followed:
                threading.Thread(target=one.hand_in, daemon=True).start()
            while client.is_there():
                try:
                    source, said = coming.get(timeout=merged.patience())
                    if said is _Mark.ENDED:
                        return
                    merged.take(source, said)
                except queue.Empty:
                    pass
                for text in merged.due():
                    logs.write(text)
    except Cancelled:
        pass
    finally:
        for one in followed:
            one.end()


class _Merged:
    """Lines of several machines in the order of their times, as far as they come in time. First the past of all, then
    each line a moment after it came."""

    def __init__(self, sources: set[str]) -> None:
        self._past = sources
        self._until = time.monotonic() + _PAST_SECONDS
        self._waiting: list[_Line] = []
        self._count = 0

    def take(self, source: str, said: _Said) -> None:
        """What that machine says. Raises its failure."""
        if isinstance(said, Failure):
            raise said
        if isinstance(said, _Mark):
            self._past.discard(source)
            return
        self._count += 1
        heapq.heappush(self._waiting, _Line(order_of(said), self._count, said, time.monotonic()))

    def due(self) -> Iterator[bytes]:
        """What is told now."""
        now = time.monotonic()
        if self._past and now < self._until:
            return
        while self._waiting and self._waiting[0].came <= now - _WAIT:
            yield heapq.heappop(self._waiting).text

    def patience(self) -> float:
        """How long there may be nothing to tell, in seconds."""
        return _WAIT / 3 if self._waiting else _LOOK


def _hand_in_own(paths: HostPaths, wanted: Wanted, client: Client, coming: _Coming) -> None:
    try:
        for block in logs.found(paths, wanted, client):
            for line in (block or b"").splitlines(keepends=True):
                coming.put(("", line))
            if block is None:
                coming.put(("", _Mark.PAST_OVER))
        coming.put(("", _Mark.ENDED))
    except Failure as failure:
        coming.put(("", failure))


class _Followed:
    """A machine that is asked, and one that was lost asked again for what came since; that it was is told once."""

    def __init__(self, paths: HostPaths, node: Node, wanted: Wanted, coming: _Coming) -> None:
        self._paths, self._node, self._wanted, self._coming = paths, node, wanted, coming
        self._asked: _Asked | None = None
        self._over = threading.Event()
        self._last = b""

    def hand_in(self) -> None:
        """To the end of this program."""
        told = False
        while not self._over.is_set():
            told = self._ask(told)
            self._say(_Mark.PAST_OVER)
            self._over.wait(_AGAIN_SECONDS)

    def _ask(self, told: bool) -> bool:
        """Until it ends; whether it was told that the machine is lost."""
        before = self._last
        self._asked = _Asked(self._paths, self._node, _since(self._wanted, before) if before else self._wanted)
        for line in self._asked.lines():
            if line == PAST_OVER:
                self._say(_Mark.PAST_OVER)
                told = False
            elif line.split(b"\t", 2)[1] == _OURS:
                if not told:
                    self._say(line)
                told = True
            elif order_of(line) > before or self._wanted.access:
                self._last = max(self._last, order_of(line))
                self._say(line)
        return told

    def _say(self, said: _Said) -> None:
        self._coming.put((self._node.name, said))

    def end(self) -> None:
        """The machine is not asked any more."""
        self._over.set()
        if self._asked is not None:
            self._asked.end()


def _since(wanted: Wanted, last: bytes) -> Wanted:
    """The same from the second on in which the last line was."""
    if wanted.access:
        return replace(wanted, lines=0)
    second = calendar.timegm(time.strptime(last[:19].decode(), "%Y-%m-%dT%H:%M:%S"))
    return replace(wanted, lines=_MOST, since=second)
