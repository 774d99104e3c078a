"""Reading journald's export format (https://systemd.io/JOURNAL_EXPORT_FORMATS): fields `NAME=VALUE LF`, or for a value
that is no plain text `NAME LF`, its length as 64 bits little-endian, the bytes, LF; an empty line ends an entry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One entry: microseconds since 1970, the container's tag (APP/TYPE.N/vR), what was printed."""

    microseconds: int
    tag: str
    text: bytes


def entries(data: bytes) -> tuple[list[Entry], bytes]:
    """The whole entries at the beginning of the data, and the rest, which is to be completed."""
    found: list[Entry] = []
    fields: dict[bytes, bytes] = {}
    at = begin = 0
    while True:
        end = data.find(b"\n", at)
        if end < 0:
            return found, data[begin:]
        if end == at:
            if fields:
                found.append(_entry(fields))
            fields = {}
            at = begin = end + 1
            continue
        name, equals, value = data[at:end].partition(b"=")
        if not equals:
            length = int.from_bytes(data[end + 1 : end + 9], "little")
            stop = end + 9 + length
            if len(data) < stop + 1:
                return found, data[begin:]
            value, end = data[end + 9 : stop], stop
        fields[name] = value
        at = end + 1


def _entry(fields: dict[bytes, bytes]) -> Entry:
    time = fields.get(b"__REALTIME_TIMESTAMP", b"0")
    tag = fields.get(b"CONTAINER_TAG", b"") or fields.get(b"SYSLOG_IDENTIFIER", b"")
    return Entry(int(time) if time.isdigit() else 0, tag.decode("utf-8", "replace"), fields.get(b"MESSAGE", b""))
