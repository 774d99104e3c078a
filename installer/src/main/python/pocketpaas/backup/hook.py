"""The app's own command that makes, before a backup, what is to be kept. It runs without a lock of the app's: whoever
wants to stop, restart or mend the app need not wait for it. The other backups of the host do wait, so it has a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pocketpaas.backup import volumes
from pocketpaas.engine import execs
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import Failed
from pocketpaas.operation.unit import Operation
from pocketpaas.release import here, slots
from pocketpaas.state import names, values

HOOK = "hook"
_COMMAND = ("/bin/sh", "-c")
#: Whatever it prints. A copy of much takes longer: of what the volumes take on the disk so many bytes are granted a
#: second; but no longer than the most.
_SECONDS, _BYTES_A_SECOND, _MOST_SECONDS = 600.0, 20e6, 3600.0


def run(operation: Operation, bundle: Path, mounts: Sequence[Path]) -> None:
    """Runs it to its end. Raises `Failed` where it does not end well, or in time."""
    app, reporter = operation.app, operation.reporter
    command = values.need(bundle / "settings" / "backup" / HOOK, names.is_command)
    slot = slots.live_slot(operation.paths, app)
    there = here.in_slot(operation.paths, operation.engine, app, slot)
    running = [one for one in there if one.runs]
    chosen = sorted(running, key=lambda one: (one.type != "web", one.type, one.instance))
    if not chosen:
        raise Failed("hook-failed", f"nothing of {app} runs in which its hook could", "pocketpaas start")
    reporter.step("backup-hook", "start", f"{chosen[0].type}.{chosen[0].instance}")
    try:
        ended = execs.run(operation.engine, chosen[0].id, (*_COMMAND, command), seconds=seconds(mounts))
    except execs.Overtime as error:
        reporter.step("backup-hook", "fail")
        raise Failed(
            "hook-failed",
            f"the hook of {app} was ended: it has {seconds(mounts) / 60:.0f} min, and was not done then",
            "have it end by itself, and copy less (docs/backups.md)",
        ) from error
    except EngineError as error:
        raise Failed("hook-failed", f"the hook of {app} could not be run: {error.text}") from error
    for line in (ended.out + ended.err).splitlines():
        reporter.output(line)
    if not ended.ok:
        reporter.step("backup-hook", "fail")
        raise Failed("hook-failed", f"the hook of {app} ended with {ended.code}: {ended.complaint}")
    reporter.step("backup-hook", "done")


def seconds(mounts: Sequence[Path]) -> float:
    """How long it may take."""
    return min(_SECONDS + sum(volumes.size(one) for one in mounts) / _BYTES_A_SECOND, _MOST_SECONDS)
