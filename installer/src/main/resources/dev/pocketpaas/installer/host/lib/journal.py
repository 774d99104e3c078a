"""The journal's entries of an app as lines: TIME TAB TYPE.N TAB text.

Reads what `journalctl --output=json` writes (systemd's "Journal JSON Format"), one object a line, from standard input, and writes to
standard output, byte for byte what the app printed. With the argument `follow` every line goes out as soon as it is there.
Exit codes: 0 at the end of the input, or when nobody reads any more.
"""

from __future__ import annotations

import json
import os
import sys
import time
from functools import lru_cache
from typing import BinaryIO, Union

# A field is a text, or a list of its bytes where it is not printable UTF-8; null where it is too large; a list of those where an entry has it twice.
Field = Union[str, list, None]


def content(field: Field) -> bytes:
    """The bytes of a field; of one that is there twice, the first."""
    if isinstance(field, str):
        return field.encode("utf-8", "surrogateescape")
    if isinstance(field, list):
        if field and not isinstance(field[0], int):
            return content(field[0])
        return bytes(field)
    return b""


@lru_cache(maxsize=16)
def second(seconds: int) -> bytes:
    """A time in seconds since 1970 as 2026-01-31T12:00:00. Many entries share one."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)).encode()


def instant(microseconds: bytes) -> bytes:
    """A time of the journal, in microseconds since 1970, as 2026-01-31T12:00:00.000000Z."""
    seconds, rest = divmod(int(microseconds), 1_000_000)
    return b"%s.%06dZ" % (second(seconds), rest)


def lines(entry: dict[str, Field]) -> bytes:
    """The lines of one entry. A text of several lines is as many, all of the same time."""
    begin = b"%s\t%s.%s\t" % (
        instant(content(entry.get("_SOURCE_REALTIME_TIMESTAMP") or entry.get("__REALTIME_TIMESTAMP"))),
        content(entry.get("POCKETPAAS_TYPE")),
        content(entry.get("POCKETPAAS_INSTANCE")),
    )
    return b"".join(begin + text + b"\n" for text in content(entry.get("MESSAGE")).split(b"\n"))


def copy(source: BinaryIO, target: BinaryIO, follow: bool) -> None:
    """Hands on every entry of the source."""
    for line in source:
        try:
            entry = json.loads(line)
        except ValueError:
            # Cut off in the middle, with the program that wrote it.
            continue
        target.write(lines(entry))
        if follow:
            target.flush()
    target.flush()


if __name__ == "__main__":
    try:
        copy(sys.stdin.buffer, sys.stdout.buffer, sys.argv[1:] == ["follow"])
    except (BrokenPipeError, KeyboardInterrupt):
        # Nobody reads any more. What is still in the buffer must not be tried once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
