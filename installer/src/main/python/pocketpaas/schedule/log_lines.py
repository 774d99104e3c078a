"""Lines of logs as rsyslog hands them to a program, and as services of logs take them by HTTPS."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pocketpaas.schedule.drain_target import JSON

#: In a request, and of a line that a target finds too large: characters.
MOST_LINES, MOST_BYTES, MOST_OF_A_LINE = 100, 500_000, 8_000
#: What would end a line for those who read frames by lines.
_ENDS = {code: " " for code in range(32) if code not in (9, 27)}


@dataclass(frozen=True)
class Line:
    """One of an app's. `raw` is what rsyslog has handed over."""

    pri: str
    time: str
    host: str
    app: str
    process: str
    message: str
    raw: bytes

    @staticmethod
    def of(raw: bytes) -> Line:
        """Whatever it is, it becomes a line: what rsyslog's template (`drains`) does not explain is the message."""
        text = raw.decode("utf-8", "replace")
        try:
            found = json.loads(text, strict=False)
            known = {name: str(found.get(name, "")) for name in ("pri", "time", "host", "app", "type", "instance")}
            message = str(found["message"])
        except (ValueError, KeyError, AttributeError, RecursionError):
            return Line("14", "-", "-", "-", "-", text, raw)
        process = f"{known['type']}.{known['instance']}"
        return Line(known["pri"], known["time"], known["host"], known["app"], process, message, raw)

    @property
    def cut(self) -> Line:
        """With the beginning of its message."""
        short = self.message[:MOST_OF_A_LINE]
        return self if short == self.message else replace(self, message=f"{short} [cut]")


@dataclass(frozen=True)
class Body:
    """What is posted: the bytes, their type, and the headers that tell of them."""

    data: bytes
    type: str
    headers: dict[str, str]


def head(lines: Sequence[Line], most: int = MOST_LINES) -> int:
    """How many of the first ones fit into a request: at least one."""
    size = 0
    for number, line in enumerate(lines):
        size += len(line.raw)
        if number >= 1 and (number >= most or size > MOST_BYTES):
            return number
    return len(lines)


def body(lines: Sequence[Line], form: str, drain: str) -> Body:
    """In the format that was asked for; the same lines give the same id, by which a target can tell that it has them
    already."""
    if form == JSON:
        data = json.dumps([_object(line) for line in lines]).encode()
        return Body(data, "application/json", {})
    data = b"".join(_frame(line) for line in lines)
    frame = hashlib.sha256(data).hexdigest()[:32].upper()
    told = {"Logplex-Msg-Count": str(len(lines)), "Logplex-Frame-Id": frame, "Logplex-Drain-Token": drain}
    return Body(data, "application/logplex-1", told)


def _object(line: Line) -> dict[str, str]:
    """`dt` and `timestamp` are where services look for the time."""
    return {
        "time": line.time,
        "dt": line.time,
        "timestamp": line.time,
        "host": line.host,
        "app": line.app,
        "process": line.process,
        "message": line.message,
    }


def _frame(line: Line) -> bytes:
    """As Heroku's logplex writes it: RFC 5424 without structured data (and without a dash for it), the length before
    it."""
    fields = (_word(line.time), _word(line.host), _word(line.app), _word(line.process))
    text = f"<{_word(line.pri)}>1 {' '.join(fields)} - {line.message.translate(_ENDS)}\n".encode("utf-8", "replace")
    return f"{len(text)} ".encode() + text


def _word(text: str) -> str:
    return "".join(letter if "!" <= letter <= "~" else "_" for letter in text) or "-"
