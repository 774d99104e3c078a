"""The program `send-logs NAME`: an output program of rsyslog (omprog, with confirmations and transactions). It gets the
lines of a drain, a batch at a time, and confirms a batch when the target has taken all of it. Until then it tries
again, and rsyslog keeps what comes after in its queue on the disk.

It does not report a failure to rsyslog, which would offer the batch again without any pause (measured: 14,000 times a
second). And rsyslog forgets the batch that it has begun to hand over when it is stopped (measured, too, with 8.2302):
so lines are taken from it at once, whatever the target does, and what was not taken when it ends is written to `held`,
and sent first by the next program."""

from __future__ import annotations

import json
import os
import select
import threading
import time
from collections.abc import Callable, Sequence
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
_LOOK_SECONDS = 1.0
_CHUNK = 65_536


class Delivery:
    """Lines until they are taken. One thread sends (`send`), another one adds lines and ends it."""

    def __init__(self, place: Path, form: str, post: Callable[[Body], None], wait: Callable[[float], None]) -> None:
        self._place = place
        self._form = form
        self._post = post
        self._wait = wait
        self._problem = ""
        self._closed = False
        self._changed = threading.Condition()
        self._lines = [Line.of(raw) for raw in values.encode(values.read_or(place / "held", "")).split(b"\n") if raw]
        #: When the request began that is under way (monotonic).
        self.began: float | None = None

    def add(self, lines: Sequence[Line]) -> None:
        """They are sent behind what is not taken yet."""
        with self._changed:
            self._lines += lines
            self._changed.notify_all()

    def is_empty(self) -> bool:
        """Whether all lines are taken."""
        with self._changed:
            return not self._lines

    def serve(self, emptied: Callable[[], None]) -> None:
        """For a thread of its own: sends what is added; `emptied` is called each time when all of it is taken."""
        while True:
            self.send()
            emptied()
            with self._changed:
                while not self._lines:
                    self._changed.wait()

    def send(self) -> None:
        """Returns when all are taken."""
        most, short, pause = log_lines.MOST_LINES, False, _FIRST_PAUSE
        while True:
            with self._changed:
                count = log_lines.head(self._lines, most)
                chosen = [line.cut if short else line for line in self._lines[:count]]
            if not chosen:
                break
            try:
                self.began = time.monotonic()
                self._post(log_lines.body(chosen, self._form, self._place.name))
            except NotTaken as why:
                self.began = None
                self._tell(why.problem)
                if why.too_large and (count > 1 or not short):
                    # In parts; a single line that is too large loses its end.
                    most, short = max(1, count // 2), count == 1
                    continue
                self._wait(max(pause, why.wait))
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                self.began = None
                short, pause = False, _FIRST_PAUSE
                with self._changed:
                    if self._closed:
                        return
                    del self._lines[:count]
                    if not self._lines:
                        self._tell("")
                        values.remove(self._place / "held")

    def hold(self, more: Sequence[Line] = ()) -> None:
        """What is not taken, and these, are for the next program."""
        with self._changed:
            self._closed = True
            left = [*self._lines, *more]
            # Where the drain is removed, nobody waits for them.
            if left and self._place.is_dir():
                values.write_file(self._place / "held", b"".join(line.raw + b"\n" for line in left))

    def _tell(self, problem: str) -> None:
        if problem and problem != self._problem:
            values.write(self._place / "problem", json.dumps({"text": problem, "since": now()}), durable=False)
        elif not problem and (self._problem or (self._place / "problem").exists()):
            values.remove(self._place / "problem")
        self._problem = problem


class Conversation:
    """What rsyslog says, and what it is answered."""

    def __init__(self, say: Callable[[str], None], delivery: Delivery) -> None:
        self._say = say
        self._delivery = delivery
        self._rest = b""
        self._committing = False
        self.batch: list[Line] = []

    def hear(self, data: bytes) -> None:
        """More of it. A batch is confirmed later (`settle`)."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line == BEGIN:
                self._say("OK")
            elif line == COMMIT:
                self._committing = True
                whole, self.batch = self.batch, []
                self._delivery.add(whole)
                self.settle()
            else:
                self.batch.append(Line.of(line))
                self._say("DEFER_COMMIT")

    def settle(self) -> None:
        """Confirms a batch where all of it is taken."""
        if self._committing and self._delivery.is_empty():
            self._committing = False
            self._say("OK")


def converse(descriptor: int, say: Callable[[str], None], delivery: Delivery, abort: Callable[[], None]) -> None:
    """Until rsyslog closes the descriptor: what is not taken then is held. `abort` ends a request that takes too
    long."""
    told, tell = os.pipe()
    talk = Conversation(say, delivery)
    threading.Thread(target=delivery.serve, args=(lambda: _wake(tell),), daemon=True).start()
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    poll.register(told, select.POLLIN)
    try:
        say("OK")
        while True:
            ready = {one for one, _ in poll.poll(_LOOK_SECONDS * 1000)}
            if told in ready:
                os.read(told, _CHUNK)
                talk.settle()
            if descriptor in ready:
                data = os.read(descriptor, _CHUNK)
                if not data:
                    break
                talk.hear(data)
            began = delivery.began
            if began is not None and time.monotonic() - began > _REQUEST_SECONDS:
                abort()
    except BrokenPipeError:
        # It has gone without a word.
        pass
    delivery.hold(talk.batch)


def _wake(descriptor: int) -> None:
    os.write(descriptor, b"\0")


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """The program `send-logs`."""
    del reporter
    place = drain_place.https(paths) / (arguments[0] if len(arguments) == 1 else "")
    if len(arguments) != 1 or place.name not in values.names(drain_place.https(paths)):
        raise BadRequest("send-logs: the name of a drain")
    target = Target(values.need(place / "target"))
    poster = Poster(target, headers(values.read_or(place / "headers", "")) or {}, drain_place.authorities(paths))

    def post(body: Body) -> None:
        try:
            poster.post(body)
        except NotTaken:
            raise
        except Exception as error:  # noqa: BLE001: whatever it is, the lines wait, and it is told
            raise NotTaken(f"unexpected error ({type(error).__name__})") from error

    converse(0, _say, Delivery(place, values.need(place / "format"), post, time.sleep), poster.abort)
    return 0


def _say(word: str) -> None:
    os.write(1, f"{word}\n".encode())
