"""Changes of backups. Settings are changed at once; what takes long is an operation (`change.backups`).

Arguments: destination | ssh-key | forget | schedule | create [NAME…] | restore ID INTO [APP] [confirm=NAME] |
restore-host [OF|-] [confirm=NAME…] [keep=NAME…] | drill [NAME…] | cancel (stops a backup, a restore or a drill that is
at work). A restore of the host that is at work already is shown from its beginning. `destination` and `schedule` read a
tree; what is secret comes and goes by no other way.
"""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.change import backup_settings
from pocketpaas.change.backups import BY_TIMER, CONFIRM, SUBJECT
from pocketpaas.failure import BadRequest, Busy, Failure
from pocketpaas.machine.client import Client
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.request import Request
from pocketpaas.operation import cancelling, work
from pocketpaas.operation.follow import follow
from pocketpaas.operation.work import Work
from pocketpaas.state import names, tree, values
from pocketpaas.state.clock import ago
from pocketpaas.state.paths import HostPaths

_MAX_BYTES, _MAX_VALUES = 65536, 16
_HOST = "restore-host"
_LONG = ("create", "restore", _HOST, "drill")
#: A restore of the host goes on where it was: it has a way of its own.
_CANCELLED = ("create", "restore", "drill")


def serve(request: Request) -> int:
    """See the module."""
    action, *more = request.arguments
    if action == "destination":
        return backup_settings.destination(request, tree.read(request.stdin, _MAX_BYTES, _MAX_VALUES))
    if action == "schedule":
        return backup_settings.schedule(request, tree.read(request.stdin, _MAX_BYTES, _MAX_VALUES))
    if action == "ssh-key" and not more:
        return backup_settings.ssh_key(request)
    if action == "forget" and not more:
        return backup_settings.forget(request)
    if action == "cancel" and not more:
        return cancelling.cancel(request, SUBJECT, _CANCELLED, "backups", request.paths.backups / "lock")
    if action not in _LONG:
        raise BadRequest(f"there is no such thing as backup {action}")
    for word in (one.removeprefix(CONFIRM) if action == "restore" else one for one in more):
        # The name of a host in the destination is compared with those that are there, and goes nowhere else.
        if not (names.is_service(word) or names.is_app(word) or names.is_backup(word) or word == "-"):
            if action != _HOST:
                raise BadRequest(f'"{word}" is not the name of a service or an app')
    at_work = _host_at_work(request.paths) if action == _HOST else None
    if at_work is not None:
        return _join(request, at_work)
    return _begin(request.paths, request.key, request.arguments)


def _host_at_work(paths: HostPaths) -> Work | None:
    found = (one for one in reversed(work.all_works(paths, SUBJECT)) if one.runs())
    return next((one for one in found if values.lines(one.directory / "args")[:1] == (_HOST,)), None)


def _join(request: Request, at_work: Work) -> int:
    """Who says nothing more than the first time is shown that. Raises `Busy`."""
    text = f"restore of the host by {at_work.who}, begun {ago(values.read_or(at_work.directory / 'started', ''))}"
    if tuple(request.arguments) not in ((_HOST,), values.lines(at_work.directory / "args")):
        raise Busy(
            f"another backup is at work: {text}",
            "watch it: the same pocketpaas host restore, without --of, --confirm and --keep; then try again",
        )
    request.reporter.note(text)
    request.reporter.result("work", at_work.id)
    return follow(at_work, Client.of_this_process())


def _begin(paths: HostPaths, who: str, arguments: Sequence[str]) -> int:
    client = Client.of_this_process()
    spool = work.create(paths, "backup", SUBJECT, who)
    with work.spooling(spool):
        values.put(spool.directory / "args", "\n".join(arguments))
    work.start(paths, spool, "backup")
    return follow(spool, client)


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """The host program `backup`, for the timers: create, or drill. Exit codes: those of the operation."""
    if list(arguments) not in (["create"], ["drill"]):
        raise BadRequest("backup: create or drill")
    try:
        return _begin(paths, BY_TIMER, arguments)
    except Failure as failure:
        reporter.failed(failure)
        return failure.code
