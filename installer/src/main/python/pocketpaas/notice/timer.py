"""By the host's timer, with no laptop: has what killed operations left swept up, looks whether there is something that
somebody has to know, keeps it for the next command, and sends what is new to where the host's owner wants it.

Arguments: none; or `test`: sends a test message. Exit codes: 0; with `test` 1 where it could not be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pocketpaas.backup import drill
from pocketpaas.backup import store as backup_store
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import Failure
from pocketpaas.notice import backups, certificates, crashes, disks, drains, jobs, machines, moves, notify
from pocketpaas.notice import previews, reboot
from pocketpaas.notice.store import NoticeStore
from pocketpaas.notice.sweep import sweep
from pocketpaas.operation import audit
from pocketpaas.operation.unexpected import keep
from pocketpaas.machine.compiled import compile_missing
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.locks import Holder
from pocketpaas.cluster import firewall
from pocketpaas.release import renaming
from pocketpaas.routing import guard, metadata
from pocketpaas.service import moving, restarts, retiring
from pocketpaas.state import listing, values
from pocketpaas.state.paths import HostPaths


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """See the module."""
    if list(arguments) == ["test"]:
        return notify.send_test(paths, reporter)
    engine = Engine(paths)
    _try(paths, reporter, "the log of commands", lambda: audit.bound(paths))
    # Whoever flushes all rules of the kernel flushes these.
    _try(paths, reporter, "the rules of the kernel", lambda: _guard(paths))
    for what, sweeping in (
        ("what a killed operation has left could not be removed", lambda: sweep(paths, engine)),
        ("what a preview has left could not be removed", lambda: previews.sweep(paths, engine)),
        ("the rename of an app could not be ended", lambda: renaming.settle(paths, engine, reporter)),
        ("an old login of a service could not be dropped", lambda: retiring.sweep(paths, engine)),
        ("a service whose start was cut off could not be started", lambda: restarts.sweep(paths, engine, reporter)),
        ("an upgrade of a service could not be ended", lambda: moving.sweep(paths, engine, reporter)),
    ):
        _put_right(paths, reporter, what, sweeping)
    _try(paths, reporter, "drills", lambda: _end_drills(paths, engine))
    _try(paths, reporter, "nginx's files", guard.shut)
    _try(paths, reporter, "programs", lambda: compile_missing(paths))
    store = NoticeStore(paths)
    look(paths, store, engine, reporter)
    notify.notify_all(paths, store, reporter)
    return 0


def _guard(paths: HostPaths) -> None:
    metadata.guard(paths)
    firewall.guard(paths)


def _put_right(paths: HostPaths, reporter: Reporter, what: str, do: Callable[[], bool]) -> None:
    """What is wrong with one of these keeps nobody from being told of all else."""
    try:
        good, why = do(), ""
    except Exception as error:  # noqa: BLE001: see above
        good, why = False, f" ({_why(paths, error)})"
    if not good:
        reporter.warn(f"{what}{why}; it is tried again")


def _end_drills(paths: HostPaths, engine: Engine) -> None:
    """What a drill that was killed has left goes."""
    left = any((paths.backups / name).is_dir() for name in ("drill", "spool", "images"))
    if left and not backup_store.is_at_work(paths):
        lock = backup_store.lock(paths, Holder("host", "sweeping"))
        try:
            drill.sweep(paths, engine)
        finally:
            lock.release()


def look(paths: HostPaths, store: NoticeStore, engine: Engine, reporter: Reporter) -> None:
    """All of it, each part by itself, so that what is wrong with one stops none of the others: then its notices stay as
    they are."""
    values.make_directory(store.directory)
    for name in store.directory.glob(".new.*"):
        values.remove_tree(name)
    _try(paths, reporter, "disk", lambda: disks.look(paths, store, engine))
    _try(paths, reporter, "crashes", lambda: crashes.look(paths, store, engine))
    _try(paths, reporter, "backups", lambda: backups.look(paths, store))
    _try(paths, reporter, "machines", lambda: machines.look(paths, store, engine, reporter))
    _try(paths, reporter, "drains", lambda: drains.count(paths))
    _try(paths, reporter, "reboot", lambda: reboot.look(store))
    for app in listing.apps(paths):
        _look_at_app(paths, store, reporter, app)
    for directory in store.all():
        app = values.read_or(directory / "app", "")
        if app and not paths.app(app).is_dir():
            values.remove_tree(directory)


def _look_at_app(paths: HostPaths, store: NoticeStore, reporter: Reporter, app: str) -> None:
    _try(paths, reporter, f"{app}: its certificates", lambda: certificates.look(paths, store, app))
    _try(paths, reporter, f"{app}: its cron jobs", lambda: jobs.look(paths, store, app))
    _try(paths, reporter, f"{app}: its drains", lambda: drains.look(paths, store, app))
    _try(paths, reporter, f"{app}: its move", lambda: moves.look(paths, store, app))


def _try(paths: HostPaths, reporter: Reporter, what: str, do: Callable[[], None]) -> None:
    try:
        do()
    except Exception as error:  # noqa: BLE001: what nobody foresaw in one part must not silence all others for ever
        reporter.warn(f"{what} could not be looked at: {_why(paths, error)}")


def _why(paths: HostPaths, error: Exception) -> str:
    return str(error) if isinstance(error, (Failure, EngineError, OSError)) else f"unexpected: {keep(paths, error)}"
