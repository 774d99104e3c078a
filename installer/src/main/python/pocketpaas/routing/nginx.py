"""nginx itself: an app's file is tested aside, put in place whole, and nginx reloaded only where something has
changed."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pocketpaas.failure import CannotWrite, Failed
from pocketpaas.machine.locks import host_lock
from pocketpaas.machine.process import Ended, run
from pocketpaas.operation.unit import Operation
from pocketpaas.routing import names as app_names
from pocketpaas.routing import places, site
from pocketpaas.routing import snippets as app_snippets
from pocketpaas.routing.certificates import complaint
from pocketpaas.routing.snippets import Snippets
from pocketpaas.routing.tried import NOTHING, Tried
from pocketpaas.state import values

_VERSION = re.compile(r"nginx/([0-9]+)\.([0-9]+)\.([0-9]+)", re.ASCII)
_CONFLICT = re.compile(r'conflicting server name "([^"]*)"')
#: Since then HTTP/2 is switched on by a directive of its own.
_HTTP2_DIRECTIVE = (1, 25, 1)
_TEST_SECONDS = 60.0
_RELOAD_SECONDS = 5.0
#: As long as `keepalive_min_timeout` of the base file lets a worker of before a reload be asked once more, and half a
#: second.
_SETTLE_SECONDS = 2.5
_TRY = 'mount --bind "$1" "$2" && exec nginx -t'


def apply(
    operation: Operation, app: str, scale: int, names: Sequence[str], settings: Path, tried: Tried = NOTHING
) -> bool:
    """Makes nginx serve the app under these names, by these settings, with that many web containers; returns whether
    something had to be changed. Raises `Failed` (domain-taken, nginx, state-write), `CannotWrite`, `Damaged`, `Busy`;
    before the reload all is as it was then. Takes host.lock where something has to be changed."""
    text = _text(operation, app, scale, names, settings, tried)
    snippets = Snippets(operation.paths, app, tried)
    if _in_place(text, snippets):
        return False
    with host_lock(operation.paths, operation.holder(f"changing nginx for {app}")):
        taken = app_names.claimed(operation.paths, app, names)
        if taken is not None:
            raise Failed("domain-taken", taken, "remove it there first: pocketpaas domains remove")
        snippets = _accepted(text, names, snippets)
        changed = not _in_place(text, snippets)
        if changed:
            _put(text, snippets)
            reload(operation)
    snippets.warn(operation.reporter)
    return changed


def remove(operation: Operation, app: str) -> None:
    """nginx does not know the app any more; nothing where it does not. That it does not reload is told, and is no
    failure: the next operation tries again. Raises `Busy`."""
    files = (places.site(app), places.snippet(app))
    stale = places.stale(operation.paths)
    if not any(file.exists() for file in (*files, stale)):
        return
    with host_lock(operation.paths, operation.holder(f"removing {app} from nginx")):
        try:
            values.touch(stale)
        except CannotWrite:
            # Only for who kills us before the reload: without room for it the files go all the same.
            pass
        try:
            for file in files:
                values.remove(file)
        except OSError:
            operation.reporter.warn(f"nginx's file of {app} cannot be removed")
        try:
            reload(operation)
        except Failed as failure:
            operation.reporter.failed(failure)


def reload(operation: Operation) -> None:
    """Returns when nginx works by the files that are in place: until then workers of the old ones would look at the new
    `live` with old addresses. Starts an nginx that does not run. Raises `Failed`. Needs host.lock."""
    master = master_process()
    if master is None:
        _check(run(["systemctl", "start", "nginx"]), "nginx does not start")
        values.remove(places.stale(operation.paths))
        return
    workers = _children(master)
    _check(run(["nginx", "-s", "reload"]), "nginx does not reload")
    values.remove(places.stale(operation.paths))
    operation.old_workers.update(workers)
    end = time.monotonic() + _RELOAD_SECONDS
    while time.monotonic() < end and any(_takes_requests(worker) for worker in workers):
        time.sleep(0.01)


def settle(operation: Operation) -> None:
    """Before a switch, after a reload of this operation. Where connections that are kept alive outlive a reload, a
    worker of before it may be asked once more, and would look at the new `live` with old addresses: waits until those
    workers are gone, or until none of them can be asked any more (requests that last do not matter)."""
    workers = set(operation.old_workers)
    operation.old_workers.clear()
    if not workers or "keepalive_min_timeout" not in values.read_or(places.BASE, ""):
        return
    end = time.monotonic() + _SETTLE_SECONDS
    while time.monotonic() < end and any(_title(worker) for worker in workers):
        time.sleep(0.05)


def version() -> tuple[int, int, int]:
    """The version of nginx; zeros where it does not say."""
    ended = run(["nginx", "-v"])
    found = _VERSION.search(values.decode(ended.err + ended.out))
    return (int(found[1]), int(found[2]), int(found[3])) if found else (0, 0, 0)


def has_http2_directive() -> bool:
    """Whether HTTP/2 is switched on by `http2 on;`, not with `listen`."""
    return version() >= _HTTP2_DIRECTIVE


def try_with(sites: Path) -> Ended:
    """nginx's own test with that directory in the place of the apps' files, in a mount namespace, so that no other
    program ever sees it."""
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _TRY, "sh", str(sites), str(places.SITES)]
    return run(command, seconds=_TEST_SECONDS)


def master_process() -> int | None:
    """nginx's first process; None where it does not run."""
    text = values.read_or(places.PID_FILE, "").strip()
    if text.isascii() and text.isdigit() and _title(int(text)).startswith("nginx:"):
        return int(text)
    ended = run(["systemctl", "show", "--property", "MainPID", "--value", "nginx"])
    return int(ended.text) if ended.ok and ended.text.isdigit() and int(ended.text) > 0 else None


# ---------------------------------------------------------------- text and test


def _text(operation: Operation, app: str, scale: int, names: Sequence[str], settings: Path, tried: Tried) -> str:
    found = site.read(operation.paths, app, scale, names, settings, tried)
    return site.text(found.with_http2(has_http2_directive()) if found.secure else found)


def _in_place(text: str, snippets: Snippets) -> bool:
    """Whether nginx works by the text, and by the app's snippet."""
    if places.stale(snippets.paths).exists() or any(file.exists() for file in _replaced(snippets, places.SITES)):
        return False
    return values.read(places.site(snippets.app)) == text and snippets.in_place()


def _replaced(snippets: Snippets, sites: Path) -> tuple[Path, ...]:
    """The files below `sites` of the app in whose place this one is served."""
    other = snippets.tried.instead
    return (sites / f"{other}.conf", sites / "snippets" / f"{other}.conf") if other else ()


def _accepted(text: str, names: Sequence[str], snippets: Snippets) -> Snippets:
    """The snippets with which nginx takes the text: all of them, or, where some that were stored before are at fault,
    those left out. Raises `Failed`."""
    objection = _objection(text, names, snippets)
    if objection is None:
        return snippets
    rescued = _rescued(text, names, snippets, objection)
    if isinstance(rescued, Snippets):
        return rescued
    raise Failed(
        "nginx",
        f"nginx does not take the new configuration: {app_snippets.objection(snippets.app, rescued)}",
    )


def _rescued(text: str, names: Sequence[str], snippets: Snippets, objection: str) -> Snippets | str:
    """Leaves out the snippets that are at fault: all out, then one after the other in again. The objection where it is
    something else, or the snippet that is being tried."""
    every = snippets.apps()
    left_out = {app: objection for app in every}
    if not every or _objection(text, names, snippets.without(left_out)) is not None:
        return objection
    for app in every:
        left_out.pop(app)
        why = _objection(text, names, snippets.without(left_out))
        if why is not None:
            left_out[app] = app_snippets.objection(app, why)
    if snippets.tried.snippet and snippets.app in left_out:
        return left_out[snippets.app]
    return snippets.without(left_out)


def _objection(text: str, names: Sequence[str], snippets: Snippets) -> str | None:
    """What nginx has against all that is there with the text in the place of the app's file, and the snippets as they
    are to be; None for nothing. Raises `Failed` where it could not be tried: what was not written must not count as
    tested. Needs host.lock."""
    import shutil

    with aside() as place:
        try:
            values.make_directory(places.SITES, 0o755)
            shutil.copytree(places.SITES, place, symlinks=True, dirs_exist_ok=True)
            values.write(place / f"{snippets.app}.conf", text, durable=False)
            snippets.copy(place)
            for file in _replaced(snippets, place):
                values.remove(file)
        except (OSError, CannotWrite) as error:
            raise _untested() from error
        ended = try_with(place)
    output = values.decode(ended.err + ended.out)
    # A name that another site has is only a warning for nginx, and the order of files would decide who answers.
    for name in _CONFLICT.findall(output):
        if name in names:
            return f"{name} is served by another site on this host"
    return None if ended.ok else complaint(output)


@contextmanager
def aside() -> Iterator[Path]:
    """An empty directory for a trial. Needs host.lock. Raises `Failed`."""
    import tempfile

    import shutil

    try:
        # Under host.lock: what is there already is of a program that was killed.
        for left in (
            *places.RUN.glob("pocketpaas-nginx.*"),
            *places.SITES.glob(".new.*"),
            *places.SITES.glob("snippets/.new.*"),
        ):
            values.remove_tree(left)
        directory = tempfile.mkdtemp(prefix="pocketpaas-nginx.", dir=places.RUN)
    except OSError as error:
        raise _untested() from error
    try:
        yield Path(directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _untested() -> Failed:
    return Failed(
        "state-write",
        f"the new configuration of nginx could not be written for its test (is {places.RUN} full?)",
        f"make room on the host: df -h {places.RUN}",
    )


def _put(text: str, snippets: Snippets) -> None:
    try:
        values.make_directory(places.SITES, 0o755)
        values.touch(places.stale(snippets.paths))
        snippets.settle()
        # It may hold the secret of a move; nginx reads it as root.
        values.write(places.site(snippets.app), text)
        for file in _replaced(snippets, places.SITES):
            values.remove(file)
    except (OSError, CannotWrite) as error:
        raise Failed("state-write", "nginx's files cannot be written (disk full?)") from error


def _check(ended: Ended, what: str) -> None:
    if not ended.ok:
        raise Failed("nginx", f"{what}: {ended.complaint}")


# ---------------------------------------------------------------- processes


def _children(process: int) -> tuple[int, ...]:
    text = _proc(process, f"task/{process}/children").decode("ascii", "replace")
    return tuple(int(word) for word in text.split() if word.isdigit())


def _title(process: int) -> str:
    """What the process calls itself; empty for one that is gone, or a zombie."""
    return _proc(process, "cmdline").partition(b"\0")[0].decode("utf-8", "replace")


def _takes_requests(worker: int) -> bool:
    title = _title(worker)
    return bool(title) and "shutting down" not in title


def _proc(process: int, name: str) -> bytes:
    try:
        with open(os.path.join("/proc", str(process), name), "rb") as file:
            return file.read()
    except OSError:
        return b""
