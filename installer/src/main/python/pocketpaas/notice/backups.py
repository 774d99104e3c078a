"""Backups that somebody has to know of: failed, late, half as large as before, or not restorable."""

from __future__ import annotations

import time

from pocketpaas.backup import store, strangers, subject
from pocketpaas.backup.record import GOOD
from pocketpaas.backup.subject import Subject
from pocketpaas.notice.store import NoticeStore
from pocketpaas.state import values
from pocketpaas.state.clock import seconds_of
from pocketpaas.state.paths import HostPaths

KIND = "backup"
#: A backup each day, and some time for it.
_LATE_SECONDS = 26 * 3600
#: A drill each month.
_DRILL_LATE_SECONDS = 33 * 86_400
_MAX_WHY = 300
#: Clocks are put right by that much.
_CLOCK_SECONDS = 3600


def look(paths: HostPaths, notices: NoticeStore) -> None:
    """Leaves the notices of backups as they are now. Raises `Damaged`, `Refused`."""
    at_work = store.is_at_work(paths)
    scheduled = bool(store.schedule(paths))
    for one in subject.all_of(paths):
        if one.elsewhere:
            continue
        app = one.name if one.kind == subject.APP else ""
        name = "" if app else f"{one.name or one.kind}."
        for what, text, hint in _wrong(paths, one, at_work, scheduled):
            notices.put(KIND, app, f"{name}{what}", text, hint, (one.lives,))
    if stranger := strangers.trouble(paths):
        notices.put(KIND, "", "stranger", stranger.text, stranger.cure)
    notices.sweep(KIND)


def _wrong(paths: HostPaths, one: Subject, at_work: bool, scheduled: bool) -> list[tuple[str, str, str]]:
    record, name, word = one.record, one.text, one.word
    found = []
    if record.begun.exists() and not at_work:
        text = f"the last backup of {name} was killed{_begun(values.read_or(record.begun, ''))}"
        found.append(("failed", text, f"pocketpaas backups create{word}"))
    elif record.text("failed"):
        text = f"the last backup of {name} failed{_at(record.text('failed-at'))}: {record.text('failed')[:_MAX_WHY]}"
        found.append(("failed", text, f"pocketpaas backups create{word}"))
    elif scheduled and one.is_due and _is_late(paths, one):
        hint = "on the host: systemctl status pocketpaas-backup.timer; now: pocketpaas backups create"
        found.append(("late", f"the backup of {name} is late: {_last(record.text('at'))}", hint))
    if record.text("shrank") and one.kind != subject.HOST:
        text = f"the last backup of {name} has {record.size} bytes, less than half of {record.text('shrank')} before"
        kept = f"; the one before is {record.spared}, and kept for now" if record.spared else ""
        found.append(("shrank", text, f"look whether data is missing{kept}; older backups: pocketpaas backups"))
    if record.text("drill") and record.text("drill") != GOOD:
        text = (
            f"the backup {record.text('drill-id')} of {name} did not pass its drill: {record.text('drill')[:_MAX_WHY]}"
        )
        found.append(("drill", text, f"pocketpaas backups create{word}; pocketpaas backups drill{word}"))
    elif scheduled and record.text("drill-at") and _older(record.text("drill-at"), _DRILL_LATE_SECONDS):
        text = f"the last drill of {name} {_when(record.text('drill-at'))}"
        found.append(("drill", text, f"pocketpaas backups drill{word}"))
    return found


def _last(at: str) -> str:
    return f"the last one {_when(at)}" if at else "there is none"


# Times, and no ages: a notice is told, and sent, long after it was written.


def _at(at: str) -> str:
    return f" at {at}" if at else ""


def _begun(at: str) -> str:
    return f" (begun at {at})" if at else ""


def _when(at: str) -> str:
    return f"is dated {at}, and the host's clock is behind that" if _is_to_come(at) else f"was at {at}"


def _is_late(paths: HostPaths, one: Subject) -> bool:
    """Counted from the last one; else from when there could have been one."""
    since = (
        one.record.text("at"),
        values.read_or(paths.backups / "since", ""),
        values.read_or(one.lives.parent / "created", ""),
        one.record.text("since"),
    )
    newest = max((seconds_of(text) or 0.0 for text in since if not _is_to_come(text)), default=0.0)
    if one.kind != subject.SERVICE and not one.record.text("at") and paths.programs.is_dir():
        # Programs that knew no backups of it were here before.
        newest = max(newest, paths.programs.stat().st_mtime)
    return time.time() - newest > _LATE_SECONDS


def _older(at: str, seconds: float) -> bool:
    found = seconds_of(at)
    return _is_to_come(at) or (found is not None and time.time() - found > seconds)


def _is_to_come(at: str) -> bool:
    """A time that has not come yet: the clock was wrong then, or is now. It proves nothing."""
    found = seconds_of(at)
    return found is not None and found - time.time() > _CLOCK_SECONDS
