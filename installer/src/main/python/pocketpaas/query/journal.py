"""Reading journald's export format (https://systemd.io/JOURNAL_EXPORT_FORMATS): fields `NAME=VALUE LF`, or for a value
that is no plain text `NAME LF`, its length as 64 bits little-endian, the bytes, LF; an empty line ends an entry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One entry: when it was printed (microseconds since 1970), by which process (TYPE.N) or service, and what."""

    microseconds: int
    process: bytes
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
        # Of one that is there twice, the first.
        fields.setdefault(name, value)
        at = end + 1


def _entry(fields: dict[bytes, bytes]) -> Entry:
    # The first is the time of whoever wrote it, the other that of the journal.
    times = (fields.get(name, b"") for name in (b"_SOURCE_REALTIME_TIMESTAMP", b"__REALTIME_TIMESTAMP"))
    time = next((int(time) for time in times if time.isdigit()), 0)
    process = fields.get(b"POCKETPAAS_SERVICE") or fields.get(b"POCKETPAAS_PROCESS", b"")
    if not process:
        process = fields.get(b"POCKETPAAS_TYPE", b"") + b"." + fields.get(b"POCKETPAAS_INSTANCE", b"")
    return Entry(time, process, fields.get(b"MESSAGE", b""))
