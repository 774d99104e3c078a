"""The program `send-logs NAME`: an output program of rsyslog (omprog, with confirmations and transactions). It gets the
lines of a drain, a batch at a time, and confirms a batch when the target has taken all of it. Until then it tries
again, and rsyslog keeps what comes after in its queue on the disk.

It does not report a failure to rsyslog, which would offer the batch again without any pause (measured: 14,000 times a
second). And rsyslog forgets the batch that it waits for when it is stopped (measured, too): so what was not taken by
then is written to `held`, and sent first by the next one."""

from __future__ import annotations

import json
import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pocketpaas.failure import BadRequest
from pocketpaas.machine.events import Reporter
from pocketpaas.schedule import drain_place, log_lines
from pocketpaas.schedule.drain_target import Target, headers
from pocketpaas.schedule.log_lines import Body, Line
from pocketpaas.schedule.log_post import NotTaken, Poster
from pocketpaas.state import values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

BEGIN, COMMIT = b"BEGIN TRANSACTION", b"COMMIT TRANSACTION"
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
#: A whole request, however slowly its answer comes.
_REQUEST_SECONDS = 40.0
_LOOK_SECONDS = 0.5
_CHUNK = 65_536


class HungUp(Exception):
    """rsyslog has ended, or wants this program to end."""


class Pipe:
    """What rsyslog writes to us, by lines."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rest = b""

    def line(self) -> bytes:
        """The next one; raises `HungUp`."""
        while b"\n" not in self._rest:
            more = os.read(self._descriptor, _CHUNK)
            if not more:
                raise HungUp
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def wait(self, seconds: float) -> None:
        """Raises `HungUp` where the other end is closed within that time."""
        poll = select.poll()
        poll.register(self._descriptor, 0)
        if poll.poll(max(0.0, seconds) * 1000):
            raise HungUp


class Delivery:
    """Lines until they are taken; what of them is not when it ends is in `held`."""

    def __init__(self, place: Path, form: str, post: Callable[[Body], None], wait: Callable[[float], None]) -> None:
        self._place = place
        self._form = form
        self._post = post
        self._wait = wait
        self._problem = ""
        self.lines = [Line.of(raw) for raw in values.encode(values.read_or(place / "held", "")).split(b"\n") if raw]

    def send(self, lines: Sequence[Line]) -> None:
        """Returns when all are taken."""
        self.lines += lines
        most, short, pause = log_lines.MOST_LINES, False, _FIRST_PAUSE
        while self.lines:
            count = log_lines.head(self.lines, most)
            chosen = [line.cut if short else line for line in self.lines[:count]]
            try:
                self._post(log_lines.body(chosen, self._form, self._place.name))
            except NotTaken as why:
                self._tell(why.problem)
                if why.too_large and (count > 1 or not short):
                    # In parts; a single line that is too large loses its end.
                    most, short = max(1, count // 2), count == 1
                    continue
                self._wait(max(pause, why.wait))
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                del self.lines[:count]
                short, pause = False, _FIRST_PAUSE
        self._tell("")
        values.remove(self._place / "held")

    def hold(self, more: Sequence[Line] = ()) -> None:
        """For the next program."""
        self.lines += more
        # Where the drain is removed, nobody waits for them.
        if self.lines and self._place.is_dir():
            values.write_file(self._place / "held", b"".join(line.raw + b"\n" for line in self.lines))

    def _tell(self, problem: str) -> None:
        if problem and problem != self._problem:
            values.write(self._place / "problem", json.dumps({"text": problem, "since": now()}), durable=False)
        elif not problem and (self._problem or (self._place / "problem").exists()):
            values.remove(self._place / "problem")
        self._problem = problem


def converse(pipe: Pipe, say: Callable[[str], None], delivery: Delivery) -> None:
    """Until rsyslog ends it (`HungUp` is caught here): what is not taken then is held."""
    batch: list[Line] = []
    try:
        say("OK")
        delivery.send(())
        while True:
            line = pipe.line()
            if line == BEGIN:
                batch = []
                say("OK")
            elif line == COMMIT:
                whole, batch = batch, []
                delivery.send(whole)
                say("OK")
            else:
                batch.append(Line.of(line))
                say("DEFER_COMMIT")
    except (HungUp, BrokenPipeError):
        delivery.hold(batch)


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """The program `send-logs`."""
    del reporter
    place = drain_place.https(paths) / (arguments[0] if len(arguments) == 1 else "")
    if len(arguments) != 1 or place.name not in values.names(drain_place.https(paths)):
        raise BadRequest("send-logs: the name of a drain")
    pipe = Pipe(0)
    target = Target(values.need(place / "target"))
    poster = Poster(target, headers(values.read_or(place / "headers", "")) or {}, drain_place.authorities(paths))

    def post(body: Body) -> None:
        try:
            with _bounded(pipe):
                poster.post(body)
        except (HungUp, NotTaken):
            raise
        except Exception as error:  # noqa: BLE001: whatever it is, the lines wait, and it is told
            raise NotTaken(f"unexpected error ({type(error).__name__})") from error

    converse(pipe, _say, Delivery(place, values.need(place / "format"), post, pipe.wait))
    return 0


def _say(word: str) -> None:
    os.write(1, f"{word}\n".encode())


@contextmanager
def _bounded(pipe: Pipe) -> Iterator[None]:
    """Within it the program notices that rsyslog ends it, and that the request takes too long."""
    end = time.monotonic() + _REQUEST_SECONDS

    def look(_number: int, _frame: object) -> None:
        pipe.wait(0)
        if time.monotonic() > end:
            raise TimeoutError

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _LOOK_SECONDS, _LOOK_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
